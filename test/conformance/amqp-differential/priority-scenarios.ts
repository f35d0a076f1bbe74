/** Messages with priorities: their order, and what goes first when there are too many or when they expire. */
import type { FieldValue } from '../../../src/message/field-table.ts';
import type { AmqpConversation } from './conversation.ts';
import { type AmqpScenario, consume, int, newQueue, text } from './scenario.ts';

export const priorityScenarios: readonly AmqpScenario[] = [
  { title: 'priorities: order', run: order },
  { title: 'priorities: too many messages', run: tooMany },
  { title: 'priorities: expiry', run: expiry },
  { title: 'priorities: a consumer that is served', run: served },
  { title: 'priorities: what comes back', run: comesBack },
  { title: 'priorities: purging and counting', run: counting },
];

function prioritised(
  broker: AmqpConversation,
  suffix: string,
  args: Readonly<Record<string, FieldValue>> = {},
): Promise<string> {
  return newQueue(broker, suffix, { 'x-max-priority': int(5), ...args });
}

/** Messages whose bodies begin with their priority; all ready when this is done. */
async function fill(broker: AmqpConversation, queue: string, ...bodies: string[]): Promise<void> {
  for (const body of bodies) await broker.publish('', queue, body, { priority: Number(body[0]) });
  await broker.ready(queue, bodies.length);
}

async function order(broker: AmqpConversation): Promise<void> {
  const queue = await prioritised(broker, 'q');
  await fill(broker, queue, '1a', '5a', '0a', '5b', '9a', '1b', '0b', '6a');
  await broker.drain('above the largest is the largest', queue);
  const one = await newQueue(broker, 'one', { 'x-max-priority': int(1) });
  await fill(broker, one, '0a', '1a', '2a', '0b', '1b');
  await broker.drain('two levels', one);
}

async function tooMany(broker: AmqpConversation): Promise<void> {
  const dead = await newQueue(broker, 'dead');
  const dlx = { 'x-dead-letter-exchange': text(''), 'x-dead-letter-routing-key': text(dead) };
  const queue = await prioritised(broker, 'q', { ...dlx, 'x-max-length': int(3) });
  for (const body of ['3a', '1a', '2a', '1b', '5a', '0a']) {
    await broker.publish('', queue, body, { priority: Number(body[0]) });
  }
  await broker.ready(dead, 3);
  await broker.drain('what had to go', dead);
  await broker.drain('what stayed', queue);
}

async function expiry(broker: AmqpConversation): Promise<void> {
  const queue = await prioritised(broker, 'q');
  await broker.publish('', queue, '5 stays', { priority: 5 });
  await broker.publish('', queue, '1 expires', { priority: 1, expiration: '10' });
  await broker.publish('', queue, '1 stays', { priority: 1 });
  await broker.publish('', queue, '1 expires behind it', { priority: 1, expiration: '10' });
  await broker.publish('', queue, '3 expires', { priority: 3, expiration: '10' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  // RabbitMQ counts what has expired behind a higher priority until its turn comes.
  await broker.drain('what is left', queue);
}

async function served(broker: AmqpConversation): Promise<void> {
  const queue = await prioritised(broker, 'q');
  await broker.must('basic.qos', { prefetchCount: 1 });
  await consume(broker, queue);
  await broker.publish('', queue, '0a', { priority: 0 });
  await broker.settle('nothing else is there');
  for (const body of ['1a', '4a', '2a']) await broker.publish('', queue, body, { priority: Number(body[0]) });
  await broker.settle('in hand');
  for (let deliveryTag = 1; deliveryTag <= 4; deliveryTag += 1) await broker.tell('next', 'basic.ack', { deliveryTag });
}

async function comesBack(broker: AmqpConversation): Promise<void> {
  const queue = await prioritised(broker, 'q');
  await fill(broker, queue, '2a', '2b', '4a', '4b', '2c');
  for (let i = 0; i < 4; i += 1) await broker.must('basic.get', { queue });
  for (const deliveryTag of [4, 2, 3, 1]) await broker.send('basic.reject', { deliveryTag, requeue: true });
  await broker.publish('', queue, '4c', { priority: 4 });
  await broker.drain('each where it was', queue);
}

async function counting(broker: AmqpConversation): Promise<void> {
  const queue = await prioritised(broker, 'q');
  await fill(broker, queue, '1a', '2a', '3a');
  await broker.ask('count', 'queue.declare', { queue, passive: true });
  await broker.ask('get', 'basic.get', { queue });
  await broker.ask('purge', 'queue.purge', { queue });
  await broker.ask('delete', 'queue.delete', { queue, ifEmpty: true });
}
