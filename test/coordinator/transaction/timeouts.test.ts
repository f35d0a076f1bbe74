import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AssertionError } from '../../../src/base/assert.ts';
import { DomainError } from '../../../src/base/errors.ts';
import { SETTINGS, TransactionHarness, throwsKind } from './transaction-harness.ts';

describe('a transaction that is open for longer than its timeout', () => {
  test('is aborted at a bumped epoch, and its producer is fenced', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a', { transactionTimeoutMs: 1000 });
    harness.produce('a', producer, 't-0', 0);
    harness.clock.advance(999);
    harness.produce('a', producer, 't-0', 1);
    assert.equal(harness.stateOf('a'), 'Ongoing');
    harness.clock.advance(1);
    assert.equal(harness.stateOf('a'), 'CompleteAbort');
    assert.deepEqual(harness.partition('t-0').markers, [
      { producerId: producer.producerId, producerEpoch: 1, commit: false, offset: 2 },
    ]);
    throwsKind('producer_epoch_invalid', () => harness.produce('a', producer, 't-0', 2));
    throwsKind('transaction_state_invalid', () => harness.end('a', producer, true));
    throwsKind('producer_fenced', () => harness.end('a', producer, true, false));
    throwsKind('producer_fenced', () => harness.end('a', producer, false, false));
    assert.equal(harness.clock.timerCount, 0);
  });

  test('its producer may recover by InitProducerId with the pair it has, and go on', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a', { transactionTimeoutMs: 1000 });
    harness.produce('a', producer, 't-0', 0);
    harness.clock.advance(1000);
    const next = harness.init('a', producer);
    assert.deepEqual(next, { ...producer, producerEpoch: 1 });
    harness.produce('a', next, 't-0', 0);
    harness.end('a', next, true);
  });

  test('at the last epoch leaves a new producer id behind', () => {
    const harness = new TransactionHarness();
    const old = harness.seed('a', 77_000, 32_766);
    harness.produce('a', old, 't-0', 0);
    harness.clock.advance(60_000);
    const { producerId, producerEpoch } = harness.coordinator.describe('a');
    assert.notEqual(producerId, old.producerId);
    assert.equal(producerEpoch, 0);
    throwsKind('transaction_state_invalid', () => harness.end('a', old, true));
    assert.deepEqual(harness.end('a', old, false), { producerId, producerEpoch });
  });

  test('is not measured from the transaction before', () => {
    const harness = new TransactionHarness();
    let producer = harness.init('a', { transactionTimeoutMs: 1000 });
    harness.produce('a', producer, 't-0', 0);
    harness.clock.advance(900);
    producer = harness.end('a', producer, true);
    assert.equal(harness.clock.timerCount, 0);
    harness.clock.advance(50);
    harness.produce('a', producer, 't-0', 0);
    harness.clock.advance(999);
    assert.equal(harness.stateOf('a'), 'Ongoing');
    harness.clock.advance(1);
    assert.equal(harness.stateOf('a'), 'CompleteAbort');
  });

  test('times out after a restart when it would have without, or at once if that has passed', () => {
    const harness = new TransactionHarness();
    const slow = harness.init('slow', { transactionTimeoutMs: 1000 });
    const late = harness.init('late', { transactionTimeoutMs: 100 });
    harness.produce('slow', slow, 't-0', 0);
    harness.produce('late', late, 't-1', 0);
    harness.coordinator.stop();
    harness.clock.advance(400);
    assert.equal(harness.stateOf('late'), 'Ongoing', 'nothing runs after stop');
    harness.restart();
    harness.clock.advance(0);
    assert.equal(harness.stateOf('late'), 'CompleteAbort');
    harness.clock.advance(599);
    assert.equal(harness.stateOf('slow'), 'Ongoing');
    harness.clock.advance(1);
    assert.equal(harness.stateOf('slow'), 'CompleteAbort');
  });

  test('gets no more than its whole timeout after a restart at which the wall clock went back', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a', { transactionTimeoutMs: 1000 });
    harness.produce('a', producer, 't-0', 0);
    harness.clock.wallJumpMs = -500_000;
    harness.restart();
    harness.clock.advance(1000);
    assert.equal(harness.stateOf('a'), 'CompleteAbort');
  });

  test('is aborted later if the abort can not be written at once', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a', { transactionTimeoutMs: 1000 });
    harness.produce('a', producer, 't-0', 0);
    harness.journalError = new DomainError('limit_exceeded', 'disk full');
    harness.clock.advance(1500);
    assert.equal(harness.stateOf('a'), 'Ongoing');
    harness.journalError = undefined;
    harness.clock.advance(500);
    assert.equal(harness.stateOf('a'), 'CompleteAbort');
    assert.equal(harness.partition('t-0').markers.length, 1);
  });
});

describe('transactional ids', () => {
  test('expire when idle for long enough, not while a transaction is ongoing', () => {
    const harness = new TransactionHarness({ ...SETTINGS, transactionTimeoutMsMax: 2 ** 31 - 1 });
    harness.coordinator.start();
    harness.init('idle');
    const used = harness.init('used');
    const open = harness.init('open', { transactionTimeoutMs: 2 ** 31 - 1 });
    harness.produce('open', open, 't-0', 0);
    harness.clock.advance(SETTINGS.transactionalIdExpirationMs - 1);
    harness.produce('used', used, 't-1', 0);
    harness.end('used', used, true);
    harness.clock.advance(SETTINGS.transactionalIdExpirationCheckMs);
    const names = harness.coordinator.list().map(({ transactionalId }) => transactionalId);
    assert.deepEqual(names, ['used', 'open']);
    throwsKind('producer_id_mapping_invalid', () => harness.produce('idle', used, 't-0', 0));
    harness.restart();
    assert.deepEqual(
      harness.coordinator.list().map(({ transactionalId }) => transactionalId),
      names,
    );
    harness.coordinator.stop();
    assert.equal(harness.clock.timerCount, 0);
  });

  test('many expire in commits of limited size', () => {
    const harness = new TransactionHarness({ ...SETTINGS, transactionalIdsMax: 2000 });
    for (let index = 0; index < 1100; index++) harness.init(`id-${index}`);
    harness.clock.advance(SETTINGS.transactionalIdExpirationMs);
    assert.equal(harness.coordinator.expireTransactionalIds(), 1100);
    assert.deepEqual(harness.coordinator.list(), []);
  });
});

test('a record that breaks the table of transitions is a bug and throws', () => {
  const harness = new TransactionHarness();
  const { producerId } = harness.init('a');
  const empty = harness.journal.at(-1);
  assert.ok(empty?.type === 'transaction');
  const apply = (name: 'CompleteCommit') => () => harness.coordinator.apply({ ...empty, state: { name, startMs: 0 } });
  assert.throws(apply('CompleteCommit'), AssertionError, 'Empty to CompleteCommit');
  harness.coordinator.addOffsets('a', producerId, 0, 'g');
  assert.throws(() => harness.coordinator.apply(empty), AssertionError, 'Ongoing to Empty');
  assert.throws(
    () => harness.coordinator.apply({ type: 'transactional_id_expired', transactionalId: 'a' }),
    AssertionError,
    'Ongoing to gone',
  );
  assert.throws(
    () => harness.coordinator.apply({ type: 'transactional_id_expired', transactionalId: 'nobody' }),
    AssertionError,
  );
  assert.throws(() => harness.coordinator.apply({ type: 'producer_ids_reserved', end: 0 }), AssertionError);
});
