/**
 * A kafkajs program for a test to kill: `kafkajs-worker.ts member BOOTSTRAP SESSION_MS TOPIC GROUP`, or
 * `kafkajs-worker.ts copy BOOTSTRAP SESSION_MS FROM GROUP TO TXID HANG_AT`, which copies each record of `FROM` in a
 * transaction of its own and, at its HANG_AT-th, stops in the middle with the record sent and nothing committed.
 */
import kafkajs from 'kafkajs';

const [mode, bootstrap, session, topic, groupId, target, transactionalId, hangAt] = process.argv.slice(2) as string[];
const sessionTimeout = Number(session);
const kafka = new kafkajs.Kafka({
  brokers: [bootstrap ?? ''],
  logLevel: kafkajs.logLevel.NOTHING,
  retry: { initialRetryTime: 50 },
});
const consumer = kafka.consumer({
  groupId: groupId ?? '',
  sessionTimeout,
  heartbeatInterval: sessionTimeout / 5,
  maxWaitTimeInMs: 100,
  readUncommitted: false,
});
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  const partitions = Object.values(payload.memberAssignment).flat();
  console.log(`owns ${partitions.length}`);
});
await consumer.connect();
await consumer.subscribe({ topics: [topic ?? ''], fromBeginning: true });

if (mode === 'member') {
  await consumer.run({ eachMessage: async () => {} });
} else {
  const producer = kafka.producer({
    transactionalId: transactionalId ?? '',
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: 20_000,
  });
  await producer.connect();
  let transactions = 0;
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      transactions += 1;
      const transaction = await producer.transaction();
      const { key, value, offset } = message;
      await transaction.send({ topic: target ?? '', messages: [{ key, value, partition }] });
      if (transactions === Number(hangAt)) {
        console.log('hanging');
        await new Promise(() => {});
      }
      const offsets = [{ topic: topic ?? '', partitions: [{ partition, offset: String(BigInt(offset) + 1n) }] }];
      await transaction.sendOffsets({ consumerGroupId: groupId ?? '', topics: offsets });
      await transaction.commit();
      console.log(`copied ${value}`);
    },
  });
}
