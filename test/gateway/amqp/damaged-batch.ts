/** Batches that the broker takes, because it does not look into what is compressed, and that nobody can read. */
import { BATCH_HEADER_BYTES, computeCrc } from '../../../src/record/batch.ts';
import { buildBatch } from '../../../src/record/build.ts';
import type { Codec } from '../../../src/record/codec.ts';

const CRC = 17;
const NOW_MS = 1_704_067_200_000;

function built(codec: Codec): Buffer {
  const record = { offsetDelta: 0, timestampMs: NOW_MS, key: null, value: Buffer.from('unseen') };
  return buildBatch({ baseOffset: 0, records: [record], codec });
}

/** What was compressed is not what can be unpacked. */
export function damaged(codec: Codec): Buffer {
  const batch = built(codec);
  batch.fill(0xff, BATCH_HEADER_BYTES);
  batch.writeUInt32BE(computeCrc(batch), CRC);
  return batch;
}

/** What is unpacked are no records. */
export function nonsense(codec: Codec): Buffer {
  const header = built(codec).subarray(0, BATCH_HEADER_BYTES);
  const batch = Buffer.concat([header, codec.compress(Buffer.alloc(50, 0x7e))]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeUInt32BE(computeCrc(batch), CRC);
  return batch;
}
