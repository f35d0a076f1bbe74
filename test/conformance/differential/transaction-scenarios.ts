/** Transactions of both versions, and what a producer must not do. */
import type { Conversation, JsonObject } from '../../support/clients-probe.ts';
import { createTopic, fetchBody, initProducer, produceBody, type Scenario, versions } from './scenario.ts';

const CONCURRENT_TRANSACTIONS = 51;
/** Kafka begins a new segment where timestamps jump, and one answer to Fetch never crosses segments. */
const ONE_SEGMENT = { 'segment.ms': '9223372036854775807' };
type Producer = { readonly producerId: number; readonly producerEpoch: number };
type Topic = { readonly name: string; readonly topicId: string };

export const transactionScenarios: readonly Scenario[] = [
  { title: 'transactions: InitProducerId at every version, and its refusals', run: initialising },
  { title: 'transactions: one of the first version, committed and aborted', run: firstVersion },
  { title: 'transactions: one of the second version (KIP-890)', run: secondVersion },
  { title: 'transactions: unknown ids, stale epochs, wrong states', run: refusals },
  { title: 'transactions: offsets', run: offsets },
  { title: 'transactions: listed, described, their producers', run: described },
];

async function initialising(broker: Conversation): Promise<void> {
  for (const version of versions(0, 5)) {
    const transactionTimeoutMs = 10_000;
    await broker.ask('idempotent', 'InitProducerId', version, { transactionalId: null, transactionTimeoutMs });
  }
  const transactionalId = broker.name('init');
  const first = await initProducer(broker, transactionalId);
  const again = { transactionalId, transactionTimeoutMs: 10_000 };
  await broker.ask('again', 'InitProducerId', 4, again);
  await broker.ask('with its own epoch', 'InitProducerId', 4, {
    ...again,
    ...first,
    producerEpoch: first.producerEpoch + 1,
  });
  await broker.ask('with an old epoch', 'InitProducerId', 4, { ...again, ...first });
  await broker.ask('with a foreign id', 'InitProducerId', 4, {
    ...again,
    producerId: first.producerId + 999,
    producerEpoch: 0,
  });
  await broker.ask('an empty transactional id', 'InitProducerId', 4, { ...again, transactionalId: '' });
  await broker.ask('a timeout too long', 'InitProducerId', 4, { ...again, transactionTimeoutMs: 2_000_000_000 });
  await broker.ask('a timeout of nothing', 'InitProducerId', 4, { ...again, transactionTimeoutMs: 0 });
}

function addPartitions(transactionalId: string, producer: Producer, name: string, partitions = [0]): JsonObject {
  return {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producer.producerId,
    v3AndBelowProducerEpoch: producer.producerEpoch,
    v3AndBelowTopics: [{ name, partitions }],
  };
}

async function sendIn(
  broker: Conversation,
  title: string,
  topic: Topic,
  transactionalId: string,
  producer: Producer & { readonly baseSequence: number },
  version = 9,
): Promise<void> {
  const records = await broker.batch({ ...producer, transactional: true, records: [{ value: title }] });
  await broker.tell(title, 'Produce', version, produceBody(topic, records, { version, transactionalId }));
}

/** Whether the transaction before this one is complete. */
function isOver(answer: JsonObject): boolean {
  return !JSON.stringify(answer).includes(`rrorCode":${CONCURRENT_TRANSACTIONS}`);
}

/** Ends a transaction once the one before it is complete; the time that takes is nobody's business. */
async function end(broker: Conversation, title: string, version: number, body: JsonObject): Promise<JsonObject> {
  const answer = await broker.eventually('EndTxn', version, body, isOver);
  broker.note(`${title} (EndTxn v${version})`, answer);
  return answer;
}

async function add(broker: Conversation, title: string, version: number, body: JsonObject): Promise<void> {
  const answer = await broker.eventually('AddPartitionsToTxn', version, body, isOver);
  broker.note(`${title} (AddPartitionsToTxn v${version})`, answer);
}

async function firstVersion(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'first', 1, ONE_SEGMENT);
  const transactionalId = broker.name('first');
  const producer = await initProducer(broker, transactionalId);
  for (const version of versions(0, 3)) {
    await add(broker, 'add', version, addPartitions(transactionalId, producer, topic.name));
    await sendIn(broker, `record ${version}`, topic, transactionalId, { ...producer, baseSequence: version });
    if (version === 2) {
      await broker.ask('committed while open', 'Fetch', 12, fetchBody(topic, 0, { isolationLevel: 1 }));
      await broker.ask('uncommitted while open', 'Fetch', 12, fetchBody(topic, 0));
    }
    const committed = version % 2 === 0;
    await end(broker, committed ? 'commit' : 'abort', version, { transactionalId, ...producer, committed });
    await end(broker, 'the same again', version, { transactionalId, ...producer, committed });
    await end(broker, 'the opposite', version, { transactionalId, ...producer, committed: !committed });
  }
  await untilStable(broker, topic, 8);
  await broker.ask('committed', 'Fetch', 12, fetchBody(topic, 0, { isolationLevel: 1 }));
  await broker.ask('uncommitted', 'Fetch', 12, fetchBody(topic, 0));
  for (const version of versions(2, 10)) {
    const partitions = [{ partitionIndex: 0, timestamp: -1 }];
    const body = { replicaId: -1, isolationLevel: 1, topics: [{ name: topic.name, partitions }] };
    await broker.ask('latest, committed', 'ListOffsets', version, body);
  }
}

/** Waits until the markers of all transactions are written: a coordinator may do so after it has answered. */
async function untilStable(broker: Conversation, topic: Topic, end: number): Promise<void> {
  const partitions = [{ partitionIndex: 0, timestamp: -1 }];
  const body = { replicaId: -1, isolationLevel: 1, topics: [{ name: topic.name, partitions }] };
  await broker.eventually('ListOffsets', 5, body, (answer) => JSON.stringify(answer).includes(`"offset":${end},`));
}

async function secondVersion(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'second', 1, ONE_SEGMENT);
  const transactionalId = broker.name('second');
  let producer: Producer = await initProducer(broker, transactionalId);
  const next = async (title: string, committed: boolean) => {
    const ended = await end(broker, title, 5, { transactionalId, ...producer, committed });
    const before = producer;
    producer = { producerId: Number(ended.producerId), producerEpoch: Number(ended.producerEpoch) };
    return before;
  };
  await sendIn(broker, 'a record adds its partition', topic, transactionalId, { ...producer, baseSequence: 0 }, 12);
  const before = await next('commit', true);
  await end(broker, 'the commit again, at the old epoch', 5, { transactionalId, ...before, committed: true });
  await end(broker, 'the opposite, at the old epoch', 5, { transactionalId, ...before, committed: false });
  await sendIn(broker, 'a record of the old epoch', topic, transactionalId, { ...before, baseSequence: 1 }, 12);
  await sendIn(broker, 'a new epoch not at zero', topic, transactionalId, { ...producer, baseSequence: 4 }, 12);
  await sendIn(broker, 'a new epoch at zero', topic, transactionalId, { ...producer, baseSequence: 0 }, 12);
  await next('abort', false);
  await next('an abort of nothing', false);
  await untilStable(broker, topic, 4);
  await broker.ask('committed', 'Fetch', 12, fetchBody(topic, 0, { isolationLevel: 1 }));
  await broker.ask('uncommitted', 'Fetch', 12, fetchBody(topic, 0));
}

async function refusals(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'refusals');
  const transactionalId = broker.name('refusals');
  const old = await initProducer(broker, transactionalId);
  const producer = await initProducer(broker, transactionalId);
  const unknown = broker.name('unknown');
  for (const version of [1, 3]) {
    await broker.ask(
      'add: a stale epoch',
      'AddPartitionsToTxn',
      version,
      addPartitions(transactionalId, old, topic.name),
    );
    await broker.ask('end: a stale epoch', 'EndTxn', version, { transactionalId, ...old, committed: true });
  }
  await broker.ask('add: an unknown id', 'AddPartitionsToTxn', 3, addPartitions(unknown, producer, topic.name));
  await broker.ask(
    'add: an unknown topic',
    'AddPartitionsToTxn',
    3,
    addPartitions(transactionalId, producer, 'no-such-topic-here'),
  );
  await broker.ask(
    'add: an unknown partition',
    'AddPartitionsToTxn',
    3,
    addPartitions(transactionalId, producer, topic.name, [0, 9]),
  );
  await broker.ask('end: an unknown id', 'EndTxn', 3, { transactionalId: unknown, ...producer, committed: true });
  await broker.ask('end: nothing begun', 'EndTxn', 3, { transactionalId, ...producer, committed: true });
  const foreign = { ...producer, producerId: producer.producerId + 999 };
  await broker.ask('end: a foreign producer', 'EndTxn', 3, { transactionalId, ...foreign, committed: true });
  await sendIn(broker, 'a record in no transaction', topic, transactionalId, { ...producer, baseSequence: 0 });
  await sendIn(broker, 'a record of a stale epoch', topic, transactionalId, { ...old, baseSequence: 0 }, 12);
  const bare = await broker.batch({ ...producer, baseSequence: 0, transactional: true, records: [{ value: 'x' }] });
  await broker.tell('a record without its transactional id', 'Produce', 9, produceBody(topic, bare));
}

async function offsets(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'offsets');
  const transactionalId = broker.name('offsets');
  const groupId = broker.name('offsets');
  const producer = await initProducer(broker, transactionalId);
  const topics = [
    { name: topic.name, partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm' }] },
  ];
  const fetch = (title: string, requireStable: boolean) =>
    broker.ask(title, 'OffsetFetch', 7, {
      groupId,
      requireStable,
      topics: [{ name: topic.name, partitionIndexes: [0] }],
    });
  await broker.quietly('FindCoordinator', 3, { key: groupId, keyType: 0 });
  for (const version of versions(0, 3)) {
    await addOffsets(broker, version, { transactionalId, ...producer, groupId });
    await broker.ask('commit offsets', 'TxnOffsetCommit', version, { transactionalId, groupId, ...producer, topics });
    await fetch('while it is open', false);
    await fetch('while it is open, stable', true);
    await end(broker, version === 3 ? 'commit' : 'abort', 3, {
      transactionalId,
      ...producer,
      committed: version === 3,
    });
    await untilFetched(broker, groupId, topic.name);
    await fetch('after it ended', true);
  }
  const stranger = { generationId: 7, memberId: 'nobody' };
  await addOffsets(broker, 3, { transactionalId, ...producer, groupId });
  const body = { transactionalId, groupId, ...producer, topics };
  await broker.ask('commit offsets of an unknown member', 'TxnOffsetCommit', 3, { ...body, ...stranger });
  const old = { producerEpoch: producer.producerEpoch - 1 };
  await broker.ask('commit offsets at a stale epoch', 'TxnOffsetCommit', 3, { ...body, ...old });
}

async function addOffsets(broker: Conversation, version: number, body: JsonObject): Promise<void> {
  const answer = await broker.eventually('AddOffsetsToTxn', version, body, isOver);
  broker.note(`add offsets (AddOffsetsToTxn v${version})`, answer);
}

async function untilFetched(broker: Conversation, groupId: string, name: string): Promise<void> {
  const body = { groupId, requireStable: true, topics: [{ name, partitionIndexes: [0] }] };
  await broker.eventually('OffsetFetch', 7, body, (answer) => !JSON.stringify(answer).includes('"errorCode":88'));
}

async function described(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'described');
  const transactionalId = broker.name('described');
  const producer = await initProducer(broker, transactionalId);
  await add(broker, 'add', 3, addPartitions(transactionalId, producer, topic.name));
  await sendIn(broker, 'a record', topic, transactionalId, { ...producer, baseSequence: 0 });
  const unknown = broker.name('unknown');
  await broker.ask('describe', 'DescribeTransactions', 0, { transactionalIds: [transactionalId, unknown, ''] });
  const listed = await broker.quietly('ListTransactions', 1, {
    stateFilters: ['Ongoing'],
    producerIdFilters: [producer.producerId],
  });
  broker.note('list', listed);
  const topics = [{ name: topic.name, partitionIndexes: [0, 9] }];
  await broker.ask('producers', 'DescribeProducers', 0, { topics });
  await end(broker, 'commit', 3, { transactionalId, ...producer, committed: true });
  await untilStable(broker, topic, 2);
  await broker.ask('producers afterwards', 'DescribeProducers', 0, { topics });
}
