import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ErrorKind } from '../../src/base/errors.ts';
import { DomainError } from '../../src/base/errors.ts';
import type { ProducerStateRecord } from '../../src/stream/producer-records.ts';
import { ProducerState } from '../../src/stream/producer-state.ts';

const MAX = 2 ** 31 - 1;

class Partition {
  nowMs = 1_000;
  end = 0;
  readonly state: ProducerState;

  constructor(settings = { expirationMs: 86_400_000, producersMax: 100, evictableAfterMs: 900_000 }) {
    const clock = {
      nowMs: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      setTimer: () => assert.fail('no timers here'),
      defer: () => assert.fail('nothing is deferred here'),
    };
    this.state = new ProducerState(clock, settings);
  }

  /** Checks and appends; answers the base offset, of the original if it is a duplicate. */
  write(producerId: number, epoch: number, sequence: number, count = 1, { transactional = false, v2 = false } = {}) {
    const duplicate = this.state.check(producerId, epoch, sequence, count, transactional, v2);
    if (duplicate !== undefined) return { baseOffset: duplicate.baseOffset, timestampMs: duplicate.timestampMs };
    const baseOffset = this.end;
    this.end += count;
    this.state.append(producerId, epoch, sequence, baseOffset, this.end - 1, baseOffset * 10, transactional);
    return { baseOffset, timestampMs: -1 };
  }

  transact(producerId: number, epoch: number, sequence: number, count = 1) {
    return this.write(producerId, epoch, sequence, count, { transactional: true, v2: true });
  }

  mark(producerId: number, epoch: number, commit: boolean): number {
    this.state.endTransaction(producerId, epoch, this.end, commit, 0, 5);
    return this.end++;
  }

  refuses(kind: ErrorKind, body: () => unknown): void {
    const before = JSON.stringify([...this.state.snapshot()]);
    assert.throws(body, (error: unknown) => error instanceof DomainError && error.kind === kind);
    assert.equal(JSON.stringify([...this.state.snapshot()]), before, 'a refusal changes nothing');
  }
}

describe('sequences', () => {
  test('what was pipelined behind the refused first batch of a new producer is not taken in its place', () => {
    const partition = new Partition();
    partition.state.refusedForNow(1, 0, 0);
    partition.refuses('sequence_out_of_order', () => partition.write(1, 0, 3));
    partition.write(1, 0, 0, 3);
    partition.write(1, 0, 3);
    assert.equal(partition.end, 4);
  });

  test('a new producer whose first batch was refused may begin anew with the next epoch', () => {
    const partition = new Partition();
    partition.state.refusedForNow(1, 0, 7);
    partition.write(1, 1, 0);
    assert.equal(partition.end, 1);
  });

  test('a duplicate of any of the last five batches answers the original offset and timestamp', () => {
    const partition = new Partition();
    for (let batch = 0; batch < 7; batch++) partition.write(1, 0, batch * 3, 3);
    for (let batch = 2; batch < 7; batch++) {
      assert.deepEqual(partition.write(1, 0, batch * 3, 3), { baseOffset: batch * 3, timestampMs: batch * 30 });
    }
    assert.equal(partition.end, 21);
  });

  test('a batch older than the last five, a gap, or a range that only overlaps is out of order', () => {
    const partition = new Partition();
    for (let batch = 0; batch < 6; batch++) partition.write(1, 0, batch * 3, 3);
    partition.refuses('sequence_out_of_order', () => partition.write(1, 0, 0, 3));
    partition.refuses('sequence_out_of_order', () => partition.write(1, 0, 19, 3));
    partition.refuses('sequence_out_of_order', () => partition.write(1, 0, 15, 2));
    partition.refuses('sequence_out_of_order', () => partition.write(1, 0, 14, 4));
  });

  test('sequences wrap from 2^31-1 to 0, between batches and inside one', () => {
    const between = new Partition();
    between.write(1, 0, MAX - 1, 2);
    between.refuses('sequence_out_of_order', () => between.write(1, 0, 1));
    between.write(1, 0, 0);
    assert.equal(between.write(1, 0, MAX - 1, 2).baseOffset, 0);

    const inside = new Partition();
    inside.write(1, 0, MAX - 1, 5);
    inside.refuses('sequence_out_of_order', () => inside.write(1, 0, 4));
    assert.equal(inside.write(1, 0, MAX - 1, 5).baseOffset, 0);
    assert.equal(inside.write(1, 0, 3).baseOffset, 5);
  });

  test('a new epoch starts at 0 and forgets the batches of the old one', () => {
    const partition = new Partition();
    partition.write(1, 3, 0, 2);
    partition.refuses('sequence_out_of_order', () => partition.write(1, 4, 2));
    assert.deepEqual(partition.write(1, 4, 0, 2), { baseOffset: 2, timestampMs: -1 });
    partition.refuses('producer_epoch_invalid', () => partition.write(1, 3, 2));
  });

  test('an unknown producer may begin anywhere, but at 0 with transactions v2', () => {
    const partition = new Partition();
    assert.equal(partition.write(1, 5, 77).baseOffset, 0);
    assert.equal(partition.write(2, 5, 77, 1, { transactional: true, v2: false }).baseOffset, 1);
    partition.refuses('sequence_out_of_order', () => partition.transact(3, 5, 77));
    assert.equal(partition.transact(3, 5, 0).baseOffset, 2);
  });

  test('negative epochs and sequences are invalid records', () => {
    const partition = new Partition();
    partition.refuses('record_invalid', () => partition.write(1, -1, 0));
    partition.refuses('record_invalid', () => partition.write(1, 0, -1));
  });

  test('producers do not disturb each other', () => {
    const partition = new Partition();
    for (let batch = 0; batch < 10; batch++) for (const id of [1, 2, 3]) partition.write(id, 0, batch);
    partition.refuses('sequence_out_of_order', () => partition.write(2, 0, 11));
    assert.equal(partition.write(2, 0, 9).baseOffset, 28);
  });
});

describe('transactions in a partition', () => {
  test('a write outside of the open transaction of its producer is refused, others may write', () => {
    const partition = new Partition();
    partition.transact(1, 0, 0);
    partition.refuses('transaction_state_invalid', () => partition.write(1, 0, 1));
    partition.write(2, 0, 0);
    partition.mark(1, 0, true);
    assert.equal(partition.write(1, 0, 1).baseOffset, 3);
  });

  test('a marker moves the epoch: v1 keeps sequences going, v2 begins again at 0 and fences the old epoch', () => {
    const v1 = new Partition();
    v1.transact(1, 0, 0);
    v1.mark(1, 0, true);
    v1.refuses('sequence_out_of_order', () => v1.write(1, 0, 2));
    assert.equal(v1.write(1, 0, 1, 1, { transactional: true }).baseOffset, 2);

    const v2 = new Partition();
    v2.transact(1, 0, 0);
    v2.mark(1, 1, true);
    v2.refuses('producer_epoch_invalid', () => v2.transact(1, 0, 1));
    v2.refuses('sequence_out_of_order', () => v2.transact(1, 1, 1));
    assert.equal(v2.transact(1, 1, 0).baseOffset, 2);
  });

  test('a marker for a producer that never wrote here fences its older epochs here too', () => {
    const partition = new Partition();
    partition.mark(1, 5, false);
    partition.refuses('producer_epoch_invalid', () => partition.transact(1, 4, 0));
    assert.equal(partition.state.abortedCount, 0);
    assert.equal(partition.state.lastStableOffset(partition.end), 1);
  });

  test('markers of an older epoch or coordinator are refused; a v2 marker must be above the data', () => {
    const partition = new Partition();
    partition.transact(1, 2, 0);
    const { state } = partition;
    partition.refuses('producer_epoch_invalid', () => state.checkMarker(1, 1, 0, false));
    partition.refuses('producer_epoch_invalid', () => state.checkMarker(1, 2, 0, true));
    state.checkMarker(1, 2, 0, false);
    state.checkMarker(1, 3, 0, true);
    state.endTransaction(1, 3, partition.end++, true, 4, 5);
    state.checkMarker(1, 3, 4, true);
    partition.refuses('transaction_coordinator_fenced', () => state.checkMarker(1, 3, 3, true));
    state.checkMarker(9, 0, 0, true);
  });

  test('the last stable offset is the first open transaction, and waits for markers to be durable', () => {
    const partition = new Partition();
    const { state } = partition;
    partition.write(9, 0, 0, 10);
    assert.equal(state.lastStableOffset(10), 10);
    partition.transact(1, 0, 0, 2); // 10
    partition.transact(2, 0, 0, 2); // 12
    assert.equal(state.lastStableOffset(8), 8);
    assert.equal(state.lastStableOffset(14), 10);
    const first = partition.mark(1, 0, true); // 14
    assert.equal(state.lastStableOffset(first), 10, 'the marker is not durable yet');
    assert.equal(state.lastStableOffset(first + 1), 12);
    const second = partition.mark(2, 0, false); // 15
    assert.equal(state.lastStableOffset(second), 12);
    assert.equal(state.lastStableOffset(second + 1), 16);
  });

  test('the last stable offset is not below the log start', () => {
    const partition = new Partition();
    partition.transact(1, 0, 0, 5);
    partition.state.truncateBelow(3);
    assert.equal(partition.state.lastStableOffset(5), 3);
  });

  test('aborted transactions are told for the ranges they overlap, and committed ones never', () => {
    const partition = new Partition();
    const { state } = partition;
    partition.transact(1, 0, 0, 2); // 0-1
    partition.transact(2, 0, 0, 2); // 2-3
    partition.mark(1, 0, false); // 4
    partition.transact(3, 0, 0, 2); // 5-6
    partition.mark(3, 0, true); // 7
    partition.mark(2, 0, false); // 8
    const one = { producerId: 1, firstOffset: 0 };
    const two = { producerId: 2, firstOffset: 2 };
    assert.deepEqual(state.abortedBetween(0, 9), [one, two]);
    assert.deepEqual(state.abortedBetween(0, 2), [one]);
    assert.deepEqual(state.abortedBetween(4, 9), [one, two]);
    assert.deepEqual(state.abortedBetween(5, 9), [two]);
    assert.deepEqual(state.abortedBetween(9, 20), []);
    state.truncateBelow(5);
    assert.deepEqual(state.abortedBetween(0, 9), [two]);
    assert.equal(state.abortedCount, 1);
  });
});

describe('bounds and expiry', () => {
  test('idle producers expire, those with an open transaction do not', () => {
    const partition = new Partition({ expirationMs: 1000, producersMax: 10, evictableAfterMs: 500 });
    partition.write(1, 0, 0);
    partition.transact(2, 0, 0);
    partition.nowMs += 600;
    partition.write(3, 0, 0);
    partition.nowMs += 399;
    assert.equal(partition.state.expireIdle(), 0);
    partition.nowMs += 1;
    assert.equal(partition.state.expireIdle(), 1);
    assert.deepEqual(
      partition.state.describe().map(({ producerId }) => producerId),
      [2, 3],
    );
    assert.equal(partition.write(1, 0, 55).baseOffset, 3, 'an expired producer may go on anywhere');
  });

  test('at the maximum new producers are refused until one has been idle long enough', () => {
    const partition = new Partition({ expirationMs: 10_000, producersMax: 2, evictableAfterMs: 500 });
    partition.write(1, 0, 0);
    partition.nowMs += 400;
    partition.transact(2, 0, 0);
    partition.refuses('limit_exceeded', () => partition.write(3, 0, 0));
    partition.refuses('limit_exceeded', () => partition.state.checkMarker(3, 0, 0, false));
    partition.write(1, 0, 1);
    partition.nowMs += 499;
    partition.refuses('limit_exceeded', () => partition.write(3, 0, 0));
    partition.nowMs += 1;
    assert.equal(partition.write(3, 0, 0).baseOffset, 3);
    assert.deepEqual(
      partition.state.describe().map(({ producerId }) => producerId),
      [2, 3],
    );
  });

  test('a full partition whose producers all have open transactions takes new ones after those ended', () => {
    const partition = new Partition({ expirationMs: 10_000, producersMax: 1, evictableAfterMs: 500 });
    partition.transact(1, 0, 0);
    partition.nowMs += 5000;
    partition.refuses('limit_exceeded', () => partition.write(2, 0, 0));
    partition.mark(1, 1, true);
    partition.refuses('limit_exceeded', () => partition.write(2, 0, 0));
    partition.nowMs += 500;
    partition.write(2, 0, 0);
  });
});

test('describe tells what DescribeProducers asks for', () => {
  const partition = new Partition();
  partition.write(1, 4, 10, 3);
  partition.transact(2, 0, 0);
  partition.state.endTransaction(3, 6, partition.end++, true, 8, 99);
  assert.deepEqual(partition.state.describe(), [
    {
      producerId: 1,
      producerEpoch: 4,
      lastSequence: 12,
      lastTimestampMs: 0,
      coordinatorEpoch: -1,
      transactionStartOffset: -1,
    },
    {
      producerId: 2,
      producerEpoch: 0,
      lastSequence: 0,
      lastTimestampMs: 30,
      coordinatorEpoch: -1,
      transactionStartOffset: 3,
    },
    {
      producerId: 3,
      producerEpoch: 6,
      lastSequence: -1,
      lastTimestampMs: 99,
      coordinatorEpoch: 8,
      transactionStartOffset: -1,
    },
  ]);
});

test('a restored snapshot decides and answers like the original', () => {
  const original = new Partition();
  for (let batch = 0; batch < 8; batch++) original.write(1, 2, batch * 2, 2);
  const [, producer] = original.state.snapshot();
  assert.ok(producer?.type === 'producer');
  assert.deepEqual(
    producer.batches.map(([baseSequence]) => baseSequence),
    [6, 8, 10, 12, 14],
  );
  original.transact(2, 0, 0);
  original.transact(3, 0, 0);
  for (let round = 0; round < 1200; round++) {
    original.transact(4, round, 0);
    original.mark(4, round, false);
  }
  original.state.truncateBelow(20);
  const copy = new Partition();
  copy.end = original.end;
  for (const record of original.state.snapshot()) {
    copy.state.restore(JSON.parse(JSON.stringify(record)) as ProducerStateRecord);
  }
  assert.deepEqual([...copy.state.snapshot()], [...original.state.snapshot()]);
  assert.deepEqual(copy.write(1, 2, 6, 2), original.write(1, 2, 6, 2));
  copy.refuses('sequence_out_of_order', () => copy.write(1, 2, 4, 2));
  assert.equal(copy.state.lastStableOffset(copy.end), 20);
  copy.mark(2, 1, true);
  copy.mark(3, 1, false);
  original.mark(2, 1, true);
  original.mark(3, 1, false);
  assert.equal(copy.state.lastStableOffset(copy.end), copy.end);
  assert.deepEqual(copy.state.abortedBetween(0, copy.end), original.state.abortedBetween(0, original.end));
});
