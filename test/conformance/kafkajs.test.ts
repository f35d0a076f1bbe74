/** kafkajs, unmodified: every codec, groups, transactions, an exactly-once copy that is killed, admin operations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Consumer, KafkaMessage, ProducerConfig } from 'kafkajs';
import kafkajs from 'kafkajs';
import { startConformanceBroker } from '../support/clients-broker.ts';
import { ClientProcess } from '../support/clients-process.ts';
import { uniqueName, until } from '../support/clients-wait.ts';
import { registerCodecs } from './node/kafkajs-codecs.ts';

const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs;
const WORKER = fileURLToPath(new URL('./node/kafkajs-worker.ts', import.meta.url));
const WORKER_TIME_LIMIT_MS = 45_000;
const BASE_TIMESTAMP = 1_700_000_000_000;

test('kafkajs', { concurrency: 4, timeout: 120_000 }, async (t) => {
  await registerCodecs();
  const { bootstrap, sessionTimeoutMs } = await startConformanceBroker(t);
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } });
  const admin = kafka.admin();
  await admin.connect();
  t.after(() => admin.disconnect());

  const newTopic = async (prefix: string, numPartitions = 1): Promise<string> => {
    const topic = uniqueName(prefix);
    await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: true });
    return topic;
  };
  const consumerOf = (groupId: string, readUncommitted = false) =>
    kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: sessionTimeoutMs / 5,
      maxWaitTimeInMs: 100,
      readUncommitted,
    });
  const read = async (topic: string, count: number, readUncommitted = false) => {
    const consumer = consumerOf(uniqueName('kjs-read'), readUncommitted);
    const seen: (KafkaMessage & { partition: number })[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message, partition }) => void seen.push({ ...message, partition }),
    });
    await until(
      `${count} records of ${topic}`,
      () => seen.map(({ value }) => String(value)),
      (values) => values.length >= count,
    );
    await consumer.disconnect();
    return seen;
  };
  const withProducer = async <Result>(
    config: ProducerConfig,
    use: (p: ReturnType<typeof kafka.producer>) => Promise<Result>,
  ) => {
    const producer = kafka.producer(config);
    await producer.connect();
    try {
      return await use(producer);
    } finally {
      await producer.disconnect();
    }
  };

  await Promise.all([
    t.test('every codec keeps keys, values, nulls, headers and timestamps', async () => {
      const topic = await newTopic('kjs-codecs');
      const sent: { key: string | null; value: string | null; timestamp: string }[] = [];
      await withProducer({ idempotent: true }, async (producer) => {
        for (const [name, compression] of Object.entries(CompressionTypes)) {
          const messages = Array.from({ length: 10 }, (_, i) => ({
            key: i % 5 === 0 ? null : `${name}-${i}`,
            value: i % 7 === 6 ? null : `value of ${name} ${i} `.repeat(10),
            timestamp: String(BASE_TIMESTAMP + sent.length + i),
            headers: { codec: name, empty: '', twice: ['1', '2'] },
            partition: 0,
          }));
          await producer.send({ topic, compression: compression as kafkajs.CompressionTypes, messages });
          sent.push(...messages);
        }
      });
      assert.equal(sent.length, 50, 'kafkajs knows five codecs');
      const seen = await read(topic, sent.length);
      assert.deepEqual(
        seen.map(({ key, value, timestamp }) => ({
          key: key && String(key),
          value: value && String(value),
          timestamp,
        })),
        sent.map(({ key, value, timestamp }) => ({ key, value, timestamp })),
      );
      assert.deepEqual(
        seen.map(({ offset }) => Number(offset)),
        sent.map((_, index) => index),
      );
      const headers = seen[11]?.headers ?? {};
      assert.deepEqual([String(headers.empty), String(headers.twice)], ['', '1,2']);
    }),

    t.test('acks 0, 1 and all each store what was sent', async () => {
      const topic = await newTopic('kjs-acks');
      for (const acks of [0, 1, -1]) {
        await withProducer({}, (p) => p.send({ topic, acks, messages: [{ value: `acks ${acks}` }] }));
      }
      const values = (await read(topic, 3)).map(({ value }) => String(value));
      assert.deepEqual(values.sort(), ['acks -1', 'acks 0', 'acks 1']);
    }),

    t.test('a group rebalances when a member joins, leaves, and crashes', async () => {
      const topic = await newTopic('kjs-group', 4);
      const groupId = uniqueName('kjs-group');
      const first = consumerOf(groupId);
      const owned = ownership(first);
      await first.connect();
      await first.subscribe({ topics: [topic] });
      await first.run({ eachMessage: async () => {} });
      await until('the first owns all', owned, (count) => count === 4);
      const second = consumerOf(groupId);
      await second.connect();
      await second.subscribe({ topics: [topic] });
      await second.run({ eachMessage: async () => {} });
      await until('two share the partitions', owned, (count) => count === 2);
      await second.disconnect();
      await until('the first owns all after the second left', owned, (count) => count === 4);
      const crashing = worker('member', bootstrap, sessionTimeoutMs, topic, groupId);
      await crashing.waitForLine((line) => line === 'owns 2');
      await until('the crashing member has its half', owned, (count) => count === 2);
      await crashing.kill9();
      await until('the first owns all after the crash', owned, (count) => count === 4);
      await first.disconnect();
    }),

    t.test('committed offsets continue a group', async () => {
      const topic = await newTopic('kjs-commit');
      const groupId = uniqueName('kjs-commit');
      await withProducer({}, (p) =>
        p.send({ topic, messages: Array.from({ length: 10 }, (_, i) => ({ value: `${i}` })) }),
      );
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '7' }] });
      const consumer = consumerOf(groupId);
      const seen: string[] = [];
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) });
      await until(
        'the rest',
        () => seen,
        ({ length }) => length >= 3,
      );
      await consumer.disconnect();
      assert.deepEqual(seen, ['7', '8', '9']);
      const [fetched] = await admin.fetchOffsets({ groupId, topics: [topic] });
      assert.equal(fetched?.partitions[0]?.offset, '10');
    }),

    t.test('aborted transactions are hidden from read_committed only', async () => {
      const topic = await newTopic('kjs-txn');
      const transactionalId = uniqueName('kjs-tx');
      await withProducer({ transactionalId, idempotent: true, maxInFlightRequests: 1 }, async (producer) => {
        for (const outcome of ['commit', 'abort', 'commit'] as const) {
          const transaction = await producer.transaction();
          await transaction.send({ topic, messages: [{ value: outcome }] });
          await transaction[outcome]();
        }
      });
      assert.deepEqual(
        (await read(topic, 2)).map(({ value }) => String(value)),
        ['commit', 'commit'],
      );
      assert.deepEqual(
        (await read(topic, 3, true)).map(({ value }) => String(value)),
        ['commit', 'abort', 'commit'],
      );
    }),

    t.test('a copy that is killed in the middle of a transaction continues exactly once', async () => {
      const [from, to] = await Promise.all([newTopic('kjs-from'), newTopic('kjs-to')]);
      const values = Array.from({ length: 12 }, (_, i) => `${i}`);
      await withProducer({}, (p) => p.send({ topic: from, messages: values.map((value) => ({ value })) }));
      const copyArgs = [bootstrap, sessionTimeoutMs, from, uniqueName('kjs-copy'), to, uniqueName('kjs-copy-tx')];
      const killed = worker('copy', ...copyArgs, 5);
      await killed.waitForLine((line) => line === 'hanging');
      await killed.kill9();
      const successor = worker('copy', ...copyArgs, 0);
      await successor.waitForLine((line) => line === `copied ${values.at(-1)}`);
      await successor.kill9();
      const seen = (await read(to, values.length)).map(({ value }) => String(value));
      assert.deepEqual(seen, values);
      const [end] = await admin.fetchTopicOffsets(to);
      assert.ok(Number(end?.offset) > values.length * 2, 'the aborted attempt and the markers take offsets as well');
    }),

    t.test('topics: create, extend, offsets by time, delete records, delete', async () => {
      const topic = await newTopic('kjs-admin', 2);
      assert.equal(await admin.createTopics({ topics: [{ topic }] }), false, 'an existing topic is not created');
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      const partitionCount = async () =>
        (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length;
      await until('three partitions', partitionCount, (count) => count === 3);
      const messages = Array.from({ length: 5 }, (_, i) => ({
        value: 'x',
        partition: 0,
        timestamp: `${BASE_TIMESTAMP + i}`,
      }));
      await withProducer({}, (p) => p.send({ topic, messages }));
      const byTime = await admin.fetchTopicOffsetsByTimestamp(topic, BASE_TIMESTAMP + 3);
      assert.equal(byTime.find(({ partition }) => partition === 0)?.offset, '3');
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
      const offsets = (await admin.fetchTopicOffsets(topic)).find(({ partition }) => partition === 0);
      assert.deepEqual([offsets?.low, offsets?.high], ['2', '5']);
      await admin.deleteTopics({ topics: [topic] });
      await until(
        'the topic is gone',
        () => admin.listTopics(),
        (topics) => !topics.includes(topic),
      );
    }),

    t.test('configs and groups: describe, alter, list, delete', async () => {
      const topic = await newTopic('kjs-config');
      const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
      const resources = [resource];
      const configEntries = [{ name: 'retention.ms', value: '60000' }];
      await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
      const retention = async () => {
        const described = await admin.describeConfigs({ includeSynonyms: true, resources });
        return described.resources[0]?.configEntries.find(({ configName }) => configName === 'retention.ms')
          ?.configValue;
      };
      await until('the altered retention', retention, (value) => value === '60000');
      const groupId = uniqueName('kjs-groups');
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '0' }] });
      assert.ok(
        (await admin.listGroups()).groups.some((group) => group.groupId === groupId),
        'the group is listed',
      );
      assert.equal((await admin.describeGroups([groupId])).groups[0]?.state, 'Empty');
      assert.deepEqual(
        (await admin.deleteGroups([groupId])).map(({ errorCode }) => errorCode),
        [0],
      );
      const cluster = await admin.describeCluster();
      assert.equal(cluster.brokers.length, 1);
    }),
  ]);
});

/** How many partitions a consumer was given at its last rebalance. */
function ownership(consumer: Consumer): () => number {
  let count = 0;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    count = Object.values(payload.memberAssignment).flat().length;
  });
  return () => count;
}

function worker(...args: readonly (string | number)[]): ClientProcess {
  return new ClientProcess(process.execPath, ['--import', 'tsx', WORKER, ...args.map(String)], {
    timeLimitMs: WORKER_TIME_LIMIT_MS,
  });
}
