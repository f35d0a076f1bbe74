/**
 * A batch that is refused because of some of its records. Kafka tells the producer which, so that it can fail those by
 * themselves; the records of a compressed batch are not looked through for that, and then the whole batch has failed.
 */
import { DomainError, type ErrorKind } from '../base/errors.ts';
import { compressionType } from './batch.ts';
import { type BatchRecord, decodeRecords, recordBytes } from './records.ts';

export class RefusedRecordsError extends DomainError {
  /** Places of the records in the batch, from 0; none if it is compressed. */
  readonly places: readonly number[];

  /** @param batch one whose header was found sound. */
  constructor(kind: ErrorKind, message: string, batch: Buffer, isRefused: (record: BatchRecord) => boolean) {
    super(kind, message);
    this.places = compressionType(batch) === 'none' ? placesOf(batch, isRefused) : [];
  }
}

function placesOf(batch: Buffer, isRefused: (record: BatchRecord) => boolean): number[] {
  const places: number[] = [];
  let place = 0;
  for (const record of decodeRecords(batch, recordBytes(batch, 0) as Buffer)) {
    if (isRefused(record)) places.push(place);
    place += 1;
  }
  return places;
}
