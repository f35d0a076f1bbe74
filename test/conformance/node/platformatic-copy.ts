/**
 * An exactly-once copy with @platformatic/kafka, for a test to kill: `platformatic-copy.ts BOOTSTRAP SESSION_MS FROM GROUP
 * TO TXID HANG_AT`. Each record is copied in a transaction of its own; at the HANG_AT-th the program stops with the
 * record sent and nothing committed.
 */
import { Consumer, MessagesStreamModes, Producer } from '@platformatic/kafka';

const [bootstrap, session, from, groupId, to, transactionalId, hangAt] = process.argv.slice(2) as string[];
/** Left alone, the client claims producer 0 at epoch 0, which fences a producer that is not the first of its id. */
const NO_PRODUCER_YET = { producerId: -1n, producerEpoch: -1 };
const sessionTimeout = Number(session);
const base = { clientId: 'platformatic-copy', bootstrapBrokers: [bootstrap ?? ''], retryDelay: 100, retries: 20 };
const producer = new Producer({ ...base, transactionalId: transactionalId ?? '', idempotent: true });
const consumer = new Consumer({
  ...base,
  groupId: groupId ?? '',
  sessionTimeout,
  rebalanceTimeout: sessionTimeout,
  heartbeatInterval: sessionTimeout / 5,
  autocommit: false,
  maxWaitTime: 100,
});
const stream = await consumer.consume({
  topics: [from ?? ''],
  mode: MessagesStreamModes.COMMITTED,
  fallbackMode: 'earliest',
});
let transactions = 0;
for await (const message of stream) {
  transactions += 1;
  const transaction = await producer.beginTransaction(NO_PRODUCER_YET);
  await transaction.addConsumer(consumer);
  await transaction.send({ messages: [{ topic: to ?? '', partition: 0, key: message.key, value: message.value }] });
  if (transactions === Number(hangAt)) {
    console.log('hanging');
    await new Promise(() => {});
  }
  await transaction.addOffset(message);
  await transaction.commit();
  console.log(`copied ${message.value}`);
}
