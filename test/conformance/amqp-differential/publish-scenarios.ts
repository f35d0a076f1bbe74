/** Publishing: confirms, returns, properties, transactions, and what is refused. */
import type { BasicProperties } from '../../../src/message/amqp-properties.ts';
import type { AmqpConversation } from './conversation.ts';
import {
  type AmqpScenario,
  bool,
  consume,
  fill,
  int,
  list,
  long,
  newExchange,
  newQueue,
  nothing,
  table,
  text,
} from './scenario.ts';

export const publishScenarios: readonly AmqpScenario[] = [
  { title: 'publish: refused', run: refused },
  { title: 'publish: expirations', run: expirations },
  { title: 'publish: all properties', run: properties },
  { title: 'publish: copies', run: copies },
  { title: 'publish: returns', run: returns },
  { title: 'publish: confirms', run: confirms },
  { title: 'publish: confirms and full queues', run: full },
  { title: 'publish: modes of a channel', run: modes },
  { title: 'publish: a transaction', run: transaction },
  { title: 'publish: a transaction that fails', run: failing },
  { title: 'publish: a transaction and settlements', run: settlements },
  { title: 'publish: direct replies', run: replies },
  { title: 'publish: direct replies to several', run: severalReplies },
  { title: 'publish: confirms of what is returned, dropped and expired', run: confirmsOfLost },
];

async function refused(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  const publish = async (title: string, exchange: string, given: Partial<BasicProperties>, flags = {}) => {
    await broker.publish(exchange, queue, title, given, flags);
    await broker.settle(title);
  };
  await publish('a missing exchange', broker.name('missing'), {});
  await publish('a missing exchange, mandatory', broker.name('missing'), {}, { mandatory: true });
  await publish('immediate', '', {}, { immediate: true });
  await publish('immediate, to nobody', 'amq.direct', {}, { immediate: true });
  await publish('the right user', '', { userId: 'guest' });
  await publish('another user', '', { userId: 'bob' });
  await publish('an empty user', '', { userId: '' });
  await publish('another user, to nobody', 'amq.direct', { userId: 'bob' });
  await publish('another user, a missing exchange', broker.name('missing'), { userId: 'bob' });
  await publish('CC is no list', '', { headers: table({ CC: text('x') }) });
  await publish('BCC is no list', '', { headers: table({ BCC: int(1) }) });
  await publish('CC with a number in it', '', { headers: table({ CC: list(text('x'), int(1)) }) });
  await publish('delivery mode 0', '', { deliveryMode: 0 });
  await publish('delivery mode 3', '', { deliveryMode: 3 });
  await publish('priority 255', '', { priority: 255 });
  await publish('reply-to a consumer that is not there', '', { replyTo: 'amq.rabbitmq.reply-to' });
  await broker.drain('what was taken', queue);
}

async function expirations(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  for (const expiration of [
    '60000',
    '0',
    '',
    ' 5',
    '5 ',
    '+5',
    '-1',
    '1.5',
    'abc',
    '5x',
    '0x10',
    '4294967295',
    '4294967296',
    '9'.repeat(30),
    '٣',
  ]) {
    await broker.publish('', queue, `expiration ${expiration}`, { expiration });
    await broker.settle(`expiration ${JSON.stringify(expiration)}`);
    await broker.publish('amq.direct', 'nobody', 'x', { expiration });
    await broker.settle(`to nobody: expiration ${JSON.stringify(expiration)}`);
  }
  await broker.quietly('queue.purge', { queue });
}

async function properties(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  const headers = table({
    'a string': text('ü'),
    number: int(-7),
    long: long(2 ** 40),
    bool: bool(false),
    list: list(int(1), list(text('x'))),
    table: { type: 'table', value: table({ deep: int(1) }) },
    double: { type: 'double', value: 1.5 },
    float: { type: 'float', value: 0.5 },
    decimal: { type: 'decimal', scale: 2, value: 12345 },
    time: { type: 'timestamp', value: 1_500_000_000n },
    nothing,
    bytes: { type: 'binary', value: Buffer.from([1, 2, 0xff]) },
    int8: { type: 'int8', value: -1 },
    int16: { type: 'int16', value: -300 },
    uint8: { type: 'uint8', value: 200 },
    uint16: { type: 'uint16', value: 60_000 },
    uint32: { type: 'uint32', value: 4_000_000_000 },
  });
  const all: Partial<BasicProperties> = {
    contentType: 'text/plain',
    contentEncoding: 'utf-8',
    headers,
    deliveryMode: 2,
    priority: 4,
    correlationId: 'c',
    replyTo: 'r',
    expiration: '60000',
    messageId: 'm',
    timestamp: 1_400_000_000n,
    type: 't',
    userId: 'guest',
    appId: 'a',
    clusterId: 'k',
  };
  await broker.publish('', queue, 'all', all);
  await broker.publish('', queue, 'none');
  await broker.publish('', queue, '');
  await broker.publish('', queue, Buffer.alloc(300_000, 'x'), { headers: table({}) });
  for (const name of Object.keys(all) as (keyof BasicProperties)[])
    await broker.publish('', queue, name, { [name]: all[name] });
  await broker.publish('', queue, 'x-death of a client', {
    headers: table({ 'x-death': list(), 'x-delivery-count': int(5), CC: list() }),
  });
  await broker.drain('what came', queue);
}

async function copies(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'direct');
  const queues: string[] = [];
  for (const key of ['a', 'b', 'c']) {
    const queue = await newQueue(broker, key);
    await broker.must('queue.bind', { queue, exchange, routingKey: key });
    queues.push(queue);
  }
  const publish = (body: string, key: string, headers: Parameters<typeof table>[0]) =>
    broker.publish(exchange, key, body, { headers: table(headers) }, { mandatory: true });
  await publish('CC', 'a', { CC: list(text('b')) });
  await publish('BCC', 'a', { BCC: list(text('b'), text('c')), other: int(1) });
  await publish('both', 'a', { CC: list(text('b')), BCC: list(text('c')) });
  await publish('itself', 'a', { CC: list(text('a'), text('a')) });
  await publish('only a copy', 'nobody', { CC: list(text('c')) });
  await publish('nobody at all', 'nobody', { CC: list(text('also nobody')), BCC: list(text('neither')) });
  await broker.settle('what came back');
  for (const queue of queues) await broker.drain(queue.slice(-1), queue);
}

async function returns(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'fanout');
  await broker.publish(
    '',
    broker.name('missing'),
    'default',
    { messageId: 'm', headers: table({ a: int(1) }) },
    { mandatory: true },
  );
  await broker.settle('to the default exchange');
  await broker.publish(exchange, 'k', 'fanout', {}, { mandatory: true });
  await broker.settle('to an exchange without bindings');
  await broker.publish(exchange, 'k', Buffer.alloc(300_000), {}, { mandatory: true });
  await broker.settle('a large one');
  const queue = await newQueue(broker, 'q');
  await broker.must('queue.bind', { queue, exchange, routingKey: '' });
  await broker.publish(exchange, 'k', 'routed', {}, { mandatory: true });
  await broker.settle('routed');
  await broker.must('queue.delete', { queue });
  await broker.publish(exchange, 'k', 'its queue is gone', {}, { mandatory: true });
  await broker.settle('its queue is gone');
}

async function confirms(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await broker.ask('select', 'confirm.select', {});
  await broker.ask('select again', 'confirm.select', {});
  for (const deliveryMode of [1, 2]) {
    await broker.publish('', queue, 'routed', { deliveryMode });
    await broker.settle(`routed, delivery mode ${deliveryMode}`);
  }
  await broker.publish('amq.direct', 'nobody', 'lost');
  await broker.settle('to nobody');
  await broker.publish('amq.direct', 'nobody', 'returned', {}, { mandatory: true });
  await broker.settle('to nobody, mandatory');
  for (let i = 0; i < 20; i += 1)
    await broker.publish(i % 3 === 0 ? 'amq.direct' : '', queue, `${i}`, { deliveryMode: 2 });
  await broker.settle('twenty');
  await broker.publish(broker.name('missing'), '', 'x');
  await broker.settle('to a missing exchange');
  await broker.must('confirm.select', {});
  await broker.publish('', queue, 'x');
  await broker.settle('tags begin anew on a new channel');
  await broker.tell('nowait', 'confirm.select', { nowait: true }, { channel: 2 });
  await broker.publish('', queue, 'x', {}, { channel: 2 });
  await broker.settle('after nowait');
  await consume(broker, queue, { noAck: true }, { channel: 3 });
  await broker.settle('what came');
}

async function full(broker: AmqpConversation): Promise<void> {
  const rejecting = await newQueue(broker, 'rejecting', {
    'x-max-length': int(2),
    'x-overflow': text('reject-publish'),
  });
  const dropping = await newQueue(broker, 'dropping', { 'x-max-length': int(2) });
  const fanout = await newExchange(broker, 'x', 'fanout');
  for (const queue of [rejecting, dropping])
    await broker.must('queue.bind', { queue, exchange: fanout, routingKey: '' });
  await broker.must('confirm.select', {});
  for (let i = 1; i <= 4; i += 1) {
    await broker.publish(fanout, '', `${i}`, { deliveryMode: 2 }, { mandatory: true });
    await broker.settle(`number ${i}`);
  }
  await broker.drain('rejecting', rejecting, { channel: 2 });
  await broker.drain('dropping', dropping, { channel: 2 });
  const bytes = await newQueue(broker, 'bytes', {
    'x-max-length-bytes': int(10),
    'x-overflow': text('reject-publish'),
  });
  for (const body of ['12345', '12345', '1', '12345678901']) {
    await broker.publish('', bytes, body);
    await broker.settle(`bytes: ${body}`);
  }
  await broker.drain('bytes', bytes, { channel: 2 });
  const small = await newQueue(broker, 'small', { 'x-max-length-bytes': int(10) });
  for (const body of ['123456', '1234', '1', '12345678901']) {
    await broker.publish('', small, body);
    await broker.settle(`small: ${body}`);
  }
  await broker.drain('small', small, { channel: 2 });
  const none = await newQueue(broker, 'none', { 'x-max-length': int(0) });
  await broker.publish('', none, 'x');
  await broker.settle('a queue for nothing');
  await consume(broker, none, { noAck: true }, { channel: 2 });
  await broker.publish('', none, 'y');
  await broker.settle('with a consumer');
}

async function modes(broker: AmqpConversation): Promise<void> {
  await broker.ask('tx', 'tx.select', {});
  await broker.ask('tx again', 'tx.select', {});
  await broker.ask('then confirms', 'confirm.select', {});
  await broker.ask('confirms', 'confirm.select', {});
  await broker.ask('then tx', 'tx.select', {});
  await broker.ask('commit without', 'tx.commit', {});
  await broker.ask('rollback without', 'tx.rollback', {});
  await broker.must('confirm.select', {});
  await broker.ask('commit with confirms', 'tx.commit', {});
}

async function transaction(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await broker.must('tx.select', {});
  await broker.ask('an empty commit', 'tx.commit', {});
  await broker.ask('an empty rollback', 'tx.rollback', {});
  await broker.publish('', queue, 'rolled back');
  await broker.ask('rollback', 'tx.rollback', {});
  await broker.publish('', queue, '1', { deliveryMode: 2 });
  await broker.publish('', queue, '2');
  await broker.publish('', broker.name('missing'), 'returned', {}, { mandatory: true });
  await broker.settle('before the commit');
  await broker.drain('nothing yet', queue, { channel: 2 });
  await broker.ask('commit', 'tx.commit', {});
  await broker.settle('after the commit');
  await broker.publish('', queue, 'after the commit');
  await broker.must('channel.close', { replyCode: 200, classId: 0, methodId: 0 });
  await broker.drain('what was committed', queue, { channel: 2 });
}

async function failing(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q', { 'x-max-length': int(1), 'x-overflow': text('reject-publish') });
  await broker.must('tx.select', {});
  for (const body of ['1', '2', '3']) await broker.publish('', queue, body);
  await broker.ask('commit to a queue that rejects', 'tx.commit', {});
  await broker.drain('what is there', queue, { channel: 2 });
  await broker.must('tx.select', {});
  await broker.publish('', queue, 'before the error');
  await broker.publish(broker.name('missing'), '', 'x');
  await broker.settle('publish to a missing exchange');
  await broker.drain('nothing of it', queue, { channel: 2 });
}

async function settlements(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, '1', '2', '3', '4');
  await broker.must('tx.select', {});
  await consume(broker, queue);
  await broker.settle('deliveries');
  await broker.send('basic.ack', { deliveryTag: 1 });
  await broker.send('basic.nack', { deliveryTag: 2, requeue: true });
  await broker.settle('held');
  await broker.tell('twice', 'basic.ack', { deliveryTag: 1 });
  await broker.must('tx.select', {});
  await consume(broker, queue);
  await broker.settle('deliveries again');
  await broker.send('basic.ack', { deliveryTag: 1 });
  await broker.send('basic.nack', { deliveryTag: 2, requeue: true });
  await broker.ask('rollback', 'tx.rollback', {});
  await broker.settle('rolled back');
  await broker.send('basic.ack', { deliveryTag: 2, multiple: true });
  await broker.send('basic.reject', { deliveryTag: 3, requeue: true });
  await broker.ask('commit', 'tx.commit', {});
  await broker.settle('committed');
  await broker.tell('once more', 'basic.ack', { deliveryTag: 1 });
  await broker.drain('what is left', queue, { channel: 2 });
}

async function replies(broker: AmqpConversation): Promise<void> {
  const replyTo = 'amq.rabbitmq.reply-to';
  await broker.ask('get', 'basic.get', { queue: replyTo });
  await broker.ask('consume with acknowledgements', 'basic.consume', { queue: replyTo, consumerTag: 't' });
  await broker.ask('consume', 'basic.consume', { queue: replyTo, consumerTag: 't', noAck: true });
  await broker.ask('consume again', 'basic.consume', { queue: replyTo, consumerTag: 'u', noAck: true });
  await broker.ask('consume', 'basic.consume', { queue: replyTo, consumerTag: 't', noAck: true });
  await broker.ask('declare', 'queue.declare', { queue: replyTo });
  await broker.ask('delete', 'queue.delete', { queue: replyTo });
  await broker.ask('bind', 'queue.bind', { queue: replyTo, exchange: 'amq.direct', routingKey: 'k' });
  const queue = await newQueue(broker, 'requests');
  await broker.must('basic.consume', { queue: replyTo, consumerTag: 't', noAck: true });
  await broker.publish('', queue, 'a question', { replyTo, correlationId: '1' });
  await broker.ready(queue, 1);
  const got = await broker.must('basic.get', { queue, noAck: true }, { connection: 'server' });
  const name = got.properties?.replyTo ?? '';
  broker.note('reply-to', name);
  await broker.ask('is it there', 'queue.declare', { queue: name, passive: true }, { connection: 'server' });
  await broker.publish('', name, 'an answer', { correlationId: '1' }, { connection: 'server', mandatory: true });
  await broker.publish('', name, 'another', {}, { connection: 'server' });
  await broker.settle('the answers');
  await broker.publish('amq.direct', name, 'not by this exchange', {}, { connection: 'server', mandatory: true });
  await broker.settle('by another exchange', { connection: 'server' });
  await broker.ask('cancel', 'basic.cancel', { consumerTag: 't' });
  await broker.publish('', name, 'too late', {}, { connection: 'server', mandatory: true });
  await broker.settle('too late', { connection: 'server' });
  await broker.ask('is it there now', 'queue.declare', { queue: name, passive: true }, { connection: 'server' });
  await broker.publish('', queue, 'x', { replyTo });
  await broker.settle('a question without a consumer for its answer');
}

async function severalReplies(broker: AmqpConversation): Promise<void> {
  const replyTo = 'amq.rabbitmq.reply-to';
  const queue = await newQueue(broker, 'requests');
  const server = { connection: 'server' };
  const names: string[] = [];
  for (const channel of [1, 2]) {
    await broker.must('basic.consume', { queue: replyTo, consumerTag: `t${channel}`, noAck: true }, { channel });
    await broker.publish('', queue, `question ${channel}`, { replyTo }, { channel });
    await broker.ready(queue, 1);
    const got = await broker.must('basic.get', { queue, noAck: true }, server);
    names.push(got.properties?.replyTo ?? '');
  }
  broker.note('names', names);
  for (const name of names) {
    await broker.publish('', name, 'an answer', { headers: table({ mine: int(1) }), deliveryMode: 2 }, server);
    await broker.settle('an answer came');
  }
  await broker.must('confirm.select', {}, server);
  await broker.publish('', names[0] ?? '', 'confirmed', { expiration: '0' }, server);
  await broker.settle('its confirm', server);
  await broker.settle('and the answer');
  await broker.must('channel.close', { replyCode: 200, classId: 0, methodId: 0 }, { channel: 2 });
  await broker.publish('', names[1] ?? '', 'too late', {}, { ...server, mandatory: true });
  await broker.settle('its channel is closed', server);
  await broker.ask('not there any more', 'queue.declare', { queue: names[1] ?? '', passive: true }, server);
  await broker.ask('still there', 'queue.declare', { queue: names[0] ?? '', passive: true }, server);
  await broker.ask('what a reply name is not', 'basic.consume', { queue: names[0] ?? '', noAck: true }, server);
}

async function confirmsOfLost(broker: AmqpConversation): Promise<void> {
  const short = await newQueue(broker, 'short', { 'x-message-ttl': int(0) });
  const dropping = await newQueue(broker, 'dropping', { 'x-max-length': int(0) });
  const exchange = await newExchange(broker, 'x', 'fanout');
  await broker.must('confirm.select', {});
  for (const [title, target, key] of [
    ['expires at once', '', short],
    ['is dropped at once', '', dropping],
    ['has nowhere to go', exchange, ''],
  ] as const) {
    await broker.publish(target, key, title, { deliveryMode: 2 }, { mandatory: true });
    await broker.settle(title);
  }
  await broker.must('queue.bind', { queue: short, exchange });
  await broker.must('queue.bind', { queue: dropping, exchange });
  for (let i = 0; i < 5; i += 1) await broker.publish(exchange, '', `${i}`, { deliveryMode: 1 }, { mandatory: true });
  await broker.settle('to both');
  await broker.must('queue.delete', { queue: short }, { channel: 2 });
  await broker.publish(exchange, '', 'to the other', {}, { mandatory: true });
  await broker.settle('one is gone');
}
