/** Exchanges: declaring, deleting, binding, and what is refused. */
import type { MethodInput } from '../../../src/gateway/amqp/protocol/methods.ts';
import type { AmqpConversation } from './conversation.ts';
import { type AmqpScenario, bool, int, list, newExchange, newQueue, table, text } from './scenario.ts';

export const exchangeScenarios: readonly AmqpScenario[] = [
  { title: 'exchange: declaring again', run: again },
  { title: 'exchange: names and types', run: names },
  { title: 'exchange: arguments', run: argumentsOf },
  { title: 'exchange: deleting', run: deleting },
  { title: 'exchange: the default one', run: theDefault },
  { title: 'exchange: bindings that can not be', run: bindings },
  { title: 'exchange: binding twice, unbinding nothing', run: twice },
  { title: 'exchange: alternate', run: alternate },
  { title: 'exchange: to exchange, with a cycle', run: toExchange },
  { title: 'exchange: auto-delete', run: autoDelete },
  { title: 'exchange: internal', run: internal },
];

async function again(broker: AmqpConversation): Promise<void> {
  const exchange = broker.name('x');
  const wanted = { exchange, type: 'topic', durable: true, arguments: table({ 'alternate-exchange': text('other') }) };
  const declare = (title: string, change: Partial<MethodInput<'exchange.declare'>>) =>
    broker.ask(title, 'exchange.declare', { ...wanted, ...change });
  await declare('first', {});
  await declare('the same', {});
  await declare('another type', { type: 'direct' });
  await declare('not durable', { durable: false });
  await declare('auto-delete', { autoDelete: true });
  await declare('internal', { internal: true });
  await declare('without its alternate', { arguments: table({}) });
  await declare('another alternate', { arguments: table({ 'alternate-exchange': text('another') }) });
  await declare('an argument more', { arguments: table({ ...Object.fromEntries(wanted.arguments), 'x-foo': int(1) }) });
  await declare('an alternate of another type', { arguments: table({ 'alternate-exchange': int(1) }) });
  await declare('several differences', { type: 'fanout', durable: false, autoDelete: true });
  await declare('passive, all else wrong', { passive: true, type: 'direct', durable: false, arguments: table({}) });
  await declare('passive, an unknown type', { passive: true, type: 'nonsense' });
  for (const name of ['amq.direct', 'amq.topic', 'amq.fanout', 'amq.headers', 'amq.match']) {
    const type = name === 'amq.match' ? 'headers' : name.slice(4);
    await broker.ask(`${name} as it is`, 'exchange.declare', { exchange: name, type, durable: true });
    await broker.ask(`${name} otherwise`, 'exchange.declare', { exchange: name, type, durable: false });
  }
  await broker.ask('one that nobody may', 'exchange.declare', {
    exchange: 'amq.rabbitmq.log',
    type: 'topic',
    durable: true,
  });
}

async function names(broker: AmqpConversation): Promise<void> {
  const declare = (exchange: string, type = 'direct', more = {}) =>
    broker.ask(`${JSON.stringify(exchange.replace(broker.name(''), ''))} ${type}`, 'exchange.declare', {
      exchange,
      type,
      ...more,
    });
  await declare('amq.mine');
  await declare('amq.');
  await declare('amq.mine', 'nonsense');
  await declare('amq.mine', 'direct', { passive: true });
  await declare('');
  await declare('', 'direct', { passive: true });
  await declare(broker.name('nonsense'), 'nonsense');
  await declare(broker.name('empty'), '');
  await declare(broker.name('upper'), 'DIRECT');
  await declare(broker.name('atom'), 'rabbit_exchange_type_direct');
  await declare(broker.name('white space and ümläüte'));
  await declare(broker.name('x'.repeat(200)));
  await declare(broker.name('line\nbreak'));
  await broker.ask('missing', 'exchange.declare', { exchange: broker.name('missing'), type: 'direct', passive: true });
  await broker.tell('nowait', 'exchange.declare', { exchange: broker.name('quick'), type: 'direct', nowait: true });
  await broker.tell('nowait, refused', 'exchange.declare', {
    exchange: broker.name('quick'),
    type: 'fanout',
    nowait: true,
  });
}

async function argumentsOf(broker: AmqpConversation): Promise<void> {
  let count = 0;
  const declare = (title: string, args: Parameters<typeof table>[0], type = 'direct') => {
    count += 1;
    return broker.ask(title, 'exchange.declare', { exchange: broker.name(`x${count}`), type, arguments: table(args) });
  };
  await declare('alternate: a number', { 'alternate-exchange': int(1) });
  await declare('alternate: a list', { 'alternate-exchange': list() });
  await declare('alternate: empty', { 'alternate-exchange': text('') });
  await declare('alternate: missing', { 'alternate-exchange': text('never there') });
  await declare('unknown', { 'x-foo': int(1), foo: bool(true) });
  await declare('a delayed type', { 'x-delayed-type': text('direct') });
}

async function deleting(broker: AmqpConversation): Promise<void> {
  const remove = (title: string, exchange: string, ifUnused = false) =>
    broker.ask(title, 'exchange.delete', { exchange, ifUnused });
  const exchange = await newExchange(broker, 'x', 'direct');
  const queue = await newQueue(broker, 'q');
  await remove('missing', broker.name('missing'));
  await remove('missing, if unused', broker.name('missing'), true);
  await broker.must('queue.bind', { queue, exchange, routingKey: 'k' });
  await remove('in use', exchange, true);
  await broker.must('queue.unbind', { queue, exchange, routingKey: 'k' });
  await remove('no longer in use', exchange, true);
  const from = await newExchange(broker, 'from', 'fanout');
  const to = await newExchange(broker, 'to', 'fanout');
  await broker.must('exchange.bind', { source: from, destination: to });
  await remove('a source in use', from, true);
  await remove('a destination in use', to, true);
  await remove('a source', from);
  for (const name of ['', 'amq.direct', 'amq.mine', 'amq.rabbitmq.trace'])
    await remove(`reserved ${JSON.stringify(name)}`, name);
}

async function theDefault(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  const exchange = await newExchange(broker, 'x', 'fanout');
  await broker.ask('queue', 'queue.bind', { queue, exchange: '', routingKey: 'k' });
  await broker.ask('queue, unbind', 'queue.unbind', { queue, exchange: '', routingKey: queue });
  await broker.ask('a missing queue', 'queue.bind', { queue: broker.name('missing'), exchange: '', routingKey: 'k' });
  await broker.ask('as source', 'exchange.bind', { source: '', destination: exchange });
  await broker.ask('as destination', 'exchange.bind', { source: exchange, destination: '' });
  await broker.ask('as source, unbind', 'exchange.unbind', { source: '', destination: exchange });
  await broker.publish('', queue, 'to the queue');
  await broker.publish('', broker.name('missing'), 'to nobody');
  await broker.drain('what came', queue);
}

async function bindings(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  const exchange = await newExchange(broker, 'x', 'headers');
  const missing = broker.name('missing');
  await broker.ask('a missing queue', 'queue.bind', { queue: missing, exchange, routingKey: '' });
  await broker.ask('a missing exchange', 'queue.bind', { queue, exchange: missing, routingKey: '' });
  await broker.ask('both missing', 'queue.bind', { queue: missing, exchange: missing, routingKey: '' });
  await broker.ask('a missing source', 'exchange.bind', { source: missing, destination: exchange });
  await broker.ask('a missing destination', 'exchange.bind', { source: exchange, destination: missing });
  await broker.ask('both ends missing', 'exchange.bind', { source: missing, destination: missing });
  await broker.ask('no queue yet', 'queue.bind', { queue: '', exchange, routingKey: '' }, { channel: 5 });
  const match = (title: string, args: Parameters<typeof table>[0]) =>
    broker.ask(title, 'queue.bind', { queue, exchange, routingKey: '', arguments: table(args) });
  await match('x-match: unknown', { 'x-match': text('some') });
  await match('x-match: a number', { 'x-match': int(1) });
  await match('x-match: nothing else', { 'x-match': text('any') });
  await match('no x-match', { a: int(1) });
  await match('x-match: all-with-x', { 'x-match': text('all-with-x'), 'x-a': int(1) });
}

async function twice(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  const exchange = await newExchange(broker, 'x', 'direct');
  const binding = { queue, exchange, routingKey: 'k', arguments: table({ a: int(1) }) };
  await broker.ask('bind', 'queue.bind', binding);
  await broker.ask('bind again', 'queue.bind', binding);
  await broker.ask('bind with other arguments', 'queue.bind', { ...binding, arguments: table({}) });
  await broker.publish(exchange, 'k', 'once, though bound twice');
  await broker.drain('what came', queue);
  await broker.ask('unbind', 'queue.unbind', binding);
  await broker.ask('unbind again', 'queue.unbind', binding);
  await broker.ask('unbind another key', 'queue.unbind', { ...binding, routingKey: 'other' });
  await broker.ask('unbind from a missing queue', 'queue.unbind', { ...binding, queue: broker.name('missing') });
  await broker.ask('unbind from a missing exchange', 'queue.unbind', { ...binding, exchange: broker.name('missing') });
  const ends = { source: exchange, destination: broker.name('missing') };
  await broker.ask('unbind a missing destination', 'exchange.unbind', ends);
  await broker.ask('unbind a missing source', 'exchange.unbind', { source: ends.destination, destination: exchange });
  await broker.publish(exchange, 'k', 'the other binding is still there');
  await broker.drain('what came then', queue);
}

async function alternate(broker: AmqpConversation): Promise<void> {
  const last = await newExchange(broker, 'last', 'fanout');
  const second = await newExchange(broker, 'second', 'direct', { 'alternate-exchange': text(last) });
  const first = await newExchange(broker, 'first', 'direct', { 'alternate-exchange': text(second) });
  const loop = await newExchange(broker, 'loop', 'direct', { 'alternate-exchange': text(broker.name('loop')) });
  const lost = await newExchange(broker, 'lost', 'direct', { 'alternate-exchange': text(broker.name('never')) });
  const queue = await newQueue(broker, 'q');
  const rest = await newQueue(broker, 'rest');
  await broker.must('queue.bind', { queue, exchange: second, routingKey: 'known' });
  await broker.must('queue.bind', { queue: rest, exchange: last, routingKey: '' });
  for (const exchange of [first, loop, lost]) {
    for (const key of ['known', 'unknown']) await broker.publish(exchange, key, `${key}`, {}, { mandatory: true });
  }
  await broker.settle('what came back');
  await broker.drain('by the second', queue);
  await broker.drain('by the last', rest);
  await broker.must('exchange.delete', { exchange: last });
  await broker.publish(first, 'unknown', 'the last is gone', {}, { mandatory: true });
  await broker.settle('what came back then');
}

async function toExchange(broker: AmqpConversation): Promise<void> {
  const [a, b, c] = [
    await newExchange(broker, 'a', 'topic'),
    await newExchange(broker, 'b', 'fanout'),
    await newExchange(broker, 'c', 'direct'),
  ];
  const queue = await newQueue(broker, 'q');
  for (const [source, destination, routingKey] of [
    [a, b, 'x.#'],
    [b, c, ''],
    [c, a, 'x.y'],
    [a, c, '*.y'],
  ] as const) {
    await broker.ask(`${routingKey}`, 'exchange.bind', { source, destination, routingKey });
  }
  await broker.must('queue.bind', { queue, exchange: c, routingKey: 'x.y' });
  await broker.must('queue.bind', { queue, exchange: b, routingKey: 'ignored' });
  for (const key of ['x.y', 'x.z', 'y.y', 'x']) await broker.publish(a, key, key, {}, { mandatory: true });
  await broker.settle('what came back');
  await broker.drain('once each', queue);
  await broker.ask('unbind', 'exchange.unbind', { source: a, destination: b, routingKey: 'x.#' });
  await broker.ask('itself', 'exchange.bind', { source: b, destination: b, routingKey: '' });
  await broker.publish(b, 'any', 'itself');
  await broker.drain('once', queue);
}

async function autoDelete(broker: AmqpConversation): Promise<void> {
  const exchange = broker.name('auto');
  const declare = { exchange, type: 'direct', autoDelete: true };
  const isThere = (title: string) => broker.ask(title, 'exchange.declare', { ...declare, passive: true });
  await broker.must('exchange.declare', declare);
  const queue = await newQueue(broker, 'q');
  await isThere('never bound');
  for (const routingKey of ['1', '2']) await broker.must('queue.bind', { queue, exchange, routingKey });
  await broker.must('queue.unbind', { queue, exchange, routingKey: '1' });
  await isThere('one binding left');
  await broker.must('queue.delete', { queue });
  await isThere('its queue is gone');
  await broker.must('exchange.declare', declare);
  const other = await newExchange(broker, 'other', 'fanout');
  await broker.must('exchange.bind', { source: other, destination: exchange });
  await broker.must('exchange.unbind', { source: other, destination: exchange });
  await isThere('it was only a destination');
  await broker.must('exchange.bind', { source: exchange, destination: other });
  await broker.must('exchange.delete', { exchange: other });
  await isThere('its destination is gone');
  await broker.must('exchange.declare', declare);
  await broker.must('exchange.declare', { ...declare, exchange: broker.name('next') });
  await broker.must('exchange.bind', { source: exchange, destination: broker.name('next'), routingKey: 'k' });
  const last = await newQueue(broker, 'last');
  await broker.must('queue.bind', { queue: last, exchange: broker.name('next'), routingKey: 'k' });
  await broker.must('queue.delete', { queue: last });
  await broker.ask('the next', 'exchange.declare', { ...declare, exchange: broker.name('next'), passive: true });
  await isThere('and what led to it');
}

async function internal(broker: AmqpConversation): Promise<void> {
  const exchange = broker.name('internal');
  await broker.must('exchange.declare', { exchange, type: 'fanout', internal: true });
  await broker.publish(exchange, 'k', 'no');
  await broker.settle('publish');
  const front = await newExchange(broker, 'front', 'fanout');
  const queue = await newQueue(broker, 'q');
  await broker.must('exchange.bind', { source: front, destination: exchange });
  await broker.must('queue.bind', { queue, exchange, routingKey: '' });
  await broker.publish(front, 'k', 'by another way');
  await broker.drain('what came', queue);
}
