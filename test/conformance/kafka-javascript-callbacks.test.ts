/**
 * @confluentinc/kafka-javascript (librdkafka), unmodified, by its older API with callbacks, which is that of node-rdkafka:
 * every codec with delivery reports, both ways to consume, a group, transactions with offsets, fencing, admin operations.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startConformanceBroker } from '../support/clients-broker.ts';
import { uniqueName, until } from '../support/clients-wait.ts';
import { canRunKafkaJavascript, kafkaJavascript } from '../support/kafka-javascript.ts';
import type {
  CallbackAdmin,
  CallbackConsumer,
  CallbackMessage,
  CallbackProducer,
  Done,
  KafkaJavascript,
  Offset,
  Settings,
} from '../support/kafka-javascript-api.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const ANSWER_TIME_LIMIT_MS = 10_000;
/** Each call that waits for records takes a thread of Node's pool of four, so it waits briefly. */
const CONSUME_WAIT_MS = 50;
const BASE_TIMESTAMP = 1_700_000_000_000;

test('@confluentinc/kafka-javascript with callbacks', { concurrency: 4, timeout: 240_000 }, async (t) => {
  if (!canRunKafkaJavascript(t)) return;
  const client = await kafkaJavascript();
  const { ERRORS } = client.CODES;
  const { bootstrap, sessionTimeoutMs } = await startConformanceBroker(t);
  const clients = new Clients(client, bootstrap, sessionTimeoutMs);
  const { admin } = clients;
  t.after(() => admin.disconnect());

  await Promise.all([
    t.test('every codec keeps keys, values, nulls, headers and timestamps', async (t) => {
      const topic = await newTopic(admin, 'ckc-codecs');
      const sent: Pick<CallbackMessage, 'key' | 'value' | 'timestamp'>[] = [];
      for (const codec of CODECS) {
        const settings = { 'compression.codec': codec, 'enable.idempotence': true };
        const producer = await clients.producer(t, settings);
        const reports = reportsOf(producer);
        const before = sent.length;
        for (let i = 0; i < 10; i += 1) {
          const key = i % 5 === 0 ? null : Buffer.from(`${codec}-${i}`);
          const value = i % 7 === 6 ? null : Buffer.from(`value of ${codec} ${i} `.repeat(10));
          const timestamp = BASE_TIMESTAMP + sent.length;
          const headers = [{ codec }, { empty: '' }, { twice: '1' }, { twice: '2' }];
          producer.produce(topic, 0, value, key, timestamp, null, headers);
          sent.push({ key, value, timestamp });
        }
        await flush(producer);
        await until('the reports', reports, ({ length }) => length === 10);
        assert.deepEqual(
          reports(),
          Array.from({ length: 10 }, (_, i) => before + i),
        );
      }
      const seen = await read(await clients.consumer(t), topic, sent.length);
      assert.deepEqual(
        seen.map(({ key, value, timestamp }) => ({ key: key === null ? key : Buffer.from(key), value, timestamp })),
        sent,
      );
      assert.deepEqual(
        seen[11]?.headers?.map((header) => Object.entries(header).map(([name, value]) => `${name}=${value}`)),
        [['codec=gzip'], ['empty='], ['twice=1'], ['twice=2']],
      );
    }),

    t.test('a message over max.message.bytes is refused, the next is taken', async (t) => {
      const topic = await newTopic(admin, 'ckc-large', 1, { 'max.message.bytes': '2000' });
      const producer = await clients.producer(t);
      const reports = reportsOf(producer);
      for (const size of [5000, 10]) {
        producer.produce(topic, 0, Buffer.alloc(size));
        await flush(producer);
      }
      await until('both reports', reports, ({ length }) => length === 2);
      assert.deepEqual(reports(), [`error ${ERRORS.ERR_MSG_SIZE_TOO_LARGE}`, 0]);
    }),

    t.test('a consumer that flows sees the records and then the end of the partition', async (t) => {
      const topic = await newTopic(admin, 'ckc-flow');
      await send(await clients.producer(t), topic, numbers(20));
      const consumer = await clients.consumer(t, { 'enable.partition.eof': true });
      const seen: string[] = [];
      const ends: number[] = [];
      consumer.on('data', ({ value }) => seen.push(String(value)));
      consumer.on('partition.eof', ({ offset }) => ends.push(offset));
      consumer.assign([{ topic, partition: 0, offset: 5 }]);
      consumer.consume();
      await until(
        'the end',
        () => ends,
        ({ length }) => length > 0,
      );
      assert.deepEqual(seen, numbers(20).slice(5));
      assert.equal(ends[0], 20);
    }),

    t.test('watermarks, and offsets by time', async (t) => {
      const topic = await newTopic(admin, 'ckc-times');
      const producer = await clients.producer(t);
      for (let i = 0; i < 10; i += 1) producer.produce(topic, 0, null, 'key', BASE_TIMESTAMP + i * 1000);
      await flush(producer);
      const consumer = await clients.consumer(t);
      const times = [{ topic, partition: 0, offset: BASE_TIMESTAMP + 3500 }];
      const found = await promised<Offset[]>((done) => consumer.offsetsForTimes(times, ANSWER_TIME_LIMIT_MS, done));
      assert.deepEqual(offsetsOf(found), [4]);
      const marks = await promised<{ lowOffset: number; highOffset: number }>((done) =>
        consumer.queryWatermarkOffsets(topic, 0, ANSWER_TIME_LIMIT_MS, done),
      );
      assert.deepEqual([marks.lowOffset, marks.highOffset], [0, 10]);
    }),

    t.test('a group rebalances when a member joins and leaves, and keeps what was committed', async (t) => {
      const topic = await newTopic(admin, 'ckc-group', 4);
      const group = { 'group.id': uniqueName('ckc-group') };
      const first = await clients.consumer(t, group);
      const owned = (consumer: CallbackConsumer) => () => consumer.assignments().length;
      first.subscribe([topic]);
      first.consume();
      await until('the first owns all', owned(first), (count) => count === 4);
      const second = await clients.consumer(t, group);
      second.subscribe([topic]);
      second.consume();
      await until('the first keeps half', owned(first), (count) => count === 2);
      await until('the second gets half', owned(second), (count) => count === 2);
      await disconnect(second);
      await until('the first owns all again', owned(first), (count) => count === 4);
      first.commitSync([{ topic, partition: 3, offset: 17 }]);
      const places = [2, 3].map((partition) => ({ topic, partition }));
      const kept = await promised<Offset[]>((done) => first.committed(places, ANSWER_TIME_LIMIT_MS, done));
      assert.equal(kept.find(({ partition }) => partition === 3)?.offset, 17);
      assert.equal(kept.find(({ partition }) => partition === 2)?.offset, undefined, 'nothing was committed there');
    }),

    t.test('offsets and records of a transaction are committed together or not at all', async (t) => {
      const [from, to] = await Promise.all([newTopic(admin, 'ckc-from'), newTopic(admin, 'ckc-to')]);
      await send(await clients.producer(t), from, numbers(10));
      const consumer = await clients.consumer(t, { 'enable.auto.commit': false });
      consumer.subscribe([from]);
      await consumeExactly(consumer, 10);
      const producer = await clients.transactional(t, uniqueName('ckc-tx'));
      const committed = async () =>
        offsetsOf(
          await promised<Offset[]>((done) =>
            consumer.committed([{ topic: from, partition: 0 }], ANSWER_TIME_LIMIT_MS, done),
          ),
        );
      const copy = async (value: string, offset: number, end: 'commitTransaction' | 'abortTransaction') => {
        await promised((done) => producer.beginTransaction(done));
        producer.produce(to, 0, Buffer.from(value));
        const offsets = [{ topic: from, partition: 0, offset }];
        await promised((done) => producer.sendOffsetsToTransaction(offsets, consumer, ANSWER_TIME_LIMIT_MS, done));
        await flush(producer);
        await promised((done) => producer[end](ANSWER_TIME_LIMIT_MS, done));
      };
      await copy('first', 4, 'commitTransaction');
      assert.deepEqual(await committed(), [4]);
      await copy('second', 6, 'abortTransaction');
      assert.deepEqual(await committed(), [4]);
      await copy('third', 10, 'commitTransaction');
      assert.deepEqual(await committed(), [10]);
      const texts = async (level: string, count: number) =>
        textsOf(await read(await clients.consumer(t, { 'isolation.level': level }), to, count));
      assert.deepEqual(await texts('read_committed', 2), ['first', 'third']);
      assert.deepEqual(await texts('read_uncommitted', 3), ['first', 'second', 'third']);
    }),

    t.test('a zombie producer is fenced', async (t) => {
      const topic = await newTopic(admin, 'ckc-fence');
      const transactionalId = uniqueName('ckc-tx');
      const old = await clients.transactional(t, transactionalId);
      await promised((done) => old.beginTransaction(done));
      old.produce(topic, 0, Buffer.from('old'));
      await flush(old);
      await clients.transactional(t, transactionalId);
      await assert.rejects(
        promised((done) => old.commitTransaction(ANSWER_TIME_LIMIT_MS, done)),
        { code: ERRORS.ERR__FENCED },
      );
    }),

    t.test('topics: create, extend, describe, list offsets, delete records, delete, and their errors', async (t) => {
      const topic = await newTopic(admin, 'ckc-admin', 2);
      await assert.rejects(createTopic(admin, topic), { code: ERRORS.ERR_TOPIC_ALREADY_EXISTS });
      await assert.rejects(createTopic(admin, 'a/b'), { code: ERRORS.ERR_TOPIC_EXCEPTION });
      const extend = (count: number) =>
        promised((done) => admin.createPartitions(topic, count, ANSWER_TIME_LIMIT_MS, done));
      await assert.rejects(extend(1), { code: ERRORS.ERR_INVALID_PARTITIONS });
      await extend(3);
      const describe = () =>
        promised<{ partitions: readonly unknown[] }[]>((done) => admin.describeTopics([topic], {}, done));
      await until('three partitions', describe, ([described]) => described?.partitions.length === 3);
      await send(await clients.producer(t), topic, numbers(5), 2);
      const listed = async (name: keyof KafkaJavascript['OffsetSpec']) => {
        const partitions = [{ topic, partition: 2, offset: client.OffsetSpec[name] }];
        return offsetsOf(await promised<Offset[]>((done) => admin.listOffsets(partitions, {}, done)));
      };
      const cut = [{ topic, partition: 2, offset: 2 }];
      const [result] = await promised<{ lowWatermark: number }[]>((done) => admin.deleteRecords(cut, {}, done));
      assert.equal(result?.lowWatermark, 2);
      assert.deepEqual(
        [await listed('EARLIEST'), await listed('LATEST'), await listed('MAX_TIMESTAMP')],
        [[2], [5], [4]],
      );
      const remove = () => promised((done) => admin.deleteTopic(topic, ANSWER_TIME_LIMIT_MS, done));
      await remove();
      await assert.rejects(remove(), { code: ERRORS.ERR_UNKNOWN_TOPIC_OR_PART });
    }),

    t.test('the offsets of a group are listed', async (t) => {
      const topic = await newTopic(admin, 'ckc-offsets');
      const groupId = uniqueName('ckc-group');
      const consumer = await clients.consumer(t, { 'group.id': groupId });
      consumer.commitSync([{ topic, partition: 0, offset: 6 }]);
      const [listed] = await promised<{ partitions: readonly Offset[] }[]>((done) =>
        admin.listConsumerGroupOffsets([{ groupId }], {}, done),
      );
      assert.deepEqual(offsetsOf(listed?.partitions ?? []), [6]);
    }),
  ]);
});

/** Clients of one broker; each is closed with the test that it was made for. */
class Clients {
  readonly admin: CallbackAdmin;
  readonly #client: KafkaJavascript;
  readonly #base: Settings;
  readonly #sessionTimeoutMs: number;

  constructor(client: KafkaJavascript, bootstrap: string, sessionTimeoutMs: number) {
    this.#client = client;
    this.#base = { 'bootstrap.servers': bootstrap };
    this.#sessionTimeoutMs = sessionTimeoutMs;
    this.admin = client.AdminClient.create(this.#base);
  }

  async producer(t: TestContext, settings: Settings = {}): Promise<CallbackProducer> {
    const producer = new this.#client.Producer({ ...this.#base, 'linger.ms': 5, dr_cb: true, ...settings });
    await promised<unknown>((done) => producer.connect({}, done));
    t.after(() => disconnect(producer));
    producer.setPollInBackground(true);
    return producer;
  }

  async transactional(t: TestContext, transactionalId: string): Promise<CallbackProducer> {
    const producer = await this.producer(t, { 'transactional.id': transactionalId });
    await promised((done) => producer.initTransactions(ANSWER_TIME_LIMIT_MS, done));
    return producer;
  }

  async consumer(t: TestContext, settings: Settings = {}): Promise<CallbackConsumer> {
    const timing = {
      'session.timeout.ms': this.#sessionTimeoutMs,
      'heartbeat.interval.ms': this.#sessionTimeoutMs / 5,
      'fetch.wait.max.ms': 100,
    };
    const group = { 'group.id': uniqueName('ckc-group') };
    const consumer = new this.#client.KafkaConsumer(
      { ...this.#base, ...group, ...timing, ...settings },
      { 'auto.offset.reset': 'earliest' },
    );
    await promised<unknown>((done) => consumer.connect({}, done));
    t.after(() => disconnect(consumer));
    consumer.setDefaultConsumeTimeout(CONSUME_WAIT_MS);
    return consumer;
  }
}

function promised<Result = void>(call: (done: Done<Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
}

/** Also for one that is already gone. */
async function disconnect(client: CallbackProducer | CallbackConsumer): Promise<void> {
  if (client.isConnected()) await promised<unknown>((done) => client.disconnect(done));
}

function createTopic(admin: CallbackAdmin, topic: string, partitions = 1, config: Settings = {}): Promise<void> {
  const wanted = { topic, num_partitions: partitions, replication_factor: 1, config };
  return promised((done) => admin.createTopic(wanted, ANSWER_TIME_LIMIT_MS, done));
}

async function newTopic(admin: CallbackAdmin, prefix: string, partitions = 1, config: Settings = {}): Promise<string> {
  const topic = uniqueName(prefix);
  await createTopic(admin, topic, partitions, config);
  return topic;
}

/** What the delivery reports have said so far: an offset, or the code of an error. */
function reportsOf(producer: CallbackProducer): () => (number | string)[] {
  const reports: (number | string)[] = [];
  producer.on('delivery-report', (error, { offset }) => reports.push(error ? `error ${error.code}` : offset));
  return () => reports;
}

function flush(producer: CallbackProducer): Promise<void> {
  return promised((done) => producer.flush(ANSWER_TIME_LIMIT_MS, done));
}

async function send(producer: CallbackProducer, topic: string, values: readonly string[], partition = 0) {
  for (const [i, value] of values.entries()) {
    producer.produce(topic, partition, Buffer.from(value), null, BASE_TIMESTAMP + i);
  }
  await flush(producer);
}

async function consumeExactly(consumer: CallbackConsumer, count: number): Promise<CallbackMessage[]> {
  const seen: CallbackMessage[] = [];
  const more = async () => {
    seen.push(...(await promised<CallbackMessage[]>((done) => consumer.consume(count - seen.length, done))));
    return textsOf(seen);
  };
  await until(`${count} records`, more, ({ length }) => length === count);
  return seen;
}

async function read(consumer: CallbackConsumer, topic: string, count: number): Promise<CallbackMessage[]> {
  consumer.assign([{ topic, partition: 0, offset: 0 }]);
  return consumeExactly(consumer, count);
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

function textsOf(messages: readonly CallbackMessage[]): string[] {
  return messages.map(({ value }) => String(value));
}

function offsetsOf(offsets: readonly Offset[]): number[] {
  return offsets.map(({ offset }) => offset);
}
