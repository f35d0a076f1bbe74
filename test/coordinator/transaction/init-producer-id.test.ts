import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../../src/base/errors.ts';
import { SETTINGS, TransactionHarness, throwsKind } from './transaction-harness.ts';

const LAST = 32_766;

describe('producer ids', () => {
  test('every producer without a transactional id gets its own, with one record for many', () => {
    const harness = new TransactionHarness();
    const ids = new Set<number>();
    for (let index = 0; index < 2500; index++) {
      const { producerId, producerEpoch } = harness.init(null, { transactionTimeoutMs: 0 });
      assert.equal(producerEpoch, 0);
      ids.add(producerId);
    }
    assert.equal(ids.size, 2500);
    assert.equal(harness.journal.length, 3);
  });

  test('an id is never used again after a restart, from the journal or from a snapshot', () => {
    const harness = new TransactionHarness();
    const before = [harness.init(null).producerId, harness.init('a').producerId, harness.init(null).producerId];
    harness.restart();
    const after = [harness.init(null).producerId, harness.init('b').producerId];
    const fromSnapshot = harness.newCoordinator();
    for (const record of harness.coordinator.snapshot()) fromSnapshot.apply(record);
    harness.coordinator = fromSnapshot;
    const last = harness.init(null).producerId;
    assert.equal(new Set([...before, ...after, last]).size, 6);
  });
});

describe('requests that are refused', () => {
  const cases = [
    ['an empty transactional id', '', {}, 'invalid_request'],
    ['a producer id without an epoch', 'a', { producerId: 5 }, 'invalid_request'],
    ['an epoch without a producer id', 'a', { producerEpoch: 5 }, 'invalid_request'],
    ['a timeout of 0', 'a', { transactionTimeoutMs: 0 }, 'transaction_timeout_invalid'],
    ['a negative timeout', 'a', { transactionTimeoutMs: -1 }, 'transaction_timeout_invalid'],
    ['a timeout above the maximum', 'a', { transactionTimeoutMs: 900_001 }, 'transaction_timeout_invalid'],
    ['two-phase commit', 'a', { enable2Pc: true }, 'unsupported_version'],
    ['keeping a prepared transaction', 'a', { keepPreparedTxn: true }, 'unsupported_version'],
  ] as const;
  for (const [what, transactionalId, changes, kind] of cases) {
    test(what, () => {
      const harness = new TransactionHarness();
      throwsKind(kind, () => harness.init(transactionalId, changes));
      assert.deepEqual(harness.journal, []);
    });
  }

  test('more transactional ids than the maximum, until idle ones can expire', () => {
    const harness = new TransactionHarness({ ...SETTINGS, transactionalIdsMax: 2 });
    harness.init('a');
    const b = harness.init('b');
    throwsKind('limit_exceeded', () => harness.init('c'));
    harness.init('a');
    harness.produce('b', b, 't-0', 0);
    harness.clock.advance(SETTINGS.transactionalIdExpirationMs - 1);
    throwsKind('limit_exceeded', () => harness.init('c'));
    harness.clock.advance(1);
    assert.equal(harness.init('c').producerEpoch, 0);
    throwsKind('transactional_id_not_found', () => harness.coordinator.describe('a'));
  });
});

describe('taking a transactional id over', () => {
  test('bumps the epoch and fences the predecessor', () => {
    const harness = new TransactionHarness();
    const first = harness.init('a');
    assert.equal(first.producerEpoch, 0);
    const second = harness.init('a');
    assert.deepEqual(second, { producerId: first.producerId, producerEpoch: 1 });
    throwsKind('producer_epoch_invalid', () => harness.produce('a', first, 't-0', 0));
    throwsKind('producer_fenced', () => harness.end('a', first, true));
    throwsKind('producer_fenced', () => harness.end('a', first, false, false));
    throwsKind('producer_fenced', () => harness.init('a', first));
    harness.produce('a', second, 't-0', 0);
  });

  test('aborts the ongoing transaction at a bumped epoch and answers at once', () => {
    const harness = new TransactionHarness();
    const first = harness.init('a');
    harness.produce('a', first, 't-0', 0);
    harness.coordinator.addOffsets('a', first.producerId, first.producerEpoch, 'g');
    const second = harness.init('a', { transactionTimeoutMs: 5 });
    assert.deepEqual(second, { producerId: first.producerId, producerEpoch: 1 });
    assert.equal(harness.stateOf('a'), 'Empty');
    assert.equal(harness.coordinator.describe('a').timeoutMs, 5);
    assert.deepEqual(harness.partition('t-0').markers, [
      { producerId: first.producerId, producerEpoch: 1, commit: false, offset: 1 },
    ]);
    assert.deepEqual(harness.completedGroups, [{ producerId: first.producerId, groupIds: ['g'], commit: false }]);
    assert.equal(harness.atomicSets, 1);
    throwsKind('producer_fenced', () => harness.end('a', first, true));
    throwsKind('producer_fenced', () => harness.end('a', first, false));
    throwsKind('producer_fenced', () => harness.init('a', first));
    harness.produce('a', second, 't-0', 0);
    harness.end('a', second, true);
    assert.deepEqual(harness.partition('t-0').producers.abortedBetween(0, 10), [
      { producerId: first.producerId, firstOffset: 0 },
    ]);
  });

  test('at the last epoch gives a new producer id, also when there is a transaction to abort', () => {
    for (const ongoing of [false, true]) {
      const harness = new TransactionHarness();
      const old = harness.seed('a', 77_000, LAST);
      if (ongoing) harness.produce('a', old, 't-0', 0);
      const next = harness.init('a');
      assert.notEqual(next.producerId, old.producerId);
      assert.equal(next.producerEpoch, 0);
      if (ongoing) assert.equal(harness.partition('t-0').markers[0]?.producerEpoch, LAST + 1);
      throwsKind('producer_fenced', () => harness.end('a', old, true));
      throwsKind('producer_fenced', () => harness.init('a', old));
    }
  });
});

describe('KIP-360: a producer that recovers names the pair it has', () => {
  test('the present pair gets the next epoch, a retry of that gets the same', () => {
    const harness = new TransactionHarness();
    const first = harness.init('a');
    const second = harness.init('a', first);
    assert.deepEqual(second, { producerId: first.producerId, producerEpoch: 1 });
    assert.deepEqual(harness.init('a', first), second);
    assert.deepEqual(harness.init('a', first), second);
    assert.deepEqual(harness.init('a', second), { producerId: first.producerId, producerEpoch: 2 });
    throwsKind('producer_fenced', () => harness.init('a', first));
  });

  test('after a takeover by another incarnation the pair before is fenced', () => {
    const harness = new TransactionHarness();
    const first = harness.init('a');
    harness.init('a');
    throwsKind('producer_fenced', () => harness.init('a', first));
  });

  test('a foreign or future pair is fenced', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    throwsKind('producer_fenced', () => harness.init('a', { producerId: producerId + 1, producerEpoch: 0 }));
    throwsKind('producer_fenced', () => harness.init('a', { producerId, producerEpoch: 1 }));
  });

  test('a transactional id that is not known any more is made anew whatever the pair', () => {
    const harness = new TransactionHarness();
    assert.equal(harness.init('a', { producerId: 4242, producerEpoch: 7 }).producerEpoch, 0);
  });

  test('the present pair aborts its own ongoing transaction; a stale pair can not abort its successor', () => {
    const harness = new TransactionHarness();
    const first = harness.init('a');
    const second = harness.init('a', first);
    harness.produce('a', second, 't-0', 0);
    throwsKind('producer_fenced', () => harness.init('a', first));
    assert.equal(harness.stateOf('a'), 'Ongoing');
    const third = harness.init('a', second);
    assert.equal(third.producerEpoch, 2);
    assert.equal(harness.partition('t-0').markers[0]?.commit, false);
    assert.deepEqual(harness.init('a', second), third, 'a retry');
  });

  test('the last epoch moves to a new producer id, and a retry of that gets the same', () => {
    const harness = new TransactionHarness();
    const old = harness.seed('a', 77_000, LAST);
    const next = harness.init('a', old);
    assert.notEqual(next.producerId, old.producerId);
    assert.equal(next.producerEpoch, 0);
    assert.deepEqual(harness.init('a', old), next);
    assert.equal(harness.init('a', next).producerEpoch, 1);
    throwsKind('producer_fenced', () => harness.init('a', old));
  });

  test('is ignored without a transactional id: a new producer id it is', () => {
    const harness = new TransactionHarness();
    const first = harness.init(null);
    assert.notEqual(harness.init(null, first).producerId, first.producerId);
  });
});

test('a commit that the journal refuses changes nothing', () => {
  const harness = new TransactionHarness();
  const first = harness.init('a');
  harness.journalError = new DomainError('limit_exceeded', 'disk full');
  throwsKind('limit_exceeded', () => harness.init('a'));
  throwsKind('limit_exceeded', () => harness.produce('a', first, 't-0', 0));
  harness.journalError = undefined;
  harness.produce('a', first, 't-0', 0);
});
