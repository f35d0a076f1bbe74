/**
 * A program of @confluentinc/kafka-javascript for a test to kill: `kafka-javascript-worker.ts member BOOTSTRAP SESSION_MS
 * TOPIC GROUP STRATEGY`, or `kafka-javascript-worker.ts copy BOOTSTRAP SESSION_MS FROM GROUP TO TXID HANG_AT`, which copies
 * each record of `FROM` in a transaction of its own and, at its HANG_AT-th, stops in the middle with the record sent and
 * nothing committed.
 */
import { kafkaJavascript } from '../../support/kafka-javascript.ts';
import type { ClientError } from '../../support/kafka-javascript-api.ts';

const [mode, bootstrap = '', session, topic = '', groupId = '', ...rest] = process.argv.slice(2);
const { KafkaJS } = await kafkaJavascript();
const sessionTimeout = Number(session);
const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: [bootstrap], logLevel: KafkaJS.logLevel.NOTHING } });
const timing = { sessionTimeout, heartbeatInterval: sessionTimeout / 5, maxWaitTimeInMs: 100 };

await (mode === 'member' ? member(rest) : copy(rest));

async function member([strategy = '']: readonly string[]): Promise<void> {
  const consumer = kafka.consumer({
    kafkaJS: { groupId, ...timing, partitionAssignors: [strategy] },
    rebalance_cb: (event: ClientError, partitions: readonly unknown[]) => {
      if (event.code === KafkaJS.ErrorCodes.ERR__ASSIGN_PARTITIONS) console.log(`owns ${partitions.length}`);
    },
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  await consumer.run({ eachMessage: async () => {} });
}

async function copy([to = '', transactionalId, hangAt]: readonly string[]): Promise<void> {
  const consumer = kafka.consumer({ kafkaJS: { groupId, ...timing, fromBeginning: true, autoCommit: false } });
  const producer = kafka.producer({ kafkaJS: { transactionalId, transactionTimeout: 20_000 }, 'linger.ms': 0 });
  await Promise.all([consumer.connect(), producer.connect()]);
  await consumer.subscribe({ topics: [topic] });
  let transactions = 0;
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      transactions += 1;
      const value = String(message.value);
      const transaction = await producer.transaction();
      await transaction.send({ topic: to, messages: [{ value, partition }] });
      if (transactions === Number(hangAt)) {
        console.log('hanging');
        await new Promise(() => {});
      }
      const offset = String(BigInt(message.offset) + 1n);
      await transaction.sendOffsets({ consumer, topics: [{ topic, partitions: [{ partition, offset }] }] });
      await transaction.commit();
      console.log(`copied ${value}`);
    },
  });
}
