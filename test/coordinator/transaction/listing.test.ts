import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransactionFilter } from '../../../src/coordinator/transaction/transaction-listing.ts';
import { TransactionHarness, throwsKind } from './transaction-harness.ts';

function fill() {
  const harness = new TransactionHarness();
  const empty = harness.init('empty');
  const committed = harness.init('committed');
  harness.produce('committed', committed, 't-0', 0);
  harness.end('committed', committed, true);
  harness.clock.advance(100);
  const ongoing = harness.init('ongoing');
  harness.produce('ongoing', ongoing, 'u-0', 0);
  harness.coordinator.addOffsets('ongoing', ongoing.producerId, 0, 'g');
  harness.clock.advance(50);
  return { harness, empty, committed, ongoing };
}

test('list filters by producer id, state, duration and name, all at once', () => {
  const { harness, empty, ongoing } = fill();
  const names = (filter?: TransactionFilter) =>
    harness.coordinator.list(filter).map(({ transactionalId }) => transactionalId);
  assert.deepEqual(names(), ['empty', 'committed', 'ongoing']);
  assert.deepEqual(names({ producerIds: new Set([empty.producerId, 12_345]) }), ['empty']);
  assert.deepEqual(names({ states: new Set(['Ongoing', 'CompleteCommit']) }), ['committed', 'ongoing']);
  assert.deepEqual(names({ states: new Set(), producerIds: new Set() }), ['empty', 'committed', 'ongoing']);
  assert.deepEqual(names({ durationMs: 49 }), ['committed', 'ongoing']);
  assert.deepEqual(names({ durationMs: 50 }), ['committed']);
  assert.deepEqual(names({ durationMs: -1 }), ['empty', 'committed', 'ongoing']);
  assert.deepEqual(names({ matches: (name) => name.startsWith('o') }), ['ongoing']);
  assert.deepEqual(names({ states: new Set(['Ongoing']), producerIds: new Set([empty.producerId]) }), []);
  assert.deepEqual(harness.coordinator.list({ states: new Set(['Ongoing']) }), [
    { transactionalId: 'ongoing', producerId: ongoing.producerId, state: 'Ongoing' },
  ]);
});

test('describe tells the producer, the state and what the transaction touches', () => {
  const { harness, ongoing, committed } = fill();
  assert.deepEqual(harness.coordinator.describe('ongoing'), {
    transactionalId: 'ongoing',
    producerId: ongoing.producerId,
    producerEpoch: 0,
    state: 'Ongoing',
    timeoutMs: 60_000,
    startMs: 1_000_100,
    partitions: [['u', [0]]],
    groups: ['g'],
  });
  assert.deepEqual(harness.coordinator.describe('committed'), {
    transactionalId: 'committed',
    producerId: committed.producerId,
    producerEpoch: 1,
    state: 'CompleteCommit',
    timeoutMs: 60_000,
    startMs: 1_000_000,
    partitions: [],
    groups: [],
  });
  assert.equal(harness.coordinator.describe('empty').startMs, -1);
  throwsKind('transactional_id_not_found', () => harness.coordinator.describe('nobody'));
  throwsKind('invalid_request', () => harness.coordinator.describe(''));
});
