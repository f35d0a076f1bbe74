/** Queues: declaring, arguments, deleting, purging, binding, and what is refused. */
import type { MethodInput } from '../../../src/gateway/amqp/protocol/methods.ts';
import type { FieldValue } from '../../../src/message/field-table.ts';
import type { AmqpConversation } from './conversation.ts';
import {
  type AmqpScenario,
  bool,
  consume,
  double,
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

export const queueScenarios: readonly AmqpScenario[] = [
  { title: 'queue: declaring again', run: again },
  { title: 'queue: names', run: names },
  { title: 'queue: limits and times as arguments', run: numbers },
  { title: 'queue: words as arguments', run: words },
  { title: 'queue: equal numbers of other types', run: otherTypes },
  { title: 'queue: types', run: types },
  { title: 'queue: deleting', run: deleting },
  { title: 'queue: purging', run: purging },
  { title: 'queue: the last one declared', run: lastDeclared },
  { title: 'queue: exclusive', run: exclusive },
  { title: 'queue: auto-delete', run: autoDelete },
  { title: 'queue: expiring', run: expiring },
  { title: 'queue: quick declarations', run: nowait },
  { title: 'queue: quorum, with limits', run: quorumLimits },
];

async function again(broker: AmqpConversation): Promise<void> {
  const queue = broker.name('q');
  const args = {
    'x-expires': int(600_000),
    'x-message-ttl': int(600_000),
    'x-dead-letter-exchange': text('dlx'),
    'x-dead-letter-routing-key': text('k'),
    'x-max-length': int(10),
    'x-max-length-bytes': int(1000),
    'x-overflow': text('drop-head'),
    'x-max-priority': int(3),
    'x-single-active-consumer': bool(true),
    'x-foo': text('bar'),
  };
  const wanted = { queue, durable: true, arguments: table(args) };
  const declare = (title: string, change: Partial<MethodInput<'queue.declare'>>) =>
    broker.ask(title, 'queue.declare', { ...wanted, ...change });
  await declare('first', {});
  await declare('the same', {});
  await declare('not durable', { durable: false });
  await declare('auto-delete', { autoDelete: true });
  await declare('exclusive', { exclusive: true });
  await declare('several differences', { durable: false, autoDelete: true, exclusive: true });
  await declare('no arguments', { arguments: table({}) });
  await declare('passive, all else wrong', { passive: true, durable: false, autoDelete: true, arguments: table({}) });
  for (const name of Object.keys(args)) {
    const { [name as keyof typeof args]: given, ...rest } = args;
    await declare(`without ${name}`, { arguments: table(rest) });
    const other = given.type === 'int32' ? int(given.value + 1) : given.type === 'bool' ? bool(false) : text('other');
    await declare(`another ${name}`, { arguments: table({ ...args, [name]: other }) });
  }
  const bare = { queue: broker.name('bare'), durable: true };
  await broker.must('queue.declare', bare);
  for (const [name, value] of Object.entries(args)) {
    await broker.ask(`suddenly ${name}`, 'queue.declare', { ...bare, arguments: table({ [name]: value }) });
  }
}

async function names(broker: AmqpConversation): Promise<void> {
  const declare = (title: string, queue: string, more: Partial<MethodInput<'queue.declare'>> = {}) =>
    broker.ask(title, 'queue.declare', { queue, ...more });
  await declare('reserved', 'amq.mine');
  await declare('reserved, shortest', 'amq.');
  await declare('reserved, passive', 'amq.mine', { passive: true });
  await declare('not quite reserved', broker.name('amq.'));
  await declare('without a name', '', { exclusive: true });
  await declare('without a name, passive', '', { passive: true });
  await declare('without a name, passive, on a new channel', '', { passive: true }); // the channel is closed by the last one, if it was
  await declare('missing', broker.name('missing'), { passive: true });
  await declare('long', broker.name('x'.repeat(200)));
  await declare('any text', broker.name('ü \t%*#/'));
  await declare('with a line break', broker.name('a\nb'));
  await declare('as reply-to', 'amq.rabbitmq.reply-to');
  await declare('as reply-to, passive', 'amq.rabbitmq.reply-to', { passive: true });
  await declare('as a reply', 'amq.rabbitmq.reply-to.nobody', { passive: true });
}

async function numbers(broker: AmqpConversation): Promise<void> {
  const values: Readonly<Record<string, FieldValue>> = {
    zero: int(0),
    one: int(1),
    negative: int(-1),
    'a byte': { type: 'int8', value: 5 },
    'a long': long(5),
    'too large for a timer': long(2 ** 40),
    largest: { type: 'int64', value: 2n ** 63n - 1n },
    '256': int(256),
    text: text('5'),
    double: double(5.5),
    'a whole double': double(5),
    bool: bool(true),
    nothing,
    list: list(int(5)),
    table: { type: 'table', value: table({ a: int(1) }) },
  };
  let count = 0;
  for (const name of [
    'x-expires',
    'x-message-ttl',
    'x-max-length',
    'x-max-length-bytes',
    'x-max-priority',
    'x-delivery-limit',
  ]) {
    for (const [what, value] of Object.entries(values)) {
      count += 1;
      // What expires at once would be gone before it is looked at.
      const queue = broker.name(`q${count}`);
      const answer = await broker.quietly('queue.declare', { queue, arguments: table({ [name]: value }) });
      broker.note(`${name}: ${what}`, answer);
    }
  }
}

async function words(broker: AmqpConversation): Promise<void> {
  let count = 0;
  const declare = (title: string, args: Parameters<typeof table>[0]) => {
    count += 1;
    return broker.ask(title, 'queue.declare', {
      queue: broker.name(`q${count}`),
      durable: true,
      arguments: table(args),
    });
  };
  for (const name of [
    'x-dead-letter-exchange',
    'x-dead-letter-routing-key',
    'x-overflow',
    'x-queue-mode',
    'x-queue-master-locator',
    'x-queue-type',
    'x-single-active-consumer',
    'x-max-age',
    'x-queue-version',
  ]) {
    for (const [what, value] of Object.entries({
      text: text('nonsense'),
      empty: text(''),
      number: int(7),
      bool: bool(true),
      list: list(),
    })) {
      await declare(`${name}: ${what}`, { [name]: value });
    }
  }
  for (const overflow of ['drop-head', 'reject-publish', 'reject-publish-dlx'])
    await declare(`overflow ${overflow}`, { 'x-overflow': text(overflow) });
  for (const mode of ['default', 'lazy']) await declare(`mode ${mode}`, { 'x-queue-mode': text(mode) });
  await declare('a key with an exchange', {
    'x-dead-letter-exchange': text(''),
    'x-dead-letter-routing-key': text('k'),
  });
  await declare('a dead letter exchange that is missing', { 'x-dead-letter-exchange': text('never there') });
  await declare('unknown', { 'x-foo': int(1), foo: nothing, 'x-': list() });
}

async function otherTypes(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q', { 'x-max-length': int(100), 'x-foo': int(7) });
  const declare = (title: string, args: Parameters<typeof table>[0]) =>
    broker.ask(title, 'queue.declare', {
      queue,
      durable: true,
      arguments: table({ 'x-max-length': int(100), 'x-foo': int(7), ...args }),
    });
  await declare('long', { 'x-max-length': long(100) });
  await declare('byte', { 'x-max-length': { type: 'int8', value: 100 } });
  await declare('unsigned byte', { 'x-max-length': { type: 'uint8', value: 100 } });
  await declare('short', { 'x-max-length': { type: 'int16', value: 100 } });
  await declare('unsigned short', { 'x-max-length': { type: 'uint16', value: 100 } });
  await declare('unsigned int', { 'x-max-length': { type: 'uint32', value: 100 } });
  await declare('another number, long', { 'x-max-length': long(101) });
  await declare('unknown: text', { 'x-foo': text('7') });
  await declare('unknown: long', { 'x-foo': long(7) });
  await declare('unknown: missing', { 'x-foo': nothing });
}

async function types(broker: AmqpConversation): Promise<void> {
  let count = 0;
  const declare = (title: string, type: string, more: Partial<MethodInput<'queue.declare'>>, args = {}) => {
    count += 1;
    const given = table({ 'x-queue-type': text(type), ...args });
    return broker.ask(title, 'queue.declare', {
      queue: broker.name(`q${count}`),
      durable: true,
      ...more,
      arguments: given,
    });
  };
  await declare('classic', 'classic', {});
  await declare('quorum', 'quorum', {});
  await declare('quorum, not durable', 'quorum', { durable: false });
  await declare('quorum, exclusive', 'quorum', { exclusive: true });
  await declare('quorum, auto-delete', 'quorum', { autoDelete: true });
  await declare('quorum, without a name', 'quorum', { queue: '' });
  await declare('quorum, with priorities', 'quorum', {}, { 'x-max-priority': int(3) });
  await declare('quorum, lazy', 'quorum', {}, { 'x-queue-mode': text('lazy') });
  await declare('quorum, reject-publish-dlx', 'quorum', {}, { 'x-overflow': text('reject-publish-dlx') });
  await declare('quorum, reject-publish', 'quorum', {}, { 'x-overflow': text('reject-publish') });
  await declare('quorum, a delivery limit', 'quorum', {}, { 'x-delivery-limit': int(3) });
  await declare('quorum, a max-age', 'quorum', {}, { 'x-max-age': text('1h') });
  await declare('classic, a delivery limit', 'classic', {}, { 'x-delivery-limit': int(3) });
  await declare('classic, a max-age', 'classic', {}, { 'x-max-age': text('1h') });
  await declare('unknown', 'nonsense', {});
  const queue = broker.name('same');
  await broker.must('queue.declare', { queue, durable: true });
  await broker.ask('classic after none', 'queue.declare', {
    queue,
    durable: true,
    arguments: table({ 'x-queue-type': text('classic') }),
  });
  await broker.ask('quorum after none', 'queue.declare', {
    queue,
    durable: true,
    arguments: table({ 'x-queue-type': text('quorum') }),
  });
}

async function deleting(broker: AmqpConversation): Promise<void> {
  const remove = (title: string, queue: string, more: Partial<MethodInput<'queue.delete'>> = {}) =>
    broker.ask(title, 'queue.delete', { queue, ...more });
  await remove('missing', broker.name('missing'));
  await remove('missing, if unused and empty', broker.name('missing'), { ifUnused: true, ifEmpty: true });
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, '1', '2');
  await remove('not empty', queue, { ifEmpty: true });
  await consume(broker, queue);
  await remove('in use', queue, { ifUnused: true });
  await broker.settle('its deliveries');
  await remove('in use and not empty', queue, { ifUnused: true, ifEmpty: true });
  await remove('with all that is in it', queue);
  await remove('again', queue);
  const gotten = await newQueue(broker, 'gotten');
  await fill(broker, gotten, '1', '2', '3');
  await broker.ask('get', 'basic.get', { queue: gotten });
  await remove('one of three is unacknowledged', gotten);
  await broker.tell('its acknowledgement', 'basic.ack', { deliveryTag: 1 });
  await broker.tell('its acknowledgement again', 'basic.ack', { deliveryTag: 1 });
  await remove('reserved', 'amq.rabbitmq.reply-to');
  await broker.tell('nowait', 'queue.delete', { queue: broker.name('missing'), nowait: true });
}

async function purging(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await fill(broker, queue, '1', '2', '3');
  await broker.ask('get', 'basic.get', { queue });
  await broker.ask('what is ready', 'queue.purge', { queue });
  await broker.ask('nothing', 'queue.purge', { queue });
  await broker.send('basic.nack', { deliveryTag: 1, requeue: true });
  await broker.drain('the unacknowledged one stayed', queue);
  await broker.ask('missing', 'queue.purge', { queue: broker.name('missing') });
}

async function lastDeclared(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'direct');
  const at = { channel: 3 };
  await broker.ask('bind', 'queue.bind', { queue: '', exchange, routingKey: 'k' }, at);
  await broker.ask('purge', 'queue.purge', { queue: '' }, at);
  await broker.ask('delete', 'queue.delete', { queue: '' }, at);
  await broker.ask('get', 'basic.get', { queue: '' }, at);
  await broker.ask('consume', 'basic.consume', { queue: '', consumerTag: 't' }, at);
  await broker.ask('declare', 'queue.declare', { queue: broker.name('q') }, at);
  await broker.ask('bind without a key', 'queue.bind', { queue: '', exchange, routingKey: '' }, at);
  await broker.ask('bind with a key', 'queue.bind', { queue: '', exchange, routingKey: 'k' }, at);
  for (const key of ['', broker.name('q'), 'k'])
    await broker.publish(exchange, key, `by ${key}`, {}, { mandatory: true, ...at });
  await broker.settle('what came back');
  await broker.drain('what came', '', at);
  await broker.ask('another', 'queue.declare', { queue: broker.name('other') }, at);
  await broker.ask('passive', 'queue.declare', { queue: broker.name('q'), passive: true }, at);
  await broker.publish('', broker.name('q'), 'in the one looked at', {}, at);
  await broker.drain('the one looked at', '', at);
  await broker.ask('delete it', 'queue.delete', { queue: '' }, at);
  await broker.ask('the one that was deleted', 'queue.purge', { queue: '' }, at);
}

async function exclusive(broker: AmqpConversation): Promise<void> {
  const queue = broker.name('mine');
  const owner = { connection: 'owner' };
  await broker.ask('declare', 'queue.declare', { queue, exclusive: true, durable: true }, owner);
  await broker.ask('declare again', 'queue.declare', { queue, exclusive: true, durable: true }, owner);
  await broker.ask('declare again, not exclusive', 'queue.declare', { queue, durable: true }, owner);
  await broker.ask('passive', 'queue.declare', { queue, passive: true }, owner);
  await broker.ask('other: declare', 'queue.declare', { queue, exclusive: true, durable: true });
  await broker.ask('other: declare, not exclusive', 'queue.declare', { queue, durable: true });
  await broker.ask('other: passive', 'queue.declare', { queue, passive: true });
  await broker.ask('other: bind', 'queue.bind', { queue, exchange: 'amq.direct', routingKey: 'k' });
  await broker.ask('other: unbind', 'queue.unbind', { queue, exchange: 'amq.direct', routingKey: 'k' });
  await broker.must('queue.bind', { queue, exchange: 'amq.direct', routingKey: broker.name('k') }, owner);
  await broker.ask('other: unbind what is bound', 'queue.unbind', {
    queue,
    exchange: 'amq.direct',
    routingKey: broker.name('k'),
  });
  await broker.ask('other: consume', 'basic.consume', { queue, consumerTag: 't' });
  await broker.ask('other: get', 'basic.get', { queue });
  await broker.ask('other: purge', 'queue.purge', { queue });
  await broker.ask('other: delete', 'queue.delete', { queue });
  await broker.publish('', queue, 'everybody may send', {}, { mandatory: true });
  await broker.settle('what came back');
  await broker.drain('what came', queue, owner);
  const shared = await newQueue(broker, 'shared');
  await broker.ask('of all, then exclusive', 'queue.declare', { queue: shared, durable: true, exclusive: true });
  await broker.ask('close', 'connection.close', { replyCode: 200, classId: 0, methodId: 0 }, { ...owner, channel: 0 });
  await broker.ask('its owner is gone', 'queue.declare', { queue, passive: true });
}

async function autoDelete(broker: AmqpConversation): Promise<void> {
  const queue = broker.name('auto');
  const declare = { queue, autoDelete: true };
  const isThere = (title: string) => broker.ask(title, 'queue.declare', { ...declare, passive: true }, { channel: 9 });
  await broker.must('queue.declare', declare);
  await isThere('never consumed');
  await broker.ask('get', 'basic.get', { queue });
  await isThere('gotten from');
  await consume(broker, queue, { tag: 'a' });
  await consume(broker, queue, { tag: 'b' });
  await broker.must('basic.cancel', { consumerTag: 'a' });
  await isThere('one consumer left');
  await broker.must('basic.cancel', { consumerTag: 'b' });
  await isThere('no consumer left');
  await broker.must('queue.declare', declare);
  await consume(broker, queue, { tag: 'c' }, { channel: 2 });
  await broker.must('channel.close', { replyCode: 200, classId: 0, methodId: 0 }, { channel: 2 });
  await isThere('its channel was closed');
  await broker.must('queue.declare', declare);
  await consume(broker, queue, { tag: 'd' }, { connection: 'other' });
  await broker.must(
    'connection.close',
    { replyCode: 200, classId: 0, methodId: 0 },
    { connection: 'other', channel: 0 },
  );
  await isThere('its connection was closed');
}

async function expiring(broker: AmqpConversation): Promise<void> {
  const queue = broker.name('q');
  await broker.ask('declare', 'queue.declare', { queue, arguments: table({ 'x-expires': int(100) }) });
  await broker.settle('its end', {});
  await new Promise((resolve) => setTimeout(resolve, 400));
  await broker.ask('it is gone', 'queue.declare', { queue, passive: true });
  const used = broker.name('used');
  await broker.must('queue.declare', { queue: used, arguments: table({ 'x-expires': int(150) }) });
  await consume(broker, used);
  await new Promise((resolve) => setTimeout(resolve, 400));
  await broker.ask('while it is consumed', 'queue.declare', { queue: used, passive: true });
}

async function nowait(broker: AmqpConversation): Promise<void> {
  const queue = broker.name('q');
  await broker.tell('new', 'queue.declare', { queue, nowait: true });
  await broker.tell('the same', 'queue.declare', { queue, nowait: true });
  await broker.tell('another', 'queue.declare', { queue, nowait: true, durable: true });
  await broker.tell('bind', 'queue.bind', { queue, exchange: 'amq.direct', routingKey: 'k', nowait: true });
  await broker.tell('bind to nothing', 'queue.bind', { queue, exchange: 'missing', routingKey: 'k', nowait: true });
  await broker.tell('purge', 'queue.purge', { queue, nowait: true });
  await broker.tell('consume', 'basic.consume', { queue, consumerTag: 't', nowait: true });
  await broker.tell('cancel', 'basic.cancel', { consumerTag: 't', nowait: true });
  await broker.tell('delete', 'queue.delete', { queue, nowait: true });
  await broker.ask('it is gone', 'queue.declare', { queue, passive: true });
}

async function quorumLimits(broker: AmqpConversation): Promise<void> {
  const dead = await newQueue(broker, 'dead');
  const dlx = { 'x-dead-letter-exchange': text(''), 'x-dead-letter-routing-key': text(dead) };
  const quorum = { 'x-queue-type': text('quorum'), ...dlx };
  const short = await newQueue(broker, 'short', { ...quorum, 'x-max-length': int(2) });
  for (const body of ['1', '2', '3']) await broker.publish('', short, body);
  await broker.ready(dead, 1);
  await broker.drain('too many', dead);
  await broker.drain('what stayed', short);
  const expiring = await newQueue(broker, 'expiring', { ...quorum, 'x-message-ttl': int(50) });
  await broker.publish('', expiring, 'expires', { deliveryMode: 1 });
  await broker.ready(dead, 1);
  await broker.drain('expired', dead);
  const queue = await newQueue(broker, 'q', quorum);
  await fill(broker, queue, 'A', 'B', 'C');
  for (let i = 0; i < 3; i += 1) await broker.must('basic.get', { queue });
  await broker.ask('none is ready', 'basic.get', { queue });
  await broker.ask('purge', 'queue.purge', { queue });
  await broker.ask('not unused', 'queue.delete', { queue, ifUnused: true });
}
