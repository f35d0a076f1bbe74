/**
 * @confluentinc/kafka-javascript (librdkafka), unmodified, by its API after kafkajs: every codec, groups, transactions, an
 * exactly-once copy that is killed, admin operations. Its older API has `kafka-javascript-callbacks.test.ts`.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startConformanceBroker } from '../support/clients-broker.ts';
import { ClientProcess } from '../support/clients-process.ts';
import { uniqueName, until } from '../support/clients-wait.ts';
import { canRunKafkaJavascript, kafkaJavascript } from '../support/kafka-javascript.ts';
import type {
  PromisingAdmin,
  PromisingConsumer,
  PromisingKafka,
  PromisingProducer,
  SeenMessage,
  SentMessage,
} from '../support/kafka-javascript-api.ts';

const WORKER = fileURLToPath(new URL('./node/kafka-javascript-worker.ts', import.meta.url));
const WORKER_TIME_LIMIT_MS = 45_000;
const BASE_TIMESTAMP = 1_700_000_000_000;

test('@confluentinc/kafka-javascript', { concurrency: 4, timeout: 240_000 }, async (t) => {
  if (!canRunKafkaJavascript(t)) return;
  const { KafkaJS } = await kafkaJavascript();
  const { CompressionTypes, ConsumerGroupStates, ErrorCodes, Kafka, logLevel } = KafkaJS;
  const { bootstrap, sessionTimeoutMs } = await startConformanceBroker(t);
  const kafka = new Kafka({ kafkaJS: { brokers: [bootstrap], logLevel: logLevel.NOTHING } });
  const admin = kafka.admin();
  await admin.connect();
  t.after(() => admin.disconnect());
  const consumerOf = (t: TestContext, groupId: string, settings = {}) => {
    const consumer = newConsumer(kafka, sessionTimeoutMs, groupId, settings);
    t.after(() => consumer.disconnect());
    return consumer;
  };
  const read = (t: TestContext, topic: string, count: number, readUncommitted = false) =>
    readAll(consumerOf(t, uniqueName('ckj-read'), { readUncommitted }), topic, count);
  const worker = (mode: string, ...args: readonly (string | number)[]) =>
    newWorker(mode, bootstrap, sessionTimeoutMs, ...args);

  await Promise.all([
    t.test('every codec keeps keys, values, nulls, headers and timestamps', async (t) => {
      const topic = await newTopic(admin, 'ckj-codecs');
      const sent: SentMessage[] = [];
      for (const compression of Object.values(CompressionTypes)) {
        const messages = Array.from({ length: 10 }, (_, i) => ({
          key: i % 5 === 0 ? null : `${compression}-${i}`,
          value: i % 7 === 6 ? null : `value of ${compression} ${i} `.repeat(10),
          timestamp: String(BASE_TIMESTAMP + sent.length + i),
          headers: { codec: compression, empty: '', twice: ['1', '2'] },
          partition: 0,
        }));
        await withProducer(kafka, { idempotent: true, compression }, async (producer) => {
          const [stored] = await producer.send({ topic, messages: structuredClone(messages) });
          assert.equal(stored?.baseOffset, String(sent.length), 'the offset of the first record');
        });
        sent.push(...messages);
      }
      assert.equal(sent.length, 50, 'the client knows five codecs');
      const seen = await read(t, topic, sent.length);
      assert.deepEqual(
        seen.map(({ key, value, timestamp }) => ({ key: key && `${key}`, value: value && `${value}`, timestamp })),
        sent.map(({ key, value, timestamp }) => ({ key, value, timestamp })),
      );
      assert.deepEqual(
        seen.map(({ offset }) => Number(offset)),
        sent.map((_, index) => index),
      );
      const { empty, twice } = seen[11]?.headers ?? {};
      assert.deepEqual([String(empty), String(twice)], ['', '1,2']);
    }),

    t.test('acks 0, 1 and all each store what was sent', async (t) => {
      const topic = await newTopic(admin, 'ckj-acks');
      for (const acks of [0, 1, -1]) {
        await withProducer(kafka, { acks }, (p) => p.send({ topic, messages: [{ value: `acks ${acks}` }] }));
      }
      assert.deepEqual(textsOf(await read(t, topic, 3)).sort(), ['acks -1', 'acks 0', 'acks 1']);
    }),

    ...['roundrobin', 'cooperative-sticky'].map((strategy) =>
      t.test(`a ${strategy} group rebalances when a member joins, leaves, and crashes`, async (t) => {
        const topic = await newTopic(admin, 'ckj-group', 4);
        const groupId = uniqueName('ckj-group');
        const settings = { partitionAssignors: [strategy] };
        const first = consumerOf(t, groupId, settings);
        const owned = () => first.assignment().length;
        await join(first, topic);
        await until('the first owns all', owned, (count) => count === 4);
        const second = consumerOf(t, groupId, settings);
        await join(second, topic);
        await until('the first keeps half', owned, (count) => count === 2);
        await until(
          'the second gets half',
          () => second.assignment().length,
          (count) => count === 2,
        );
        await second.disconnect();
        await until('the first owns all after the second left', owned, (count) => count === 4);
        const crashing = worker('member', topic, groupId, strategy);
        await crashing.waitForLine((line) => line === 'owns 2');
        await until('the crashing member has its half', owned, (count) => count === 2);
        await crashing.kill9();
        await until('the first owns all after the crash', owned, (count) => count === 4);
        await first.disconnect();
      }),
    ),

    t.test('committed offsets continue a group', async (t) => {
      const topic = await newTopic(admin, 'ckj-commit');
      const groupId = uniqueName('ckj-commit');
      await send(kafka, topic, numbers(10));
      const committing = consumerOf(t, groupId, { autoCommit: false });
      const [first] = await readSome(committing, topic, 1);
      assert.equal(String(first?.value), '0');
      await committing.commitOffsets([{ topic, partition: 0, offset: '7' }]);
      assert.deepEqual(
        (await committing.committed()).map(({ offset }) => Number(offset)),
        [7],
      );
      await committing.disconnect();
      assert.deepEqual(textsOf(await readAll(consumerOf(t, groupId), topic, 3)), ['7', '8', '9']);
      const [fetched] = await admin.fetchOffsets({ groupId, topics: [topic] });
      assert.equal(fetched?.partitions[0]?.offset, '10', 'what is committed when a consumer leaves');
    }),

    t.test('a consumer that seeks goes on from there', async (t) => {
      const topic = await newTopic(admin, 'ckj-seek');
      await send(kafka, topic, numbers(10));
      const consumer = consumerOf(t, uniqueName('ckj-seek'));
      const seen: string[] = [];
      await consumer.connect();
      await consumer.subscribe({ topics: [topic] });
      consumer.seek({ topic, partition: 0, offset: '8' });
      await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) });
      await until(
        'the last two',
        () => seen,
        ({ length }) => length >= 2,
      );
      await consumer.disconnect();
      assert.deepEqual(seen, ['8', '9']);
    }),

    t.test('aborted transactions are hidden from read_committed only', async (t) => {
      const topic = await newTopic(admin, 'ckj-txn');
      await withProducer(kafka, { transactionalId: uniqueName('ckj-tx') }, async (producer) => {
        for (const outcome of ['commit', 'abort', 'commit'] as const) {
          const transaction = await producer.transaction();
          await transaction.send({ topic, messages: [{ value: outcome }] });
          await transaction[outcome]();
        }
      });
      assert.deepEqual(textsOf(await read(t, topic, 2)), ['commit', 'commit']);
      assert.deepEqual(textsOf(await read(t, topic, 3, true)), ['commit', 'abort', 'commit']);
    }),

    t.test('a copy that is killed in the middle of a transaction continues exactly once', async (t) => {
      const [from, to] = await Promise.all([newTopic(admin, 'ckj-from'), newTopic(admin, 'ckj-to')]);
      const values = numbers(12);
      await send(kafka, from, values);
      const copyArgs = [from, uniqueName('ckj-copy'), to, uniqueName('ckj-copy-tx')];
      const killed = worker('copy', ...copyArgs, 5);
      await killed.waitForLine((line) => line === 'hanging');
      await killed.kill9();
      const successor = worker('copy', ...copyArgs, 0);
      await successor.waitForLine((line) => line === `copied ${values.at(-1)}`);
      await successor.kill9();
      assert.deepEqual(textsOf(await read(t, to, values.length)), values);
      const [end] = await admin.fetchTopicOffsets(to);
      assert.ok(Number(end?.high) > values.length * 2, 'the aborted attempt and the markers take offsets as well');
    }),

    t.test('topics: create, describe, offsets by time, delete records, delete', async () => {
      const topic = await newTopic(admin, 'ckj-admin', 2);
      assert.equal(await admin.createTopics({ topics: [{ topic }] }), false, 'an existing topic is not created');
      const [described] = await admin.fetchTopicMetadata({ topics: [topic] });
      assert.deepEqual([described?.name, described?.partitions.length], [topic, 2]);
      const messages = numbers(5).map((value, i) => ({ value, partition: 0, timestamp: `${BASE_TIMESTAMP + i}` }));
      await withProducer(kafka, {}, (p) => p.send({ topic, messages }));
      const byTime = await admin.fetchTopicOffsetsByTimestamp(topic, BASE_TIMESTAMP + 3);
      assert.equal(byTime.find(({ partition }) => partition === 0)?.offset, '3');
      const [cut] = await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
      assert.equal(cut?.lowWatermark, 2);
      const offsets = (await admin.fetchTopicOffsets(topic)).find(({ partition }) => partition === 0);
      assert.deepEqual([offsets?.low, offsets?.high], ['2', '5']);
      await admin.deleteTopics({ topics: [topic] });
      await until(
        'the topic is gone',
        () => admin.listTopics(),
        (topics) => !topics.includes(topic),
      );
      await assert.rejects(admin.deleteTopics({ topics: [topic] }), { code: ErrorCodes.ERR_UNKNOWN_TOPIC_OR_PART });
    }),

    t.test('groups: list, describe, delete', async (t) => {
      const topic = await newTopic(admin, 'ckj-groups', 3);
      const groupId = uniqueName('ckj-groups');
      await send(kafka, topic, numbers(3));
      const member = consumerOf(t, groupId);
      await readSome(member, topic, 3);
      const [inUse] = (await admin.describeGroups([groupId])).groups;
      assert.equal(inUse?.state, ConsumerGroupStates.STABLE);
      assert.deepEqual(
        inUse?.members.map(({ assignment }) => assignment.topicPartitions.length),
        [3],
      );
      await assert.rejects(admin.deleteGroups([groupId]), 'a group in use');
      await member.disconnect();
      const { groups } = await admin.listGroups({ matchConsumerGroupStates: [ConsumerGroupStates.EMPTY] });
      assert.ok(
        groups.some((group) => group.groupId === groupId),
        'the group is listed',
      );
      const [deleted] = await admin.deleteGroups([groupId]);
      assert.equal(deleted?.errorCode, ErrorCodes.ERR_NO_ERROR);
      const { groups: left } = await admin.listGroups();
      assert.ok(!left.some((group) => group.groupId === groupId), 'the group is gone');
    }),
  ]);
});

async function newTopic(admin: PromisingAdmin, prefix: string, numPartitions = 1): Promise<string> {
  const topic = uniqueName(prefix);
  await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }] });
  return topic;
}

function newConsumer(kafka: PromisingKafka, sessionTimeout: number, groupId: string, settings: object) {
  const timing = { sessionTimeout, heartbeatInterval: sessionTimeout / 5, maxWaitTimeInMs: 100 };
  return kafka.consumer({ kafkaJS: { groupId, fromBeginning: true, ...timing, ...settings } });
}

async function join(consumer: PromisingConsumer, topic: string): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  await consumer.run({ eachMessage: async () => {} });
}

/** Reads in batches, and leaves the consumer in its group. */
async function readSome(consumer: PromisingConsumer, topic: string, count: number): Promise<SeenMessage[]> {
  const seen: SeenMessage[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  await consumer.run({ eachBatch: async ({ batch }) => void seen.push(...batch.messages) });
  await until(
    `${count} records of ${topic}`,
    () => textsOf(seen),
    ({ length }) => length >= count,
  );
  return seen;
}

async function readAll(consumer: PromisingConsumer, topic: string, count: number): Promise<SeenMessage[]> {
  const seen = await readSome(consumer, topic, count);
  await consumer.disconnect();
  return seen;
}

async function withProducer<Result>(
  kafka: PromisingKafka,
  kafkaJS: object,
  use: (producer: PromisingProducer) => Promise<Result>,
): Promise<Result> {
  const producer = kafka.producer({ kafkaJS, 'linger.ms': 5 });
  await producer.connect();
  try {
    return await use(producer);
  } finally {
    await producer.disconnect();
  }
}

async function send(kafka: PromisingKafka, topic: string, values: readonly string[]): Promise<void> {
  await withProducer(kafka, {}, (p) => p.send({ topic, messages: values.map((value) => ({ value })) }));
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

function textsOf(messages: readonly SeenMessage[]): string[] {
  return messages.map(({ value }) => String(value));
}

function newWorker(...args: readonly (string | number)[]): ClientProcess {
  return new ClientProcess(process.execPath, ['--import', 'tsx', WORKER, ...args.map(String)], {
    timeLimitMs: WORKER_TIME_LIMIT_MS,
  });
}
