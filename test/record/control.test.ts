import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionError } from '../../src/base/assert.ts';
import { buildBatch } from '../../src/record/build.ts';
import { buildEndTransactionMarker, parseEndTransactionMarker } from '../../src/record/control.ts';
import { MARKERS } from './golden.ts';
import { produced } from './helpers.ts';

const PLACE = { baseOffset: 77, leaderEpoch: 3, producerId: 4242, producerEpoch: 7, timestampMs: 1_700_000_000_000 };

test('end-transaction markers are, byte for byte, those of a Kafka broker', () => {
  assert.deepEqual(buildEndTransactionMarker({ type: 'commit', coordinatorEpoch: 11 }, PLACE), MARKERS.commit);
  const later = { ...PLACE, baseOffset: 78, timestampMs: 1_700_000_000_001 };
  assert.deepEqual(buildEndTransactionMarker({ type: 'abort', coordinatorEpoch: 11 }, later), MARKERS.abort);
});

test('the markers of a Kafka broker parse', () => {
  assert.deepEqual(parseEndTransactionMarker(MARKERS.commit), { type: 'commit', coordinatorEpoch: 11 });
  assert.deepEqual(parseEndTransactionMarker(MARKERS.abort), { type: 'abort', coordinatorEpoch: 11 });
});

test('control batches of other kinds, shapes or without records end no transaction', () => {
  const control = (key: Buffer | null, value: Buffer | null) =>
    parseEndTransactionMarker(
      buildBatch({ baseOffset: 0, records: [{ offsetDelta: 0, timestampMs: 0, key, value }], control: true }),
    );
  const value = Buffer.from([0, 0, 0, 0, 0, 1]);
  assert.equal(control(Buffer.from([0, 0, 0, 2]), value), undefined);
  assert.equal(control(Buffer.from([0, 0, 0xff, 0xff]), value), undefined);
  assert.equal(control(Buffer.from([0, 0, 0]), value), undefined);
  assert.equal(control(null, value), undefined);
  assert.equal(control(Buffer.from([0, 0, 0, 1]), null), undefined);
  assert.equal(
    parseEndTransactionMarker(buildBatch({ baseOffset: 0, records: [], lastOffsetDelta: 0, control: true })),
    undefined,
  );
  // A later version may add fields at the end.
  assert.deepEqual(control(Buffer.from([0, 1, 0, 1, 9]), Buffer.from([0, 1, 0, 0, 0, 1, 9])), {
    type: 'commit',
    coordinatorEpoch: 1,
  });
});

test('asking a batch of data for its marker is a bug', () => {
  assert.throws(() => parseEndTransactionMarker(produced()), AssertionError);
});
