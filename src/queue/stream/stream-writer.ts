/**
 * Writes what is published to a stream into one partition: the messages that come until the next group is written are one batch, so
 * that a message costs no entry of its own. They have their offsets only then.
 */
import { BATCH_HEADER_BYTES } from '../../record/batch.ts';
import { buildRawBatch, type RawRecord, rawRecordBytes } from '../../record/raw-records.ts';
import type { GatheringWriter } from '../../storage/log.ts';
import type { Partition } from '../../stream/partition.ts';
import type { QueueStore } from '../queues.ts';

/** A batch is closed at this length, unless the topic allows less. One record may be longer. */
const BATCH_BYTES_MAX = 128 * 1024;

export interface StreamWriterDeps {
  readonly store: Pick<QueueStore, 'gather'>;
  nowMs(): number;
}

export class StreamWriter implements GatheringWriter {
  readonly #partition: Partition;
  readonly #deps: StreamWriterDeps;
  #gathered: RawRecord[] = [];

  constructor(partition: Partition, deps: StreamWriterDeps) {
    this.#partition = partition;
    this.#deps = deps;
  }

  /** False: the topic does not take it. */
  push(record: RawRecord): boolean {
    const bytes = BATCH_HEADER_BYTES + rawRecordBytes(record, 0);
    const { config, hasSpace } = this.#partition;
    if (bytes > config.maxMessageBytes || !hasSpace) return false;
    // Nothing could ever take its place (Kafka refuses it too).
    if (config.cleanupCompact && record.key === null) return false;
    this.#gathered.push(record);
    this.#deps.store.gather(this, bytes);
    return true;
  }

  writeGathered(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    const bytesMax = Math.min(BATCH_BYTES_MAX, this.#partition.config.maxMessageBytes) - BATCH_HEADER_BYTES;
    const nowMs = this.#deps.nowMs();
    let records: RawRecord[] = [];
    let bytes = 0;
    for (const record of gathered) {
      let needed = rawRecordBytes(record, records.length);
      if (bytes > 0 && bytes + needed > bytesMax) {
        this.#partition.appendAccepted(buildRawBatch(records, bytes, nowMs));
        records = [];
        bytes = 0;
        needed = rawRecordBytes(record, 0);
      }
      records.push(record);
      bytes += needed;
    }
    if (records.length > 0) this.#partition.appendAccepted(buildRawBatch(records, bytes, nowMs));
  }
}
