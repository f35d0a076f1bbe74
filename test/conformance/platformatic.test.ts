/** @platformatic/kafka, unmodified: codecs, groups, transactions, an exactly-once copy that is killed, admin operations. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  Admin,
  type CompressionAlgorithmValue,
  ConfigResourceTypes,
  Consumer,
  FetchIsolationLevels,
  type Message,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { startConformanceBroker } from '../support/clients-broker.ts';
import { ClientProcess } from '../support/clients-process.ts';
import { uniqueName, until } from '../support/clients-wait.ts';

const COPY = fileURLToPath(new URL('./node/platformatic-copy.ts', import.meta.url));
const COPY_TIME_LIMIT_MS = 45_000;
const BASE_TIMESTAMP = 1_700_000_000_000n;
/** Its zstd needs a newer Node than the oldest that is supported here. */
const CODECS: CompressionAlgorithmValue[] = ['none', 'gzip', 'snappy', 'lz4'];

type TextMessage = Message<string, string, string, string>;

test('@platformatic/kafka', { concurrency: 4, timeout: 120_000 }, async (t) => {
  const { bootstrap, sessionTimeoutMs } = await startConformanceBroker(t);
  const base = { clientId: 'conformance', bootstrapBrokers: [bootstrap], retryDelay: 100, retries: 20 };
  const admin = new Admin(base);
  t.after(() => admin.close());

  const newTopic = async (prefix: string, partitions = 1): Promise<string> => {
    const topic = uniqueName(prefix);
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    return topic;
  };
  const producerOf = (t: TestContext, transactionalId?: string) => {
    const transactional = transactionalId === undefined ? {} : { transactionalId };
    const producer = new Producer({ ...base, ...transactional, idempotent: true, serializers: stringSerializers });
    t.after(() => producer.close(true));
    return producer;
  };
  const consumerOf = (t: TestContext, groupId = uniqueName('pk-group')) => {
    const consumer = new Consumer({
      ...base,
      groupId,
      deserializers: stringDeserializers,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: sessionTimeoutMs / 5,
      autocommit: false,
      maxWaitTime: 100,
    });
    t.after(() => consumer.close(true));
    return consumer;
  };
  const read = async (t: TestContext, topic: string, count: number, isolation: keyof typeof FetchIsolationLevels) => {
    const stream = await consumerOf(t).consume({
      topics: [topic],
      mode: MessagesStreamModes.EARLIEST,
      isolationLevel: FetchIsolationLevels[isolation],
    });
    const seen: TextMessage[] = [];
    for await (const message of stream) {
      seen.push(message);
      if (seen.length === count) break;
    }
    return seen;
  };

  await Promise.all([
    t.test('every codec keeps keys, values, headers and timestamps', async (t) => {
      const topic = await newTopic('pk-codecs');
      const producer = producerOf(t);
      const sent: { key: string; value: string; timestamp: bigint; headers: Record<string, string> }[] = [];
      for (const compression of CODECS) {
        const messages = Array.from({ length: 10 }, (_, i) => ({
          topic,
          partition: 0,
          key: `${compression}-${i}`,
          value: `value of ${compression} ${i} `.repeat(10),
          timestamp: BASE_TIMESTAMP + BigInt(sent.length + i),
          headers: { codec: compression, empty: '' },
        }));
        const { offsets } = await producer.send({ messages, compression, acks: -1 });
        assert.equal(offsets?.[0]?.offset, BigInt(sent.length), 'the offset of the first record of the batch');
        sent.push(...messages);
      }
      const seen = await read(t, topic, sent.length, 'READ_UNCOMMITTED');
      assert.deepEqual(
        seen.map(({ key, value, timestamp, headers }) => ({
          key,
          value,
          timestamp,
          headers: Object.fromEntries(headers),
        })),
        sent.map(({ key, value, timestamp, headers }) => ({ key, value, timestamp, headers })),
      );
    }),

    t.test('a group rebalances when a member joins and leaves', async (t) => {
      const topic = await newTopic('pk-group', 4);
      const groupId = uniqueName('pk-group');
      const owned = (consumer: Consumer<string, string, string, string>) => () =>
        (consumer.assignments ?? []).reduce((count, { partitions }) => count + partitions.length, 0);
      const first = consumerOf(t, groupId);
      await first.consume({ topics: [topic] });
      await until('the first owns all', owned(first), (count) => count === 4);
      const second = consumerOf(t, groupId);
      await second.consume({ topics: [topic] });
      await until('the first keeps half', owned(first), (count) => count === 2);
      await until('the second gets half', owned(second), (count) => count === 2);
      await second.close(true);
      await until('the first owns all again', owned(first), (count) => count === 4);
    }),

    t.test('committed offsets continue a group', async (t) => {
      const topic = await newTopic('pk-commit');
      const messages = Array.from({ length: 10 }, (_, i) => ({ topic, partition: 0, key: 'k', value: `${i}` }));
      await producerOf(t).send({ messages });
      const groupId = uniqueName('pk-commit');
      for (const expected of [
        ['0', '1', '2', '3'],
        ['4', '5', '6', '7', '8', '9'],
      ]) {
        const consumer = consumerOf(t, groupId);
        const stream = await consumer.consume({
          topics: [topic],
          mode: MessagesStreamModes.COMMITTED,
          fallbackMode: 'earliest',
        });
        const seen: string[] = [];
        for await (const message of stream) {
          seen.push(message.value);
          await message.commit();
          if (seen.length === expected.length) break;
        }
        assert.deepEqual(seen, expected);
        await consumer.close(true);
      }
    }),

    t.test('aborted transactions are hidden from read_committed only', async (t) => {
      const topic = await newTopic('pk-txn');
      const producer = producerOf(t, uniqueName('pk-tx'));
      for (const outcome of ['commit', 'abort', 'commit'] as const) {
        const transaction = await producer.beginTransaction();
        await transaction.send({ messages: [{ topic, partition: 0, key: 'k', value: outcome }] });
        await transaction[outcome]();
      }
      const values = (messages: TextMessage[]) => messages.map(({ value }) => value);
      assert.deepEqual(values(await read(t, topic, 2, 'READ_COMMITTED')), ['commit', 'commit']);
      assert.deepEqual(values(await read(t, topic, 3, 'READ_UNCOMMITTED')), ['commit', 'abort', 'commit']);
    }),

    t.test('a copy that is killed in the middle of a transaction continues exactly once', async (t) => {
      const [from, to] = await Promise.all([newTopic('pk-from'), newTopic('pk-to')]);
      const values = Array.from({ length: 12 }, (_, i) => `${i}`);
      await producerOf(t).send({ messages: values.map((value) => ({ topic: from, partition: 0, key: 'k', value })) });
      const args = [bootstrap, String(sessionTimeoutMs), from, uniqueName('pk-copy'), to, uniqueName('pk-copy-tx')];
      const killed = copy(...args, '5');
      await killed.waitForLine((line) => line === 'hanging');
      await killed.kill9();
      const successor = copy(...args, '0');
      await successor.waitForLine((line) => line === `copied ${values.at(-1)}`);
      await successor.kill9();
      const seen = await read(t, to, values.length, 'READ_COMMITTED');
      assert.deepEqual(
        seen.map(({ value }) => value),
        values,
      );
    }),

    t.test('topics: create, extend, offsets by time, delete records, delete', async (t) => {
      const topic = await newTopic('pk-admin', 2);
      await assert.rejects(admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 }), 'an existing topic');
      await admin.createPartitions({ topics: [{ name: topic, count: 3 }] });
      const partitionCount = async () =>
        (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic)?.partitionsCount;
      await until('three partitions', partitionCount, (count) => count === 3);
      const messages = Array.from({ length: 5 }, (_, i) => ({
        ...{ topic, partition: 0, key: 'k', value: 'x' },
        timestamp: BASE_TIMESTAMP + BigInt(i),
      }));
      await producerOf(t).send({ messages });
      const offsetAt = async (timestamp: bigint) => {
        const partitions = [{ partitionIndex: 0, timestamp }];
        const [listed] = await admin.listOffsets({ topics: [{ name: topic, partitions }] });
        return listed?.partitions[0]?.offset;
      };
      assert.equal(await offsetAt(BASE_TIMESTAMP + 3n), 3n);
      const [deleted] = await admin.deleteRecords({
        topics: [{ name: topic, partitions: [{ partition: 0, offset: 2n }] }],
      });
      assert.equal(deleted?.partitions[0]?.lowWatermark, 2n);
      assert.deepEqual([await offsetAt(-2n), await offsetAt(-1n)], [2n, 5n]);
      await admin.deleteTopics({ topics: [topic] });
      await until(
        'the topic is gone',
        () => admin.listTopics(),
        (topics) => !topics.includes(topic),
      );
    }),

    t.test('configs and groups: describe, alter, list, delete', async () => {
      const topic = await newTopic('pk-config');
      const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic };
      await admin.incrementalAlterConfigs({
        resources: [{ ...resource, configs: [{ name: 'retention.ms', configOperation: 0, value: '60000' }] }],
      });
      const retention = async () => {
        const [described] = await admin.describeConfigs({
          resources: [{ ...resource, configurationKeys: ['retention.ms'] }],
          includeSynonyms: true,
        });
        return described?.configs[0]?.value;
      };
      await until('the altered retention', retention, (value) => value === '60000');
      const groupId = uniqueName('pk-groups');
      const partitionOffsets = [{ partition: 0, offset: 0n }];
      await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] });
      assert.ok((await admin.listGroups()).has(groupId), 'the group is listed');
      assert.equal((await admin.describeGroups({ groups: [groupId] })).get(groupId)?.state.toUpperCase(), 'EMPTY');
      const [offsets] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
      assert.equal(offsets?.topics[0]?.partitions[0]?.committedOffset, 0n);
      await admin.deleteGroups({ groups: [groupId] });
      assert.ok(!(await admin.listGroups()).has(groupId), 'the group is gone');
      const logDirs = await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] });
      assert.equal(logDirs.length, 1);
    }),
  ]);
});

function copy(...args: readonly string[]): ClientProcess {
  return new ClientProcess(process.execPath, ['--import', 'tsx', COPY, ...args], { timeLimitMs: COPY_TIME_LIMIT_MS });
}
