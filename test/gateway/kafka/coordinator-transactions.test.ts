/** Transactions as producers and tools of every version see them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/gateway/kafka/protocol/error-codes.ts';
import { type ApiName, CoordinatorHarness, type Fields } from './coordinator-harness.ts';

const TRANSACTIONAL_ID = 'mover';
const GROUP = 'readers';

interface Pair {
  readonly producerId: number;
  readonly producerEpoch: number;
}

async function started(): Promise<{ harness: CoordinatorHarness; pair: Pair }> {
  const harness = await CoordinatorHarness.start();
  return { harness, pair: pairOf(await initialize(harness, 5)) };
}

function initialize(harness: CoordinatorHarness, apiVersion: number, fields: Fields = {}): Promise<Fields> {
  const request = { transactionalId: TRANSACTIONAL_ID, transactionTimeoutMs: 60_000, ...fields };
  return harness.call('initProducerId', apiVersion, request);
}

function pairOf({ producerId, producerEpoch }: Fields): Pair {
  return { producerId, producerEpoch };
}

/** Of both forms of the request; `orders` with these partitions. */
function addRequest({ producerId, producerEpoch }: Pair, partitions: number[], fields: Fields = {}): Fields {
  const topics = [{ name: 'orders', partitions }];
  const transaction = { transactionalId: TRANSACTIONAL_ID, producerId, producerEpoch, verifyOnly: false, topics };
  return {
    transactions: [{ ...transaction, ...fields }],
    v3AndBelowTransactionalId: TRANSACTIONAL_ID,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: topics,
  };
}

function addCodes(response: Fields, apiVersion: number): number[] {
  const topics = apiVersion < 4 ? response.resultsByTopicV3AndBelow : response.resultsByTransaction[0].topicResults;
  return topics[0].resultsByPartition.map(({ partitionErrorCode }: Fields) => partitionErrorCode);
}

async function add(harness: CoordinatorHarness, pair: Pair, apiVersion = 3, partitions = [0]): Promise<number[]> {
  return addCodes(await harness.call('addPartitionsToTxn', apiVersion, addRequest(pair, partitions)), apiVersion);
}

function endRequest(pair: Pair, committed = true): Fields {
  return { transactionalId: TRANSACTIONAL_ID, ...pair, committed };
}

function offsetsRequest(pair: Pair, fields: Fields = {}): Fields {
  const partitions = [0, 9].map((partitionIndex) => ({
    partitionIndex,
    committedOffset: 40,
    committedLeaderEpoch: 0,
    committedMetadata: null,
  }));
  const topics = ['orders', 'gone'].map((name) => ({ name, partitions }));
  const member = { generationId: -1, memberId: '', groupInstanceId: null };
  return { transactionalId: TRANSACTIONAL_ID, groupId: GROUP, ...pair, ...member, topics, ...fields };
}

/** The codes of orders-0, orders-9, gone-0 and gone-9. */
async function commitOffsets(
  harness: CoordinatorHarness,
  pair: Pair,
  apiVersion: number,
  fields: Fields = {},
): Promise<number[]> {
  const { topics } = await harness.call('txnOffsetCommit', apiVersion, offsetsRequest(pair, fields));
  return topics.flatMap(({ partitions }: Fields) => partitions.map(({ errorCode }: Fields) => errorCode));
}

async function fetchOffset(harness: CoordinatorHarness): Promise<{ committedOffset: number; errorCode: number }> {
  const topics = [{ name: 'orders', partitionIndexes: [0] }];
  const fetched = await harness.call('offsetFetch', 7, { groupId: GROUP, topics, requireStable: true });
  return fetched.topics[0].partitions[0];
}

/** A pair that a successor has fenced. */
async function fencedPair(): Promise<{ harness: CoordinatorHarness; pair: Pair }> {
  const { harness, pair } = await started();
  await initialize(harness, 5);
  return { harness, pair };
}

test('InitProducerId gives ids, bumps epochs, and refuses what makes no sense', async () => {
  const { harness, pair } = await started();
  assert.deepEqual(pairOf(await initialize(harness, 0)), { ...pair, producerEpoch: pair.producerEpoch + 1 });
  const idempotent = await initialize(harness, 4, { transactionalId: null });
  assert.deepEqual([idempotent.errorCode, idempotent.producerEpoch], [0, 0]);
  assert.notEqual(idempotent.producerId, pair.producerId);
  for (const [fields, code] of [
    [{ transactionalId: '' }, ErrorCode.INVALID_REQUEST],
    [{ producerId: 5 }, ErrorCode.INVALID_REQUEST],
    [{ transactionTimeoutMs: 0 }, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
  ] as const) {
    const refused = await initialize(harness, 5, fields);
    assert.deepEqual([refused.errorCode, refused.producerId, refused.producerEpoch], [code, -1, -1]);
  }
});

test('being fenced is INVALID_PRODUCER_EPOCH to clients that do not know PRODUCER_FENCED', async () => {
  const { harness, pair } = await fencedPair();
  const init = async (apiVersion: number) => (await initialize(harness, apiVersion, pair)).errorCode;
  assert.deepEqual([await init(3), await init(4)], [ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.PRODUCER_FENCED]);
  const request = { transactionalId: TRANSACTIONAL_ID, groupId: GROUP, ...pair };
  const offsets = async (apiVersion: number) => (await harness.call('addOffsetsToTxn', apiVersion, request)).errorCode;
  const end = async (apiVersion: number) => (await harness.call('endTxn', apiVersion, endRequest(pair))).errorCode;
  const partition = async (apiVersion: number) => (await add(harness, pair, apiVersion))[0];
  for (const call of [offsets, end, partition]) {
    assert.deepEqual([await call(0), await call(1)], [47, 47]);
    assert.deepEqual([await call(2), await call(4)], [90, 90]);
  }
  const { errorCode, producerId, producerEpoch } = await harness.call('endTxn', 5, endRequest(pair));
  assert.deepEqual([errorCode, producerId, producerEpoch], [ErrorCode.PRODUCER_FENCED, -1, -1]);
  for (const apiVersion of [0, 3, 4, 5]) {
    assert.deepEqual(await commitOffsets(harness, pair, apiVersion), [47, 3, 3, 3]);
  }
});

test('AddPartitionsToTxn adds all or none', async () => {
  for (const apiVersion of [3, 5]) {
    const { harness, pair } = await started();
    assert.deepEqual(await add(harness, pair, apiVersion, [0, 9]), [
      ErrorCode.OPERATION_NOT_ATTEMPTED,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    assert.equal(harness.services.transactions.describe(TRANSACTIONAL_ID).state, 'Empty');
    assert.deepEqual(await add(harness, pair, apiVersion, [0, 1]), [0, 0]);
    assert.deepEqual(harness.services.transactions.describe(TRANSACTIONAL_ID).partitions, [['orders', [0, 1]]]);
  }
});

test('AddPartitionsToTxn refuses unknown and empty transactional ids', async () => {
  const { harness, pair } = await started();
  for (const [transactionalId, code] of [
    ['nobody', ErrorCode.INVALID_PRODUCER_ID_MAPPING],
    ['', ErrorCode.INVALID_REQUEST],
  ] as const) {
    const request = addRequest(pair, [0, 1], { transactionalId });
    assert.deepEqual(addCodes(await harness.call('addPartitionsToTxn', 4, request), 4), [code, code]);
  }
});

test('a batch of transactions may verify instead of adding', async () => {
  const { harness, pair } = await started();
  await add(harness, pair, 3, [1]);
  const verify = addRequest(pair, [0, 1], { verifyOnly: true });
  const codes = addCodes(await harness.call('addPartitionsToTxn', 5, verify), 5);
  assert.deepEqual(codes, [ErrorCode.TRANSACTION_ABORTABLE, ErrorCode.NONE]);
  assert.deepEqual(harness.services.transactions.describe(TRANSACTIONAL_ID).partitions, [['orders', [1]]]);
});

test('EndTxn bumps the epoch from version 5 on only', async () => {
  const { harness, pair } = await started();
  await add(harness, pair);
  assert.equal((await harness.call('endTxn', 4, endRequest(pair))).errorCode, ErrorCode.NONE);
  await add(harness, pair);
  const { errorCode, ...next } = await harness.call('endTxn', 5, endRequest(pair));
  assert.equal(errorCode, ErrorCode.NONE);
  assert.deepEqual(pairOf(next), { ...pair, producerEpoch: pair.producerEpoch + 1 });
  assert.equal(harness.services.streams.partition(harness.ordersId, 0).endOffset, 2);
  const unnamed = await harness.call('endTxn', 3, { ...endRequest(pair), transactionalId: '' });
  assert.equal(unnamed.errorCode, ErrorCode.INVALID_REQUEST);
  const nothing = await harness.call('endTxn', 5, endRequest(pairOf(next)));
  assert.equal(nothing.errorCode, ErrorCode.INVALID_TXN_STATE);
});

test('transactional offsets take effect when the transaction commits', async () => {
  const { harness, pair } = await started();
  const request = { transactionalId: TRANSACTIONAL_ID, groupId: GROUP, ...pair };
  assert.equal((await harness.call('addOffsetsToTxn', 3, request)).errorCode, ErrorCode.NONE);
  assert.deepEqual(await commitOffsets(harness, pair, 3), [0, 3, 3, 3]);
  assert.equal((await fetchOffset(harness)).errorCode, ErrorCode.UNSTABLE_OFFSET_COMMIT);
  await harness.call('endTxn', 3, endRequest(pair));
  const { committedOffset, errorCode } = await fetchOffset(harness);
  assert.deepEqual([committedOffset, errorCode], [40, ErrorCode.NONE]);
});

test('TxnOffsetCommit adds the group from version 5 on; before, a missing group is an error by version', async () => {
  const { harness, pair } = await started();
  assert.deepEqual(await commitOffsets(harness, pair, 3), [ErrorCode.INVALID_TXN_STATE, 3, 3, 3]);
  assert.deepEqual(await commitOffsets(harness, pair, 4), [ErrorCode.TRANSACTION_ABORTABLE, 3, 3, 3]);
  assert.deepEqual(await commitOffsets(harness, pair, 5), [0, 3, 3, 3]);
  assert.deepEqual(harness.services.transactions.describe(TRANSACTIONAL_ID).groups, [GROUP]);
});

test('TxnOffsetCommit is refused for who is not in the group', async () => {
  const { harness, pair } = await started();
  assert.deepEqual(await commitOffsets(harness, pair, 5, { groupId: '' }), [ErrorCode.INVALID_GROUP_ID, 3, 3, 3]);
  const generation = { generationId: 3, memberId: 'm' };
  assert.deepEqual(await commitOffsets(harness, pair, 5, generation), [ErrorCode.ILLEGAL_GENERATION, 3, 3, 3]);
  await commitOffsets(harness, pair, 5);
  assert.deepEqual(await commitOffsets(harness, pair, 5, generation), [ErrorCode.UNKNOWN_MEMBER_ID, 3, 3, 3]);
});

test('nothing that exists in TxnOffsetCommit: neither transaction nor group is asked', async () => {
  const { harness, pair } = await started();
  const topics = [{ name: 'gone', partitions: offsetsRequest(pair).topics[0].partitions }];
  assert.deepEqual(await commitOffsets(harness, pair, 5, { topics, groupId: '' }), [3, 3]);
  assert.equal(harness.services.transactions.describe(TRANSACTIONAL_ID).state, 'Empty');
});

test('tools see transactions, and which of their filters are unknown', async () => {
  const { harness, pair } = await started();
  await add(harness, pair);
  const ids = { transactionalIds: [TRANSACTIONAL_ID, 'nobody'] };
  const [known, unknown] = (await harness.call('describeTransactions', 0, ids)).transactionStates;
  assert.deepEqual([known.errorCode, known.transactionState, pairOf(known)], [0, 'Ongoing', pair]);
  assert.deepEqual(known.topics, [{ ...known.topics[0], topic: 'orders', partitions: [0] }]);
  assert.equal(known.transactionStartTimeMs, harness.scheduler.nowMs());
  assert.equal(unknown.errorCode, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);

  const list = async (apiVersion: number, fields: Fields) => {
    const request = { stateFilters: [], producerIdFilters: [], ...fields };
    const { transactionStates, unknownStateFilters } = await harness.call('listTransactions', apiVersion, request);
    return [transactionStates.map(({ transactionalId }: Fields) => transactionalId), unknownStateFilters];
  };
  assert.deepEqual(await list(0, {}), [[TRANSACTIONAL_ID], []]);
  assert.deepEqual(await list(0, { stateFilters: ['Ongoing', 'Odd'] }), [[TRANSACTIONAL_ID], ['Odd']]);
  assert.deepEqual(await list(0, { stateFilters: ['Odd'] }), [[], ['Odd']]);
  assert.deepEqual(await list(0, { producerIdFilters: [pair.producerId + 1] }), [[], []]);
  assert.deepEqual(await list(1, { durationFilter: 1000 }), [[], []]);
  await harness.scheduler.advance(1001);
  assert.deepEqual(await list(1, { durationFilter: 1000 }), [[TRANSACTIONAL_ID], []]);
});

test('WriteTxnMarkers ends a transaction in a partition, unless the epoch is an old one', async () => {
  const { harness } = await started();
  const partition = harness.services.streams.partition(harness.ordersId, 0);
  const write = async (producerEpoch: number, partitionIndexes: number[], producerId = 77) => {
    const topics = [{ name: 'orders', partitionIndexes }];
    const marker = { producerId, producerEpoch, transactionResult: false, topics, coordinatorEpoch: 0 };
    const { markers } = await harness.call('writeTxnMarkers', 1, { markers: [marker] });
    return markers[0].topics[0].partitions.map(({ errorCode }: Fields) => errorCode);
  };
  assert.deepEqual(await write(4, [0, 9]), [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
  assert.deepEqual(
    partition.producers.describe().map(({ producerId, producerEpoch }) => [producerId, producerEpoch]),
    [[77, 4]],
  );
  assert.deepEqual(await write(3, [0]), [ErrorCode.INVALID_PRODUCER_EPOCH]);
  assert.deepEqual(await write(-1, [0]), [ErrorCode.INVALID_REQUEST]);
  assert.equal(partition.endOffset, 1);
});

test('every advertised version answers both ways: served and refused', async () => {
  const { harness, pair } = await started();
  const stale = { ...pair, producerEpoch: pair.producerEpoch + 7 };
  const markers = (one: Pair) => [
    { ...one, transactionResult: true, topics: [{ name: 'orders', partitionIndexes: [0, 9] }], coordinatorEpoch: 0 },
  ];
  const requests: readonly [ApiName, (one: Pair) => Fields][] = [
    ['initProducerId', () => ({ transactionalId: null, transactionTimeoutMs: 1 })],
    ['initProducerId', () => ({ transactionalId: '', transactionTimeoutMs: 1 })],
    ['addPartitionsToTxn', (one) => addRequest(one, [0])],
    ['addOffsetsToTxn', (one) => ({ transactionalId: TRANSACTIONAL_ID, groupId: GROUP, ...one })],
    ['txnOffsetCommit', (one) => offsetsRequest(one)],
    ['describeTransactions', () => ({ transactionalIds: [TRANSACTIONAL_ID, 'nobody', ''] })],
    ['listTransactions', () => ({ stateFilters: ['Odd'], producerIdFilters: [] })],
    ['endTxn', (one) => endRequest(one, false)],
    ['writeTxnMarkers', (one) => ({ markers: markers(one) })],
  ];
  for (const [name, request] of requests) {
    const [first, last] = harness.handler(name).versions;
    for (let apiVersion = first; apiVersion <= last; apiVersion += 1) {
      for (const one of [pair, stale]) {
        const response = await harness.call(name, apiVersion, request(one));
        assert.equal(response.throttleTimeMs ?? 0, 0, `${name} ${apiVersion}`);
      }
    }
  }
});
