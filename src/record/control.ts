/**
 * Control batches: the markers that end a producer's transaction in a partition. One record; its key tells the kind, its
 * value which incarnation of the coordinator decided. Unknown versions and kinds are not an error: readers skip them.
 */
import { assert } from '../base/assert.ts';
import { isControlBatch, readBaseOffset } from './batch.ts';
import { buildBatch } from './build.ts';
import { decodeRecords, recordBytes } from './records.ts';

const KEY_VERSION = 0;
const VALUE_VERSION = 0;
const KEY_BYTES = 4;
const VALUE_BYTES = 6;
/** In the order of their ids on the wire. */
const MARKER_TYPES = ['abort', 'commit'] as const;
export type MarkerType = (typeof MARKER_TYPES)[number];

export interface EndTransactionMarker {
  readonly type: MarkerType;
  readonly coordinatorEpoch: number;
}

export interface MarkerPlace {
  readonly baseOffset: number;
  readonly leaderEpoch: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly timestampMs: number;
}

export function buildEndTransactionMarker(marker: EndTransactionMarker, place: MarkerPlace): Buffer {
  const key = Buffer.alloc(KEY_BYTES);
  key.writeInt16BE(KEY_VERSION, 0);
  key.writeInt16BE(MARKER_TYPES.indexOf(marker.type), 2);
  const value = Buffer.alloc(VALUE_BYTES);
  value.writeInt16BE(VALUE_VERSION, 0);
  value.writeInt32BE(marker.coordinatorEpoch, 2);
  const { timestampMs, ...batch } = place;
  return buildBatch({
    ...batch,
    records: [{ offsetDelta: 0, timestampMs, key, value }],
    transactional: true,
    control: true,
  });
}

/** `undefined` for a control batch that ends no transaction, and for one whose record compaction has removed. */
export function parseEndTransactionMarker(batch: Buffer): EndTransactionMarker | undefined {
  assert(isControlBatch(batch), `the batch at offset ${readBaseOffset(batch)} is not a control batch`);
  const bytes = recordBytes(batch, 0);
  assert(Buffer.isBuffer(bytes), 'control batches are written by the broker and never compressed');
  const [record] = decodeRecords(batch, bytes);
  const key = record?.key;
  const value = record?.value;
  if (!key || key.length < KEY_BYTES || !value || value.length < VALUE_BYTES) return undefined;
  const type = MARKER_TYPES[key.readInt16BE(2)];
  // Later versions of the key and the value only add fields at the end.
  if (type === undefined || key.readInt16BE(0) < KEY_VERSION || value.readInt16BE(0) < VALUE_VERSION) return undefined;
  return { type, coordinatorEpoch: value.readInt32BE(2) };
}
