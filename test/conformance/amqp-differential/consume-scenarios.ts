/** Consuming: tags, acknowledgements, prefetch, order, priorities, cancels, and what is refused. */
import type { AmqpConversation, At } from './conversation.ts';
import { type AmqpScenario, bool, consume, fill, int, long, newQueue, nothing, table, text } from './scenario.ts';

export const consumeScenarios: readonly AmqpScenario[] = [
  { title: 'consume: refused', run: refused },
  { title: 'consume: exclusive', run: exclusive },
  { title: 'consume: unknown delivery tags', run: unknownTags },
  { title: 'consume: many at once', run: multiple },
  { title: 'consume: the order of what comes back', run: order },
  { title: 'consume: get', run: get },
  { title: 'consume: qos', run: qos },
  { title: 'consume: prefetch of consumers', run: prefetch },
  { title: 'consume: prefetch of the channel', run: global },
  { title: 'consume: recover', run: recover },
  { title: 'consume: closing gives back', run: closing },
  { title: 'consume: cancel', run: cancel },
  { title: 'consume: priorities of messages', run: priorities },
  { title: 'consume: priorities of consumers', run: consumerPriorities },
  { title: 'consume: single active consumer', run: singleActive },
  { title: 'consume: both limits', run: bothLimits },
  { title: 'consume: single active consumer, on several connections', run: nextActive },
  { title: 'consume: sharing', run: sharing },
  { title: 'consume: quorum queues', run: quorum },
  { title: 'consume: quorum queues count returns', run: returned },
  { title: 'consume: flow', run: flow },
];

async function refused(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await broker.ask('missing', 'basic.consume', { queue: broker.name('missing'), consumerTag: 't' });
  await broker.ask('missing, get', 'basic.get', { queue: broker.name('missing') });
  await broker.ask('without a tag', 'basic.consume', { queue });
  await broker.ask('no-local', 'basic.consume', { queue, noLocal: true, consumerTag: 'l' });
  for (const [what, value] of Object.entries({
    text: text('5'),
    bool: bool(true),
    nothing,
    long: long(5),
    negative: int(-3),
  })) {
    await broker.ask(`x-priority: ${what}`, 'basic.consume', {
      queue,
      consumerTag: `p ${what}`,
      arguments: table({ 'x-priority': value }),
    });
  }
  await broker.ask('unknown arguments', 'basic.consume', {
    queue,
    consumerTag: 'u',
    arguments: table({ 'x-foo': int(1), 'x-stream-offset': text('first') }),
  });
  await broker.ask('x-cancel-on-ha-failover', 'basic.consume', {
    queue,
    consumerTag: 'h',
    arguments: table({ 'x-cancel-on-ha-failover': bool(true) }),
  });
  await broker.ask('a tag', 'basic.consume', { queue, consumerTag: 't' });
  await broker.ask('the same tag on another channel', 'basic.consume', { queue, consumerTag: 't' }, { channel: 2 });
  await broker.ask('the same tag', 'basic.consume', { queue, consumerTag: 't' });
  await broker.settle('what else came');
  await broker.ask('the same tag for a missing queue', 'basic.consume', {
    queue: broker.name('missing'),
    consumerTag: 't',
  });
}

async function exclusive(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  const other = { channel: 2 };
  await broker.ask('alone', 'basic.consume', { queue, consumerTag: 'a', exclusive: true });
  await broker.ask('a second', 'basic.consume', { queue, consumerTag: 'b' }, other);
  await broker.ask('a second, exclusive', 'basic.consume', { queue, consumerTag: 'b', exclusive: true }, other);
  await broker.ask('on the same channel', 'basic.consume', { queue, consumerTag: 'b' });
  await broker.must('basic.consume', { queue, consumerTag: 'c' });
  await broker.ask('exclusive, but not alone', 'basic.consume', { queue, consumerTag: 'd', exclusive: true }, other);
  await broker.ask('get from it', 'basic.get', { queue }, other);
}

async function unknownTags(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  for (const method of ['basic.ack', 'basic.nack', 'basic.reject'] as const) {
    for (const deliveryTag of [0, 1, 99]) {
      await broker.tell(`${deliveryTag}, nothing delivered`, method, { deliveryTag, requeue: true });
      if (method !== 'basic.reject')
        await broker.tell(`${deliveryTag}, multiple, nothing delivered`, method, { deliveryTag, multiple: true });
    }
  }
  await fill(broker, queue, '1', '2', '3', '4');
  for (let i = 0; i < 3; i += 1) await broker.must('basic.get', { queue });
  await broker.tell('two', 'basic.ack', { deliveryTag: 2 });
  await broker.tell('two again', 'basic.ack', { deliveryTag: 2 });
  for (let i = 0; i < 3; i += 1) await broker.ask('get again', 'basic.get', { queue });
  await broker.tell('all up to one that is too large', 'basic.ack', { deliveryTag: 9, multiple: true });
  for (let i = 0; i < 3; i += 1) await broker.ask('get again, after the error', 'basic.get', { queue });
  await broker.send('basic.ack', { deliveryTag: 2 });
  await broker.tell('all up to a settled one', 'basic.ack', { deliveryTag: 2, multiple: true });
  await broker.ask('got without acknowledgement', 'basic.get', { queue, noAck: true });
  await broker.tell('its tag', 'basic.ack', { deliveryTag: 1 });
  await broker.must('queue.purge', { queue });
  await fill(broker, queue, '5');
  await broker.must('basic.get', { queue });
  await broker.tell('on another channel', 'basic.ack', { deliveryTag: 1 }, { channel: 2 });
  await broker.tell('on its own', 'basic.ack', { deliveryTag: 1 });
}

async function multiple(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, '1', '2', '3', '4', '5', '6', '7', '8');
  await consume(broker, queue, { tag: 'a' });
  await broker.settle('deliveries');
  await broker.tell('nack two, three and one', 'basic.nack', { deliveryTag: 3, multiple: true, requeue: true });
  await broker.tell('reject five', 'basic.reject', { deliveryTag: 5, requeue: false });
  await broker.tell('all the others', 'basic.ack', { deliveryTag: 0, multiple: true });
  await broker.tell('nothing is left', 'basic.ack', { deliveryTag: 0, multiple: true });
  await broker.tell('nothing is left to give back', 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true });
  await broker.drain('the queue', queue, { channel: 2 });
}

async function order(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, 'A', 'B', 'C', 'D', 'E');
  for (let i = 0; i < 4; i += 1) await broker.must('basic.get', { queue });
  for (const deliveryTag of [2, 1, 4, 3]) await broker.send('basic.nack', { deliveryTag, requeue: true });
  await broker.drain('nacked in any order', queue);
  await fill(broker, queue, 'A', 'B', 'C', 'D', 'E');
  const at = { channel: 2 };
  for (let i = 0; i < 5; i += 1) await broker.must('basic.get', { queue }, at);
  await broker.send('basic.reject', { deliveryTag: 4, requeue: true }, at);
  await broker.send('basic.ack', { deliveryTag: 3 }, at);
  await broker.publish('', queue, 'F', {}, at);
  await broker.send('basic.nack', { deliveryTag: 2, multiple: true, requeue: true }, at);
  await broker.drain('before what came later', queue, at);
  await broker.send('basic.nack', { deliveryTag: 5, requeue: true }, at);
  await broker.drain('the last', queue, at);
  await fill(broker, queue, '1', '2', '3');
  await broker.must('basic.qos', { prefetchCount: 1 }, { channel: 3 });
  await consume(broker, queue, {}, { channel: 3 });
  await broker.settle('one');
  for (let tag = 1; tag <= 3; tag += 1) {
    await broker.send('basic.reject', { deliveryTag: tag, requeue: true }, { channel: 3 });
    await broker.settle(`again ${tag}`);
  }
}

async function get(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await broker.ask('empty', 'basic.get', { queue });
  await broker.ask('empty, no-ack', 'basic.get', { queue, noAck: true });
  await fill(broker, queue, '1', '2', '3');
  await broker.ask('first', 'basic.get', { queue });
  await broker.ask('second, no-ack', 'basic.get', { queue, noAck: true });
  await consume(broker, queue, { tag: 'c' });
  await broker.settle('a delivery between');
  await broker.publish('', queue, '4');
  await broker.settle('another');
  await broker.send('basic.nack', { deliveryTag: 1, requeue: true });
  await broker.settle('the first, again');
  await broker.ask('nothing is ready', 'basic.get', { queue });
}

async function qos(broker: AmqpConversation): Promise<void> {
  await broker.ask('a size', 'basic.qos', { prefetchSize: 100 });
  await broker.ask('a size and a count', 'basic.qos', { prefetchSize: 1, prefetchCount: 5, global: true });
  await broker.ask('unlimited', 'basic.qos', { prefetchCount: 0 });
  await broker.ask('most', 'basic.qos', { prefetchCount: 65_535 });
  await broker.ask('global', 'basic.qos', { prefetchCount: 10, global: true });
  await broker.ask('global, unlimited', 'basic.qos', { prefetchCount: 0, global: true });
}

async function prefetch(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, '1', '2', '3', '4', '5', '6', '7', '8');
  await broker.must('basic.qos', { prefetchCount: 2 });
  await consume(broker, queue, { tag: 'a' });
  await broker.settle('two');
  await broker.must('basic.qos', { prefetchCount: 1 });
  await broker.settle('the new one is for others');
  await broker.tell('acknowledged', 'basic.ack', { deliveryTag: 1 });
  await consume(broker, queue, { tag: 'b' });
  await broker.settle('one for the second');
  await consume(broker, queue, { tag: 'c', noAck: true });
  await broker.settle('no limit without acknowledgements');
  await broker.tell('given back', 'basic.nack', { deliveryTag: 2, requeue: true });
}

async function global(broker: AmqpConversation): Promise<void> {
  const [first, second] = [await newQueue(broker, 'first'), await newQueue(broker, 'second')];
  await fill(broker, first, '1', '2', '3', '4', '5');
  await fill(broker, second, 'a', 'b', 'c');
  await broker.must('basic.qos', { prefetchCount: 3, global: true });
  await consume(broker, first, { tag: 'a' });
  await broker.settle('three');
  await consume(broker, second, { tag: 'b' });
  await broker.settle('no room for the second');
  await broker.ask('get is not limited', 'basic.get', { queue: second });
  await broker.must('basic.cancel', { consumerTag: 'a' });
  await broker.tell('acknowledged', 'basic.ack', { deliveryTag: 2, multiple: true });
  await broker.must('basic.qos', { prefetchCount: 1, global: true });
  await broker.settle('a smaller limit');
  await broker.tell('all', 'basic.ack', { deliveryTag: 0, multiple: true });
  await broker.must('basic.qos', { prefetchCount: 0, global: true });
  await broker.settle('no limit');
}

async function recover(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, '1', '2', '3');
  await consume(broker, queue);
  await broker.settle('deliveries');
  await broker.send('basic.ack', { deliveryTag: 1 });
  await broker.ask('requeue', 'basic.recover', { requeue: true });
  await broker.settle('delivered again');
  await broker.tell('async', 'basic.recover-async', { requeue: true });
  await broker.ask('to the same', 'basic.recover', { requeue: false });
  await broker.tell('async, to the same', 'basic.recover-async', { requeue: false });
  await broker.ask('nothing to recover', 'basic.recover', { requeue: true }, { channel: 2 });
}

async function closing(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, '1', '2', '3', '4');
  const take = async (at: At) => {
    for (let i = 0; i < 2; i += 1) await broker.must('basic.get', { queue }, at);
  };
  await take({ channel: 2 });
  await take({ channel: 3 });
  await broker.must('channel.close', { replyCode: 200, classId: 0, methodId: 0 }, { channel: 3 });
  await broker.must('channel.close', { replyCode: 200, classId: 0, methodId: 0 }, { channel: 2 });
  await broker.ready(queue, 4);
  await broker.drain('closed channels', queue);
  await fill(broker, queue, '1', '2');
  await take({ connection: 'cut' });
  await broker.cut('cut');
  await broker.ready(queue, 2);
  await broker.drain('a connection that was cut', queue);
  await fill(broker, queue, '1', '2');
  await take({ channel: 4 });
  await broker.tell('an error', 'basic.ack', { deliveryTag: 99 }, { channel: 4 });
  await broker.ready(queue, 2);
  await broker.drain('after an error', queue);
}

async function cancel(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await broker.ask('unknown', 'basic.cancel', { consumerTag: 'unknown' });
  await fill(broker, queue, '1', '2');
  await broker.must('basic.qos', { prefetchCount: 1 });
  await consume(broker, queue, { tag: 'a' });
  await broker.settle('one');
  await broker.ask('cancel', 'basic.cancel', { consumerTag: 'a' });
  await broker.ask('cancel again', 'basic.cancel', { consumerTag: 'a' });
  await broker.tell('its delivery', 'basic.ack', { deliveryTag: 1 });
  await broker.ask('the tag again', 'basic.consume', { queue, consumerTag: 'a' });
  await broker.settle('the other');
  await broker.must('queue.delete', { queue }, { channel: 2 });
  await broker.settle('its queue was deleted');
  await broker.tell('its delivery then', 'basic.ack', { deliveryTag: 2 });
  await broker.ask('cancel what was cancelled', 'basic.cancel', { consumerTag: 'a' });
  broker.configure('plain', { capabilities: [] });
  const other = await newQueue(broker, 'other');
  await consume(broker, other, { tag: 'b' }, { connection: 'plain' });
  await broker.must('queue.delete', { queue: other });
  await broker.settle('nobody asked to be told', { connection: 'plain' });
}

async function priorities(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q', { 'x-max-priority': int(3) });
  for (const priority of [0, 2, 1, 3, 9, undefined, 2]) {
    await broker.publish('', queue, `${priority}`, priority === undefined ? {} : { priority });
  }
  await broker.ready(queue, 7);
  await broker.must('basic.get', { queue }, { channel: 2 });
  await broker.publish('', queue, 'another 3', { priority: 3 });
  await broker.send('basic.nack', { deliveryTag: 1, requeue: true }, { channel: 2 });
  await broker.ready(queue, 8);
  await broker.drain('by priority', queue);
}

async function consumerPriorities(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await broker.must('basic.qos', { prefetchCount: 2 });
  await consume(broker, queue, { tag: 'low', args: { 'x-priority': int(-1) } });
  await consume(broker, queue, { tag: 'none' });
  await consume(broker, queue, { tag: 'high', args: { 'x-priority': int(5) } });
  for (let i = 1; i <= 6; i += 1) {
    await broker.publish('', queue, `${i}`);
    await broker.settle(`number ${i}`);
  }
  await broker.send('basic.ack', { deliveryTag: 1 });
  await broker.publish('', queue, '7');
  await broker.settle('room for the high one');
}

async function singleActive(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q', { 'x-single-active-consumer': bool(true) });
  await consume(broker, queue, { tag: 'a' });
  await consume(broker, queue, { tag: 'b' }, { channel: 2 });
  await broker.ask('an exclusive one', 'basic.consume', { queue, consumerTag: 'c', exclusive: true }, { channel: 3 });
  await broker.publish('', queue, '1', {}, { channel: 4 });
  await broker.publish('', queue, '2', {}, { channel: 4 });
  await broker.settle('to the first');
  await broker.must('basic.cancel', { consumerTag: 'a' });
  await broker.publish('', queue, '3', {}, { channel: 4 });
  await broker.settle('to the second');
  await broker.tell('the first gives back', 'basic.nack', { deliveryTag: 1, requeue: true });
}

/** Of the channel and of each consumer: the smaller one holds. */
async function bothLimits(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, '1', '2', '3', '4', '5', '6', '7', '8');
  await broker.must('basic.qos', { prefetchCount: 2 });
  await broker.must('basic.qos', { prefetchCount: 3, global: true });
  await consume(broker, queue, { tag: 'a' });
  await broker.settle('two of its own');
  await consume(broker, queue, { tag: 'b' });
  await broker.settle('one more on the channel');
  await broker.tell('for the second there is room', 'basic.ack', { deliveryTag: 3 });
  await broker.must('basic.qos', { prefetchCount: 0, global: true });
  await broker.settle('without the limit of the channel');
  await broker.tell('for the first there is room', 'basic.ack', { deliveryTag: 1 });
  await broker.ask('0 for those that come', 'basic.qos', { prefetchCount: 0 });
  await consume(broker, queue, { tag: 'c' });
  await broker.settle('no limit at all');
}

async function nextActive(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q', { 'x-single-active-consumer': bool(true) });
  const publish = async (body: string) => {
    await broker.publish('', queue, body, {}, { connection: 'filler' });
  };
  await consume(broker, queue, { tag: 'first' }, { connection: 'first' });
  await consume(broker, queue, { tag: 'second', args: { 'x-priority': int(9) } });
  await publish('1');
  await publish('2');
  await broker.settle('to the first', { connection: 'first' });
  await broker.settle('priority changes nothing');
  await broker.cut('first');
  await broker.settle('what it had');
  await broker.send('basic.ack', { deliveryTag: 1 });
  await publish('3');
  await broker.settle('what comes');
  await consume(broker, queue, { tag: 'third' }, { channel: 2 });
  await broker.tell('given back to the active one', 'basic.nack', { deliveryTag: 2, requeue: true });
  await broker.ask('get beside it', 'basic.get', { queue }, { channel: 3 });
  await broker.must('queue.delete', { queue }, { channel: 3 });
  await broker.settle('all are told');
}

async function sharing(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  for (const tag of ['a', 'b', 'c']) await consume(broker, queue, { tag, noAck: true });
  for (let i = 1; i <= 7; i += 1) {
    await broker.publish('', queue, `${i}`);
    await broker.settle(`number ${i}`);
  }
}

async function quorum(broker: AmqpConversation): Promise<void> {
  const dead = await newQueue(broker, 'dead');
  const queue = await newQueue(broker, 'q', {
    'x-queue-type': text('quorum'),
    'x-delivery-limit': int(2),
    'x-dead-letter-exchange': text(''),
    'x-dead-letter-routing-key': text(dead),
  });
  await broker.must('confirm.select', {});
  await broker.publish('', queue, 'poison');
  await broker.settle('confirmed');
  for (let i = 1; i <= 3; i += 1) {
    await broker.ask(`get ${i}`, 'basic.get', { queue }, { channel: 2 });
    await broker.send('basic.nack', { deliveryTag: i, requeue: true }, { channel: 2 });
    if (i < 3) await broker.ready(queue, 1);
  }
  await broker.ready(dead, 1);
  await broker.drain('its end', dead, { channel: 2 });
  await broker.ask('global prefetch', 'basic.qos', { prefetchCount: 5, global: true }, { channel: 3 });
  await broker.ask('and a consumer', 'basic.consume', { queue, consumerTag: 'q' }, { channel: 3 });
}

async function returned(broker: AmqpConversation): Promise<void> {
  const dead = await newQueue(broker, 'dead');
  const queue = await newQueue(broker, 'q', {
    'x-queue-type': text('quorum'),
    'x-delivery-limit': int(2),
    'x-dead-letter-exchange': text(''),
    'x-dead-letter-routing-key': text(dead),
  });
  await broker.must('confirm.select', {}, { connection: 'filler' });
  await broker.publish('', queue, 'poison', { headers: table({ mine: int(1) }) }, { connection: 'filler' });
  await broker.must('basic.qos', { prefetchCount: 1 });
  await consume(broker, queue);
  const rejected = async (deliveryTag: number) => {
    await broker.settle(`delivery ${deliveryTag}`);
    await broker.send('basic.reject', { deliveryTag, requeue: true });
  };
  for (let tag = 1; tag <= 3; tag += 1) await rejected(tag);
  await broker.ready(dead, 1);
  await broker.drain('its end', dead, { channel: 2 });
  await broker.publish('', queue, 'lost', {}, { connection: 'filler' });
  await broker.settle('another');
  await broker.must('channel.close', { replyCode: 200, classId: 0, methodId: 0 });
  await broker.ready(queue, 1);
  await broker.ask('a closed channel counts too', 'basic.get', { queue, noAck: true }, { channel: 2 });
}

async function flow(broker: AmqpConversation): Promise<void> {
  await broker.ask('on', 'channel.flow', { active: true });
  await broker.ask('off', 'channel.flow', { active: false });
  await broker.ask('access', 'access.request', {
    realm: '/data',
    exclusive: false,
    passive: false,
    active: true,
    write: true,
    read: true,
  });
}
