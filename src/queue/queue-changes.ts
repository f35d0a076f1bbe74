/**
 * What has changed in queues and is not journalled yet, lane by lane. What was settled waits for a while, since losing it means a
 * redelivery; what somebody was promised goes with the next group. Messages of FIFO queues are written with what says that they were
 * sent, together or not at all.
 */
import type { Clock } from '../base/clock.ts';
import type { Atomically, GatheringWriter, Journal } from '../storage/log.ts';
import { Deadline } from './deadline.ts';
import type { Deduplication } from './deduplication.ts';
import type { Lane } from './lane.ts';
import type { QueueRecord } from './records.ts';

export interface QueueChangesDeps {
  readonly clock: Clock;
  readonly journal: Journal<QueueRecord>;
  readonly store: { gather(writer: GatheringWriter, bytes: number): void; readonly atomically: Atomically };
  /** How long a settlement may wait. */
  readonly settleDelayMs: number;
}

/** What a record takes of the next group, about: only that it takes something matters. */
const RECORD_BYTES = 64;

export class QueueChanges implements GatheringWriter {
  readonly #deps: QueueChangesDeps;
  readonly #flush: Deadline;
  readonly #settled = new Set<Lane>();
  readonly #held = new Set<Lane>();
  readonly #deduplicated = new Set<Deduplication>();
  /** Of FIFO queues: lanes with messages to be written. */
  readonly #gathered = new Set<GatheringWriter>();

  constructor(deps: QueueChangesDeps) {
    this.#deps = deps;
    this.#flush = new Deadline(deps.clock, () => this.flush());
  }

  /** `takeSettled` of the lane has something. @param isSoon with the next group */
  settledSome(lane: Lane, isSoon: boolean): void {
    if (this.#settled.size === 0) this.#flush.set(this.#deps.settleDelayMs);
    this.#settled.add(lane);
    if (isSoon) this.flushSoon();
  }

  /** `takeHeld` of the lane has something. */
  heldSome(lane: Lane): void {
    this.#held.add(lane);
    this.flushSoon();
  }

  deduplicated(changed: Deduplication): void {
    this.#deduplicated.add(changed);
    this.flushSoon();
  }

  /** The lane of a FIFO queue has `bytes` more to write. */
  gathered(lane: GatheringWriter, bytes: number): void {
    this.#gathered.add(lane);
    this.#deps.store.gather(this, bytes);
  }

  flushSoon(): void {
    this.#deps.store.gather(this, RECORD_BYTES);
  }

  /** The queue of the lane is gone. */
  forget(lane: Lane): void {
    this.#settled.delete(lane);
    this.#held.delete(lane);
    this.#gathered.delete(lane);
  }

  writeGathered(): void {
    this.flush();
  }

  /** Journals all there is. */
  flush(): void {
    if (this.#gathered.size === 0) this.#commit();
    else this.#deps.store.atomically(() => this.#commit());
  }

  stop(): void {
    this.#flush.clear();
    this.flush();
  }

  #commit(): void {
    for (const lane of this.#gathered) lane.writeGathered();
    this.#gathered.clear();
    const records: QueueRecord[] = [];
    const add = (record: QueueRecord | undefined): void => {
      if (record !== undefined) records.push(record);
    };
    for (const lane of this.#settled) add(lane.takeSettled());
    this.#settled.clear();
    for (const lane of this.#held) add(lane.takeHeld());
    this.#held.clear();
    for (const changed of this.#deduplicated) add(changed.takeChanges());
    this.#deduplicated.clear();
    if (records.length > 0) this.#deps.journal.commit(records);
  }
}
