import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ErrorKind } from '../../../src/base/errors.ts';
import { TransactionHarness, throwsKind } from './transaction-harness.ts';

const LAST = 32_766;

describe('transactions v1', () => {
  test('commit and abort write markers at the same epoch, in one atomic set with offsets', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a');
    const { producerId } = producer;
    for (const [round, commit] of [true, false].entries()) {
      harness.coordinator.addPartitions('a', producerId, 0, [
        { topic: 't', partition: 0 },
        { topic: 'u', partition: 0 },
      ]);
      harness.coordinator.addOffsets('a', producerId, 0, 'g');
      harness.produce('a', producer, 't-0', round, { v2: false });
      assert.deepEqual(harness.end('a', producer, commit, false), producer);
      assert.equal(harness.stateOf('a'), commit ? 'CompleteCommit' : 'CompleteAbort');
      assert.equal(harness.atomicSets, round + 1);
    }
    const markers = [true, false].map((commit) => ({ producerId, producerEpoch: 0, commit }));
    for (const name of ['t-0', 'u-0']) {
      assert.deepEqual(
        harness.partition(name).markers.map(({ offset: _, ...marker }) => marker),
        markers,
      );
    }
    assert.deepEqual(
      harness.completedGroups,
      [true, false].map((commit) => ({ producerId, groupIds: ['g'], commit })),
    );
  });

  test('a repeated end succeeds in the same direction only, and nothing ongoing is invalid', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a');
    throwsKind('transaction_state_invalid', () => harness.end('a', producer, true, false));
    throwsKind('transaction_state_invalid', () => harness.end('a', producer, false, false));
    for (const commit of [true, false]) {
      harness.coordinator.addPartitions('a', producer.producerId, 0, [{ topic: 't', partition: 0 }]);
      harness.end('a', producer, commit, false);
      const { markers } = harness.partition('t-0');
      const count = markers.length;
      assert.deepEqual(harness.end('a', producer, commit, false), producer);
      throwsKind('transaction_state_invalid', () => harness.end('a', producer, !commit, false));
      assert.equal(markers.length, count);
    }
  });

  test('another epoch is fenced, another producer id or transactional id is not mapped', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    throwsKind('producer_fenced', () => harness.end('a', { producerId, producerEpoch: 1 }, true, false));
    throwsKind('producer_fenced', () => harness.end('a', { producerId, producerEpoch: -1 }, true, false));
    throwsKind('producer_id_mapping_invalid', () => harness.end('a', { producerId: 9999, producerEpoch: 0 }, true));
    throwsKind('producer_id_mapping_invalid', () => harness.end('nobody', { producerId, producerEpoch: 0 }, true));
  });
});

describe('transactions v2', () => {
  test('each end bumps the epoch, and the markers carry the bumped one', () => {
    const harness = new TransactionHarness();
    let producer = harness.init('a');
    for (const commit of [true, false, true]) {
      harness.produce('a', producer, 't-0', 0);
      const next = harness.end('a', producer, commit);
      assert.deepEqual(next, { producerId: producer.producerId, producerEpoch: producer.producerEpoch + 1 });
      assert.equal(harness.partition('t-0').markers.at(-1)?.producerEpoch, next.producerEpoch);
      throwsKind('producer_epoch_invalid', () => harness.produce('a', producer, 't-0', 1));
      producer = next;
    }
  });

  test('the last epoch ends with a new producer id; markers still belong to the old one', () => {
    for (const commit of [true, false]) {
      const harness = new TransactionHarness();
      const old = harness.seed('a', 77_000, LAST);
      harness.produce('a', old, 't-0', 0);
      const next = harness.end('a', old, commit);
      assert.notEqual(next.producerId, old.producerId);
      assert.equal(next.producerEpoch, 0);
      assert.deepEqual(harness.partition('t-0').markers, [
        { producerId: old.producerId, producerEpoch: LAST + 1, commit, offset: 1 },
      ]);
      assert.deepEqual(harness.end('a', old, commit), next, 'a retry');
      throwsKind('transaction_state_invalid', () => harness.end('a', old, !commit));
      harness.produce('a', next, 't-0', 0);
      throwsKind('producer_fenced', () => harness.end('a', old, commit));
    }
  });

  type Outcome = 'bump' | 'same' | ErrorKind;
  /** Rows: state. Columns: abort by retry, abort by current, commit by retry, commit by current. */
  const table: Record<string, readonly [Outcome, Outcome, Outcome, Outcome]> = {
    Empty: ['producer_fenced', 'bump', 'producer_fenced', 'transaction_state_invalid'],
    CompleteAbort: ['same', 'bump', 'transaction_state_invalid', 'transaction_state_invalid'],
    TimedOut: ['same', 'bump', 'transaction_state_invalid', 'transaction_state_invalid'],
    CompleteCommit: ['transaction_state_invalid', 'bump', 'same', 'transaction_state_invalid'],
    Ongoing: ['producer_fenced', 'bump', 'producer_fenced', 'bump'],
  };

  function bringTo(state: string, harness: TransactionHarness) {
    const first = harness.init('a');
    if (state === 'Empty') return { old: first, current: harness.init('a', first) };
    if (state === 'TimedOut') {
      harness.produce('a', first, 't-0', 0);
      harness.clock.advance(60_000);
      return { old: first, current: { ...first, producerEpoch: 1 } };
    }
    harness.produce('a', first, 't-0', 0);
    const second = harness.end('a', first, state === 'CompleteCommit');
    if (state === 'Ongoing') harness.produce('a', second, 't-0', 0);
    return { old: first, current: second };
  }

  for (const [state, outcomes] of Object.entries(table)) {
    for (const [column, outcome] of outcomes.entries()) {
      const commit = column >= 2;
      const retry = column % 2 === 0;
      test(`${commit ? 'commit' : 'abort'} by the ${retry ? 'last' : 'present'} epoch in ${state}: ${outcome}`, () => {
        const harness = new TransactionHarness();
        const { old, current } = bringTo(state, harness);
        const before = JSON.stringify([...harness.coordinator.snapshot()]);
        const markers = harness.partition('t-0').markers.length;
        const act = () => harness.end('a', retry ? old : current, commit);
        if (outcome === 'bump') {
          assert.deepEqual(act(), { ...current, producerEpoch: current.producerEpoch + 1 });
          assert.equal(harness.stateOf('a'), commit ? 'CompleteCommit' : 'CompleteAbort');
          assert.equal(harness.partition('t-0').markers.length, state === 'Ongoing' ? markers + 1 : markers);
          return;
        }
        if (outcome === 'same') assert.deepEqual(act(), current);
        else throwsKind(outcome, act);
        assert.equal(JSON.stringify([...harness.coordinator.snapshot()]), before);
        assert.equal(harness.partition('t-0').markers.length, markers);
      });
    }
  }

  test('an empty abort is repeated by its retry', () => {
    const harness = new TransactionHarness();
    const first = harness.init('a');
    const second = harness.end('a', first, false);
    assert.equal(second.producerEpoch, 1);
    assert.deepEqual(harness.end('a', first, false), second);
    assert.equal(harness.atomicSets, 1);
  });

  test('an epoch from before the transaction is no retry of its v1 commit', () => {
    const harness = new TransactionHarness();
    const first = harness.init('a');
    const second = harness.init('a', first);
    harness.produce('a', second, 't-0', 0);
    harness.end('a', second, true, false);
    throwsKind('producer_fenced', () => harness.end('a', first, true));
  });

  test('a lost answer can also be recovered by InitProducerId with the old pair', () => {
    const harness = new TransactionHarness();
    const first = harness.init('a');
    harness.produce('a', first, 't-0', 0);
    const second = harness.end('a', first, true);
    assert.deepEqual(harness.init('a', first), second);
    assert.equal(harness.stateOf('a'), 'Empty');
  });
});

test('a topic deleted while a transaction is open does not keep it from ending', () => {
  const harness = new TransactionHarness();
  const producer = harness.init('a');
  harness.produce('a', producer, 't-0', 0);
  harness.produce('a', producer, 'u-0', 0);
  harness.partitions.delete('t-0');
  harness.end('a', producer, true);
  assert.equal(harness.partition('u-0').markers.length, 1);
});
