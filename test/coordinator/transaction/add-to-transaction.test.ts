import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TransactionHarness, throwsKind } from './transaction-harness.ts';

const T0 = { topic: 't', partition: 0 };
const T1 = { topic: 't', partition: 1 };
const U0 = { topic: 'u', partition: 0 };
const GONE = { topic: 'gone', partition: 0 };

describe('AddPartitionsToTxn', () => {
  test('begins the transaction, grows it, and writes nothing for what is there already', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    assert.deepEqual(harness.coordinator.addPartitions('a', producerId, 0, [T0, T1]), []);
    harness.clock.advance(10);
    assert.deepEqual(harness.coordinator.addPartitions('a', producerId, 0, [T1, U0]), []);
    const records = harness.journal.length;
    assert.deepEqual(harness.coordinator.addPartitions('a', producerId, 0, [T0, T1, U0]), []);
    assert.equal(harness.journal.length, records);
    assert.deepEqual(harness.journal.at(-1), {
      type: 'transaction_grown',
      transactionalId: 'a',
      updatedMs: 1_000_010,
      partitions: [['u', [0]]],
      groups: [],
    });
    const { state, startMs, partitions } = harness.coordinator.describe('a');
    assert.deepEqual(
      { state, startMs, partitions },
      {
        state: 'Ongoing',
        startMs: 1_000_000,
        partitions: [
          ['t', [0, 1]],
          ['u', [0]],
        ],
      },
    );
  });

  test('adds nothing if one of the partitions does not exist, and says which', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    assert.deepEqual(harness.coordinator.addPartitions('a', producerId, 0, [T0, GONE]), [GONE]);
    assert.equal(harness.stateOf('a'), 'Empty');
  });

  test('is refused to anyone but the present producer', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    const add = (transactionalId: string, id: number, epoch: number) => () =>
      harness.coordinator.addPartitions(transactionalId, id, epoch, [T0]);
    throwsKind('invalid_request', add('', producerId, 0));
    throwsKind('producer_id_mapping_invalid', add('b', producerId, 0));
    throwsKind('producer_id_mapping_invalid', add('a', producerId + 1, 0));
    throwsKind('producer_fenced', add('a', producerId, 1));
    harness.init('a');
    throwsKind('producer_fenced', add('a', producerId, 0));
  });

  test('verifyOnly tells which partitions are missing and adds none', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    assert.deepEqual(harness.coordinator.verifyPartitions('a', producerId, 0, [T0]), [T0]);
    harness.coordinator.addPartitions('a', producerId, 0, [T0]);
    assert.deepEqual(harness.coordinator.verifyPartitions('a', producerId, 0, [T0, T1]), [T1]);
    assert.deepEqual(harness.coordinator.describe('a').partitions, [['t', [0]]]);
    throwsKind('producer_fenced', () => harness.coordinator.verifyPartitions('a', producerId, 1, [T0]));
  });
});

describe('produce', () => {
  test('v1 must have added the partition, in this transaction', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a');
    throwsKind('transaction_state_invalid', () => harness.produce('a', producer, 't-0', 0, { v2: false }));
    harness.coordinator.addPartitions('a', producer.producerId, 0, [T0]);
    harness.produce('a', producer, 't-0', 0, { v2: false });
    throwsKind('transaction_state_invalid', () => harness.produce('a', producer, 't-1', 0, { v2: false }));
    harness.end('a', producer, true, false);
    throwsKind('transaction_state_invalid', () => harness.produce('a', producer, 't-0', 1, { v2: false }));
  });

  test('v2 adds the partition on its way, with one record however often it is written to', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a');
    const records = harness.journal.length;
    for (let sequence = 0; sequence < 5; sequence++) harness.produce('a', producer, 't-0', sequence);
    assert.equal(harness.journal.length, records + 1);
    assert.equal(harness.stateOf('a'), 'Ongoing');
  });

  test('a stale epoch is an invalid epoch here, a foreign producer id is not mapped', () => {
    const harness = new TransactionHarness();
    const producer = harness.init('a');
    const current = harness.init('a');
    harness.produce('a', current, 't-0', 0);
    throwsKind('producer_epoch_invalid', () => harness.produce('a', producer, 't-0', 0));
    throwsKind('producer_id_mapping_invalid', () => harness.produce('b', current, 't-0', 0));
    throwsKind('producer_id_mapping_invalid', () => harness.produce('a', { ...current, producerId: 99 }, 't-0', 0));
  });
});

describe('offsets', () => {
  test('v1 needs AddOffsetsToTxn, v2 adds the group on its way', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    const verify = (group: string, implicitAdd: boolean) =>
      harness.coordinator.verifyOrAddGroup('a', producerId, 0, group, implicitAdd);
    throwsKind('transaction_state_invalid', () => verify('g', false));
    harness.coordinator.addOffsets('a', producerId, 0, 'g');
    verify('g', false);
    throwsKind('transaction_state_invalid', () => verify('h', false));
    verify('h', true);
    const records = harness.journal.length;
    verify('h', true);
    verify('h', false);
    harness.coordinator.addOffsets('a', producerId, 0, 'g');
    assert.equal(harness.journal.length, records);
    assert.deepEqual(harness.coordinator.describe('a').groups, ['g', 'h']);
  });

  test('stale epochs: fenced from the coordinator, invalid epoch with the offsets', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    harness.init('a');
    throwsKind('producer_fenced', () => harness.coordinator.addOffsets('a', producerId, 0, 'g'));
    throwsKind('producer_epoch_invalid', () => harness.coordinator.verifyOrAddGroup('a', producerId, 0, 'g', true));
  });

  test('one transaction takes only so many groups', () => {
    const harness = new TransactionHarness();
    const { producerId } = harness.init('a');
    for (const group of ['g', 'h', 'i']) harness.coordinator.addOffsets('a', producerId, 0, group);
    throwsKind('limit_exceeded', () => harness.coordinator.addOffsets('a', producerId, 0, 'j'));
    harness.coordinator.addOffsets('a', producerId, 0, 'i');
  });
});
