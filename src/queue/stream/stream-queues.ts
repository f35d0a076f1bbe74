/** The stream queues of the node, for `Queues` to open, and what they share. Their topics are those of the same names. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Partition } from '../../stream/partition.ts';
import type { UnpackedBatches } from '../../stream/unpacked-batches.ts';
import type { QueueView } from '../queue-view.ts';
import type { QueueStore } from '../queues.ts';
import { StreamQueue } from './stream-queue.ts';

export interface StreamQueuesDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Pick<QueueStore, 'gather'>;
  /** Of the topic of that name, by their index; empty if there is none. */
  partitions(topic: string): readonly Partition[];
  /** Batches of producers that compress, of all who read streams. */
  readonly unpacked: UnpackedBatches;
}

export class StreamQueues {
  readonly #deps: StreamQueuesDeps;
  readonly #byName = new Map<string, StreamQueue>();

  constructor(deps: StreamQueuesDeps) {
    this.#deps = deps;
  }

  open(view: QueueView): StreamQueue {
    const { clock, logger, store, unpacked, partitions } = this.#deps;
    const { name } = view;
    const queue = new StreamQueue(view, {
      logger,
      store,
      unpacked,
      nowMs: () => clock.nowMs(),
      partitions: () => partitions(name),
      dropped: () => this.#byName.delete(name),
    });
    this.#byName.set(name, queue);
    return queue;
  }

  /** @param from the first new one */
  partitionsAdded(topic: string, from: number): void {
    this.#byName.get(topic)?.partitionsAdded(from);
  }
}
