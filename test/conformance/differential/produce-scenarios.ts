/** Produce and Fetch: every version, and what must be refused. */
import type { BatchSpec, Conversation } from '../../support/clients-probe.ts';
import { createTopic, fetchBody, initProducer, produceBody, type Scenario, versions } from './scenario.ts';

const NO_TOPIC = { name: 'no-such-topic-here', topicId: 'AAAAAAAAAAAAAAAAAAAABw' };
const MAGIC_OFFSET = 16;
const ATTRIBUTES_OFFSET = 21;
const CRC_OFFSET = 17;
const COUNT_OFFSET = 57;
const one: BatchSpec = { records: [{ value: 'x' }] };

export const produceScenarios: readonly Scenario[] = [
  { title: 'produce and fetch at every version', run: everyVersion },
  { title: 'produce: corrupt and illegal batches', run: badBatches },
  { title: 'produce: unknown topics, partitions, and acks', run: badTargets },
  { title: 'produce: sequences, duplicates, and epochs of an idempotent producer', run: sequences },
  { title: 'produce: limits of the topic', run: limits },
  { title: 'fetch: offsets, epochs, sessions, isolation', run: fetches },
];

async function everyVersion(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'versions');
  for (const version of versions(3, 13)) {
    const records = await broker.batch({
      codec: version % 2 ? 'lz4' : 'none',
      records: [{ value: `v${version}`, key: 'k' }],
    });
    await broker.ask('a good batch', 'Produce', version, produceBody(topic, records, { version }));
  }
  for (const version of versions(4, 17)) {
    await broker.ask('all of it', 'Fetch', version, fetchBody(topic, 0, { version }));
  }
}

/** A good batch with some bytes changed, and its checksum left wrong or made right again. */
async function changed(broker: Conversation, change: (batch: Buffer) => void, spec = one): Promise<Buffer> {
  const batch = await broker.batch(spec);
  change(batch);
  return batch;
}

async function badBatches(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'bad');
  const send = async (title: string, records: Buffer, version = 9) =>
    broker.tell(title, 'Produce', version, produceBody(topic, records, { version }));
  await send('a wrong checksum', await changed(broker, (batch) => batch.writeUInt32BE(1, CRC_OFFSET)));
  await send('a changed record', await changed(broker, (batch) => batch.writeUInt8(1, batch.length - 1)));
  await send('a magic of the future', await changed(broker, (batch) => batch.writeUInt8(3, MAGIC_OFFSET)));
  await send('a negative magic', await changed(broker, (batch) => batch.writeInt8(-1, MAGIC_OFFSET)));
  await send('a count that lies', await changed(broker, (batch) => batch.writeInt32BE(5, COUNT_OFFSET)));
  await send('attributes changed', await changed(broker, (batch) => batch.writeUInt8(0x20, ATTRIBUTES_OFFSET + 1)));
  await send('magic 1', await broker.batch({ ...one, magic: 1 }));
  await send('magic 0', await broker.batch({ ...one, magic: 0 }));
  await send('no bytes', Buffer.alloc(0));
  await send('two batches', Buffer.concat([await broker.batch(one), await broker.batch(one)]));
  await send('a truncated batch', (await broker.batch(one)).subarray(0, -3));
  await send('zstd before version 7', await broker.batch({ ...one, codec: 'zstd' }), 6);
  await send('zstd from version 7 on', await broker.batch({ ...one, codec: 'zstd' }), 7);
  await broker.ask('what was kept', 'Fetch', 12, fetchBody(topic, 0));
}

async function badTargets(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'targets');
  const records = await broker.batch(one);
  await broker.tell('an unknown topic', 'Produce', 9, produceBody(NO_TOPIC, records));
  await broker.tell('an unknown topic id', 'Produce', 13, produceBody(NO_TOPIC, records, { version: 13 }));
  await broker.tell('an unknown partition', 'Produce', 9, produceBody(topic, records, { partition: 7 }));
  await broker.tell('acks of 2', 'Produce', 9, produceBody(topic, records, { acks: 2 }));
  await broker.tell('acks of 1', 'Produce', 9, produceBody(topic, records, { acks: 1 }));
  await broker.tell('an empty list', 'Produce', 9, { acks: -1, timeoutMs: 1000, topicData: [] });
}

async function sequences(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'sequences');
  const { producerId, producerEpoch } = await initProducer(broker, null);
  const send = async (title: string, baseSequence: number, epoch = producerEpoch, value = 'x') => {
    const spec = { producerId, producerEpoch: epoch, baseSequence, records: [{ value }] };
    await broker.tell(title, 'Produce', 9, produceBody(topic, await broker.batch(spec)));
  };
  await send('the first', 0);
  await send('the second', 1);
  await send('the second again', 1);
  await send('the first again', 0);
  await send('a gap', 5);
  for (const sequence of versions(2, 7)) await send('the next', sequence);
  await send('one that is no longer remembered', 1);
  await send('a new epoch not at zero', 3, producerEpoch + 1);
  await send('a new epoch at zero', 0, producerEpoch + 1);
  await send('the old epoch', 8);
  const stranger = { producerId: producerId + 1000, producerEpoch: 0, baseSequence: 7, records: [{ value: 'x' }] };
  await broker.tell(
    'an unknown producer in the middle',
    'Produce',
    9,
    produceBody(topic, await broker.batch(stranger)),
  );
  await broker.ask('what was kept', 'Fetch', 12, fetchBody(topic, 0));
}

async function limits(broker: Conversation): Promise<void> {
  const small = await createTopic(broker, 'small', 1, { 'max.message.bytes': '500' });
  const large = await broker.batch({ records: [{ value: 'x'.repeat(1000) }] });
  await broker.tell('over max.message.bytes', 'Produce', 9, produceBody(small, large));
  const compact = await createTopic(broker, 'compact', 1, { 'cleanup.policy': 'compact' });
  await broker.tell('no key in a compacted topic', 'Produce', 9, produceBody(compact, await broker.batch(one)));
  const timed = await createTopic(broker, 'timed', 1, { 'message.timestamp.before.max.ms': '1000' });
  await broker.tell('a timestamp of long ago', 'Produce', 9, produceBody(timed, await broker.batch(one)));
  const stamped = await createTopic(broker, 'stamped', 1, { 'message.timestamp.type': 'LogAppendTime' });
  await broker.tell('log append time', 'Produce', 9, produceBody(stamped, await broker.batch(one)));
  await broker.ask('with log append time', 'Fetch', 12, fetchBody(stamped, 0));
}

async function fetches(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'fetch');
  const records = await broker.batch({ records: [{ value: 'a' }, { value: 'b' }] });
  await broker.quietly('Produce', 9, produceBody(topic, records));
  await broker.ask('from the middle of a batch', 'Fetch', 12, fetchBody(topic, 1));
  await broker.ask('at the end', 'Fetch', 12, fetchBody(topic, 2));
  await broker.ask('past the end', 'Fetch', 12, fetchBody(topic, 3));
  await broker.ask('a negative offset', 'Fetch', 12, fetchBody(topic, -5));
  await broker.ask('an unknown partition', 'Fetch', 12, fetchBody(topic, 0, { partition: 9 }));
  await broker.ask('an unknown topic', 'Fetch', 12, fetchBody(NO_TOPIC, 0));
  await broker.ask('an unknown topic id', 'Fetch', 13, fetchBody(NO_TOPIC, 0, { version: 13 }));
  await broker.ask('an epoch of the future', 'Fetch', 12, fetchBody(topic, 0, { currentLeaderEpoch: 99 }));
  await broker.ask('the present epoch', 'Fetch', 12, fetchBody(topic, 0, { currentLeaderEpoch: 0 }));
  const session = { ...fetchBody(topic, 0, { version: 13 }), sessionId: 0, sessionEpoch: 0 };
  const opened = await broker.ask('a session is opened', 'Fetch', 13, session);
  const sessionId = Number(opened.sessionId);
  await broker.ask('nothing new in the session', 'Fetch', 13, { ...session, sessionId, sessionEpoch: 1, topics: [] });
  await broker.ask('a wrong epoch of the session', 'Fetch', 13, { ...session, sessionId, sessionEpoch: 9, topics: [] });
  await broker.ask('an unknown session', 'Fetch', 13, { ...session, sessionId: 1, sessionEpoch: 5, topics: [] });
}
