/** The stream queues of the node, for `Queues` to open, and what they share. Their topics are those of the same names. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Partition } from '../../stream/partition.ts';
import { UnpackedBatches } from '../../stream/unpacked-batches.ts';
import type { QueueView } from '../queue-view.ts';
import type { QueueStore } from '../queues.ts';
import { StreamQueue } from './stream-queue.ts';

export interface StreamQueuesSettings {
  /** Memory for batches of producers that compress, over all consumers. */
  readonly streamUnpackedBytesMax: number;
}

export interface StreamQueuesDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Pick<QueueStore, 'gather'>;
  /** Of the topic of that name, by their index; empty if there is none. */
  partitions(topic: string): readonly Partition[];
  readonly settings: StreamQueuesSettings;
}

export class StreamQueues {
  readonly #deps: StreamQueuesDeps;
  readonly #unpacked: UnpackedBatches;
  readonly #byName = new Map<string, StreamQueue>();

  constructor(deps: StreamQueuesDeps) {
    this.#deps = deps;
    this.#unpacked = new UnpackedBatches(deps.settings.streamUnpackedBytesMax);
  }

  open(view: QueueView): StreamQueue {
    const { clock, logger, store, partitions } = this.#deps;
    const { name } = view;
    const queue = new StreamQueue(view, {
      logger,
      store,
      unpacked: this.#unpacked,
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
