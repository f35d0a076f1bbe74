/** The ends that queues come to, and what others notice of them: consumers, bindings, dead letters, names. */
import type { AmqpConversation } from './conversation.ts';
import { type AmqpScenario, bool, consume, fill, int, newExchange, newQueue, table, text } from './scenario.ts';

export const queueEndScenarios: readonly AmqpScenario[] = [
  { title: 'the end of a queue: its consumers are told', run: told },
  { title: 'the end of a queue: no dead letters', run: noDeadLetters },
  { title: 'the end of a queue: its bindings', run: bindings },
  { title: 'the end of a queue: leases', run: leases },
  { title: 'the end of a queue: names of the server', run: serverNamed },
  { title: 'the end of a queue: with its connection', run: withConnection },
  { title: 'the end of a queue: deliveries that are left', run: leftOver },
];

const GOODBYE = { replyCode: 200, classId: 0, methodId: 0 };

async function told(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await consume(broker, queue, { tag: 'a' });
  await consume(broker, queue, { tag: 'b', noAck: true });
  await broker.ask('delete', 'queue.delete', { queue });
  await broker.settle('both are told');
  await broker.ask('cancel what was cancelled', 'basic.cancel', { consumerTag: 'a' });
  await broker.ask('delete with nobody on it', 'queue.delete', { queue: await newQueue(broker, 'r') });
  const expiring = await newQueue(broker, 'expiring', { 'x-expires': int(60_000) });
  await consume(broker, expiring, { tag: 'c' });
  await broker.must('queue.delete', { queue: expiring }, { connection: 'other' });
  await broker.settle('by another connection');
  await broker.ask('a queue of its name has no consumers', 'queue.declare', { queue: expiring });
}

async function noDeadLetters(broker: AmqpConversation): Promise<void> {
  const dead = await newQueue(broker, 'dead');
  const dlx = { 'x-dead-letter-exchange': text(''), 'x-dead-letter-routing-key': text(dead) };
  const purged = await newQueue(broker, 'purged', dlx);
  await fill(broker, purged, '1', '2');
  await broker.ask('purge', 'queue.purge', { queue: purged });
  await fill(broker, purged, '3');
  await broker.ask('delete', 'queue.delete', { queue: purged });
  const leased = broker.name('leased');
  await broker.must('queue.declare', { queue: leased, arguments: table({ ...dlx, 'x-expires': int(300) }) });
  await broker.publish('', leased, '4');
  await new Promise((resolve) => setTimeout(resolve, 600));
  await broker.ask('expired', 'queue.declare', { queue: leased, passive: true });
  await broker.drain('nothing', dead);
}

async function bindings(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'direct');
  const queue = await newQueue(broker, 'q');
  await broker.must('queue.bind', { queue, exchange, routingKey: 'k' });
  await broker.must('queue.delete', { queue });
  await broker.publish(exchange, 'k', 'nobody', {}, { mandatory: true });
  await broker.settle('to nobody');
  await newQueue(broker, 'q');
  await broker.publish(exchange, 'k', 'still nobody', {}, { mandatory: true });
  await broker.settle('a queue of its name is another one');
  await broker.ask('the exchange is unused', 'exchange.delete', { exchange, ifUnused: true });
}

async function leases(broker: AmqpConversation): Promise<void> {
  const queue = broker.name('q');
  const args = table({ 'x-expires': int(400) });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 250));
  await broker.must('queue.declare', { queue, arguments: args });
  for (let round = 1; round <= 2; round += 1) {
    await pause();
    await broker.ask(`get ${round}`, 'basic.get', { queue });
  }
  await pause();
  await broker.ask('declare again', 'queue.declare', { queue, arguments: args });
  await pause();
  await consume(broker, queue, { tag: 't' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await broker.must('basic.cancel', { consumerTag: 't' });
  await pause();
  await broker.ask('counted from the last consumer', 'basic.get', { queue });
  await new Promise((resolve) => setTimeout(resolve, 900));
  await broker.ask('its end', 'basic.get', { queue });
}

async function serverNamed(broker: AmqpConversation): Promise<void> {
  const declared = await broker.must('queue.declare', { queue: '', exclusive: true, autoDelete: true });
  const queue = declared.method === 'queue.declare-ok' ? declared.queue : '';
  broker.note('declared', declared.method);
  await broker.ask('passive', 'queue.declare', { queue, passive: true });
  await broker.ask('declare again', 'queue.declare', { queue, exclusive: true, autoDelete: true });
  await broker.ask(
    'passive, by another connection',
    'queue.declare',
    { queue, passive: true },
    { connection: 'other' },
  );
  await broker.publish('', queue, 'hello', {}, { connection: 'other', mandatory: true });
  await broker.settle('from another connection', { connection: 'other' });
  await broker.drain('what came', queue);
  await consume(broker, queue, { tag: 't' });
  await broker.ask('cancel', 'basic.cancel', { consumerTag: 't' });
  await broker.ask('it was auto-delete', 'queue.declare', { queue, passive: true });
  await broker.ask('its name can not be declared', 'queue.declare', { queue, exclusive: true, autoDelete: true });
}

async function withConnection(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'fanout');
  const owner = { connection: 'owner' };
  const closed = broker.name('closed');
  await broker.must('queue.declare', { queue: closed, exclusive: true }, owner);
  await broker.must('queue.bind', { queue: closed, exchange }, owner);
  await broker.must('channel.close', GOODBYE, owner);
  await broker.ask('not with its channel', 'queue.declare', { queue: closed, passive: true }, { ...owner, channel: 2 });
  await broker.must('connection.close', GOODBYE, { ...owner, channel: 0 });
  await broker.ask('gone when close-ok has come', 'queue.declare', { queue: closed, passive: true });
  await broker.publish(exchange, '', 'to nobody', {}, { mandatory: true });
  await broker.settle('its binding is gone too');
  await broker.ask('its name is free', 'queue.declare', { queue: closed, durable: true });
}

async function leftOver(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q', { 'x-single-active-consumer': bool(false) });
  await fill(broker, queue, '1', '2', '3');
  await consume(broker, queue, { tag: 'a' });
  await broker.settle('deliveries');
  await broker.ask('delete', 'queue.delete', { queue });
  await broker.settle('it is told');
  for (const [title, method] of [
    ['ack', 'basic.ack'],
    ['nack', 'basic.nack'],
    ['reject', 'basic.reject'],
  ] as const) {
    const deliveryTag = method === 'basic.ack' ? 1 : method === 'basic.nack' ? 2 : 3;
    await broker.tell(title, method, { deliveryTag, requeue: true });
  }
  await broker.tell('once more', 'basic.ack', { deliveryTag: 3 });
}
