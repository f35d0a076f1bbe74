/** What becomes of messages that are rejected, expire, or are too many: where they go and what they tell. */
import type { FieldValue } from '../../../src/message/field-table.ts';
import type { AmqpConversation } from './conversation.ts';
import { describe } from './describe.ts';
import { type AmqpScenario, fill, int, list, newExchange, newQueue, table, take, text } from './scenario.ts';

export const deadLetterScenarios: readonly AmqpScenario[] = [
  { title: 'dead letters: rejected', run: rejected },
  { title: 'dead letters: too many', run: tooMany },
  { title: 'dead letters: expired', run: expired },
  { title: 'dead letters: not there', run: nowhere },
  { title: 'dead letters: several hops', run: hops },
  { title: 'dead letters: a cycle that nobody breaks', run: cycle },
  { title: 'dead letters: a cycle that somebody breaks', run: brokenCycle },
  { title: 'dead letters: keys and copies', run: keys },
  { title: 'dead letters: headers of a client', run: clientHeaders },
  { title: 'dead letters: a queue that rejects', run: rejecting },
  { title: 'dead letters: by headers and by an alternate', run: otherWays },
  { title: 'dead letters: an exchange that comes later', run: laterExchange },
  { title: 'dead letters: through the same queue twice', run: twice },
  { title: 'expiry: from the head', run: head },
  { title: 'expiry: at once', run: atOnce },
  { title: 'expiry: while somebody has it', run: inHand },
];

function dlx(exchange: string, key?: string): Record<string, FieldValue> {
  return {
    'x-dead-letter-exchange': text(exchange),
    ...(key === undefined ? {} : { 'x-dead-letter-routing-key': text(key) }),
  };
}

/** A queue of dead letters behind an exchange. */
async function graveyard(broker: AmqpConversation, type = 'fanout'): Promise<{ exchange: string; dead: string }> {
  const exchange = await newExchange(broker, 'dlx', type);
  const dead = await newQueue(broker, 'dead');
  await broker.must('queue.bind', { queue: dead, exchange, routingKey: '#' });
  return { exchange, dead };
}

async function rejected(broker: AmqpConversation): Promise<void> {
  const { exchange, dead } = await graveyard(broker);
  const queue = await newQueue(broker, 'q', dlx(exchange));
  const source = await newExchange(broker, 'x', 'topic');
  await broker.must('queue.bind', { queue, exchange: source, routingKey: 'a.#' });
  await broker.publish(source, 'a.b', 'rejected', {
    headers: table({ mine: int(1) }),
    priority: 2,
    messageId: 'm',
    deliveryMode: 2,
  });
  await broker.ready(queue, 1);
  await broker.send('basic.reject', { deliveryTag: await take(broker, queue), requeue: false });
  await broker.ready(dead, 1);
  await broker.drain('rejected', dead);
  await fill(broker, queue, '1', '2', '3');
  for (let i = 0; i < 3; i += 1) await broker.must('basic.get', { queue });
  await broker.send('basic.nack', { deliveryTag: 0, multiple: true, requeue: false });
  await broker.ready(dead, 3);
  await broker.drain('several', dead);
}

async function tooMany(broker: AmqpConversation): Promise<void> {
  const { exchange, dead } = await graveyard(broker);
  const queue = await newQueue(broker, 'q', { ...dlx(exchange), 'x-max-length': int(2) });
  for (const body of ['1', '2', '3', '4']) await broker.publish('', queue, body);
  await broker.ready(dead, 2);
  await broker.drain('the oldest', dead);
  await broker.drain('what stayed', queue);
  await fill(broker, queue, 'a', 'b');
  for (let i = 0; i < 2; i += 1) await broker.must('basic.get', { queue });
  for (const body of ['c', 'd', 'e']) await broker.publish('', queue, body);
  await broker.ready(dead, 1);
  await broker.drain('those in hand do not count', dead);
  await broker.send('basic.nack', { deliveryTag: 0, multiple: true, requeue: true });
  await broker.ready(dead, 2);
  await broker.drain('given back to a full queue', dead);
  await broker.drain('what stayed then', queue);
  const bytes = await newQueue(broker, 'bytes', { ...dlx(exchange), 'x-max-length-bytes': int(10) });
  for (const body of ['123456', '7890', 'x', 'far too long for it']) await broker.publish('', bytes, body);
  await broker.ready(bytes, 0);
  await broker.ready(dead, 4);
  await broker.drain('too many bytes', dead);
}

async function expired(broker: AmqpConversation): Promise<void> {
  const { exchange, dead } = await graveyard(broker);
  const queue = await newQueue(broker, 'q', { ...dlx(exchange), 'x-message-ttl': int(30) });
  const plain = await newQueue(broker, 'plain', dlx(exchange));
  await broker.publish('', queue, "by the queue's", { headers: table({ mine: int(1) }) });
  await broker.ready(dead, 1);
  await broker.drain("the queue's", dead);
  await broker.publish('', queue, "by the message's own, shorter", { expiration: '5' });
  await broker.ready(dead, 1);
  await broker.drain('shorter', dead);
  await broker.publish('', queue, "by the queue's, shorter", { expiration: '600000' });
  await broker.ready(dead, 1);
  await broker.drain('longer', dead);
  await broker.publish('', plain, "by the message's own", { expiration: '5' });
  await broker.ready(dead, 1);
  await broker.drain('its own', dead);
}

async function nowhere(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q', dlx(broker.name('missing')));
  const unbound = await newQueue(broker, 'unbound', dlx(await newExchange(broker, 'x', 'direct')));
  for (const each of [queue, unbound]) {
    await fill(broker, each, 'lost');
    await broker.tell('rejected', 'basic.reject', { deliveryTag: await take(broker, each), requeue: false });
    await broker.drain('gone', each);
  }
}

async function hops(broker: AmqpConversation): Promise<void> {
  const last = await newQueue(broker, 'last');
  const second = await newQueue(broker, 'second', { ...dlx('', last), 'x-message-ttl': int(20) });
  const first = await newQueue(broker, 'first', dlx('', second));
  await broker.publish('', first, 'x', { headers: table({ mine: text('kept') }), expiration: '600000' });
  await broker.ready(first, 1);
  for (let round = 1; round <= 2; round += 1) {
    await broker.send('basic.reject', { deliveryTag: await take(broker, first), requeue: false });
    await broker.ready(last, 1);
    const got = await broker.must('basic.get', { queue: last });
    broker.note(`round ${round}`, describe(got));
    // A consumer that tries again publishes what it got.
    await broker.publish('', first, 'x', got.properties ?? {});
    await broker.send('basic.ack', { deliveryTag: 2 * round });
    await broker.ready(first, 1);
  }
}

async function cycle(broker: AmqpConversation): Promise<void> {
  const [a, b] = [broker.name('a'), broker.name('b')];
  await broker.must('queue.declare', { queue: a, arguments: table({ ...dlx('', b), 'x-message-ttl': int(20) }) });
  await broker.must('queue.declare', { queue: b, arguments: table({ ...dlx('', a), 'x-message-ttl': int(20) }) });
  await broker.publish('', a, 'round and round');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await broker.drain('a', a);
  await broker.drain('b', b);
  const self = broker.name('self');
  await broker.must('queue.declare', { queue: self, arguments: table({ ...dlx('', self), 'x-message-ttl': int(20) }) });
  await broker.publish('', self, 'to itself');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await broker.drain('itself', self);
  const full = broker.name('full');
  await broker.must('queue.declare', { queue: full, arguments: table({ ...dlx('', full), 'x-max-length': int(1) }) });
  for (const body of ['1', '2']) await broker.publish('', full, body);
  await broker.ready(full, 1);
  await broker.drain('full', full);
}

async function brokenCycle(broker: AmqpConversation): Promise<void> {
  const [work, wait] = [broker.name('work'), broker.name('wait')];
  await broker.must('queue.declare', { queue: work, arguments: table(dlx('', wait)) });
  await broker.must('queue.declare', { queue: wait, arguments: table({ ...dlx('', work), 'x-message-ttl': int(20) }) });
  await broker.publish('', work, 'try again');
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await broker.ready(work, 1);
    await broker.ask(`attempt ${attempt}`, 'basic.get', { queue: work });
    await broker.send('basic.reject', { deliveryTag: attempt, requeue: false });
  }
  await broker.ready(work, 1);
  const self = broker.name('self');
  await broker.must('queue.declare', { queue: self, arguments: table(dlx('', self)) });
  await broker.publish('', self, 'rejected to itself');
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    await broker.ready(self, 1);
    await broker.ask(`itself ${attempt}`, 'basic.get', { queue: self }, { channel: 2 });
    await broker.send('basic.reject', { deliveryTag: attempt, requeue: false }, { channel: 2 });
  }
  await broker.ready(self, 1);
}

async function keys(broker: AmqpConversation): Promise<void> {
  const { exchange, dead } = await graveyard(broker, 'topic');
  const copied = await newQueue(broker, 'copied');
  await broker.must('queue.bind', { queue: copied, exchange, routingKey: 'copy' });
  const queue = await newQueue(broker, 'q', dlx(exchange));
  const renamed = await newQueue(broker, 'renamed', dlx(exchange, 'new.key'));
  const headers = table({ CC: list(text('copy'), text('other')), BCC: list(text('hidden')) });
  for (const [index, each] of [queue, renamed].entries()) {
    await broker.publish('', each, 'x', { headers });
    await broker.ready(each, 1);
    await broker.send('basic.reject', { deliveryTag: await take(broker, each), requeue: false });
    await broker.ready(dead, 1);
    await broker.drain(`dead of ${index}`, dead);
    await broker.drain(`copied of ${index}`, copied);
  }
}

async function clientHeaders(broker: AmqpConversation): Promise<void> {
  const dead = await newQueue(broker, 'dead');
  const queue = await newQueue(broker, 'q', dlx('', dead));
  const death = table({
    queue: text('elsewhere'),
    reason: text('expired'),
    count: { type: 'int64', value: 7n },
    exchange: text('x'),
    time: { type: 'timestamp', value: 1n },
    'routing-keys': list(text('k')),
  });
  const given: Readonly<Record<string, Parameters<typeof table>[0]>> = {
    'a death elsewhere': { 'x-death': list({ type: 'table', value: death }) },
    'no list': { 'x-death': text('yes') },
    'an empty list': { 'x-death': list() },
    'the first death': {
      'x-first-death-reason': text('mine'),
      'x-first-death-queue': text('mine'),
      'x-first-death-exchange': text('mine'),
    },
  };
  for (const [what, headers] of Object.entries(given)) {
    await broker.publish('', queue, what, { headers: table(headers) });
    await broker.ready(queue, 1);
    await broker.send('basic.reject', { deliveryTag: await take(broker, queue), requeue: false });
    await broker.ready(dead, 1);
    await broker.drain(what, dead);
  }
}

async function rejecting(broker: AmqpConversation): Promise<void> {
  const dead = await newQueue(broker, 'dead');
  const queue = await newQueue(broker, 'q', {
    ...dlx('', dead),
    'x-max-length': int(1),
    'x-overflow': text('reject-publish-dlx'),
  });
  const plain = await newQueue(broker, 'plain', {
    ...dlx('', dead),
    'x-max-length': int(1),
    'x-overflow': text('reject-publish'),
  });
  await broker.must('confirm.select', {});
  for (const body of ['1', '2']) {
    await broker.publish('', queue, body);
    await broker.settle(`reject-publish-dlx: ${body}`);
  }
  await broker.drain('what it rejected', dead, { channel: 2 });
  for (const body of ['1', '2']) {
    await broker.publish('', plain, body);
    await broker.settle(`reject-publish: ${body}`);
  }
  await broker.drain('nothing', dead, { channel: 2 });
}

async function otherWays(broker: AmqpConversation): Promise<void> {
  const rest = await newExchange(broker, 'rest', 'fanout');
  const exchange = await newExchange(broker, 'dlx', 'headers', { 'alternate-exchange': text(rest) });
  const matched = await newQueue(broker, 'matched');
  const others = await newQueue(broker, 'others');
  const match = table({ 'x-match': text('all-with-x'), 'x-first-death-reason': text('rejected'), mine: int(1) });
  await broker.must('queue.bind', { queue: matched, exchange, arguments: match });
  await broker.must('queue.bind', { queue: others, exchange: rest });
  const queue = await newQueue(broker, 'q', dlx(exchange));
  for (const mine of [1, 2]) {
    await broker.publish('', queue, `${mine}`, { headers: table({ mine: int(mine) }) });
    await broker.ready(queue, 1);
    await broker.send('basic.reject', { deliveryTag: await take(broker, queue), requeue: false });
    await broker.ready(mine === 1 ? matched : others, 1);
  }
  await broker.drain('by what death has written', matched);
  await broker.drain('by the alternate', others);
}

async function laterExchange(broker: AmqpConversation): Promise<void> {
  const exchange = broker.name('later');
  const queue = await newQueue(broker, 'q', dlx(exchange, 'dead'));
  await fill(broker, queue, 'lost');
  await broker.send('basic.reject', { deliveryTag: await take(broker, queue), requeue: false });
  const dead = await newQueue(broker, 'dead');
  await broker.must('exchange.declare', { exchange, type: 'direct' });
  await broker.must('queue.bind', { queue: dead, exchange, routingKey: 'dead' });
  await fill(broker, queue, 'kept');
  await broker.send('basic.reject', { deliveryTag: await take(broker, queue), requeue: false });
  await broker.ready(dead, 1);
  await broker.must('exchange.delete', { exchange });
  await fill(broker, queue, 'lost too');
  await broker.send('basic.reject', { deliveryTag: await take(broker, queue), requeue: false });
  await broker.drain('what was there at its time', dead);
}

/** Deaths are counted by queue and reason, the latest comes first. */
async function twice(broker: AmqpConversation): Promise<void> {
  const [work, wait] = [broker.name('work'), broker.name('wait')];
  const ends = { ...dlx('', wait), 'x-max-length': int(1) };
  await broker.must('queue.declare', { queue: work, arguments: table(ends) });
  await broker.must('queue.declare', { queue: wait, arguments: table(dlx('', work)) });
  await broker.publish('', work, 'first', { messageId: 'first', headers: table({ mine: int(1) }) });
  await broker.ready(work, 1);
  const reject = async (queue: string, next: string) => {
    await broker.send('basic.reject', { deliveryTag: await take(broker, queue), requeue: false });
    await broker.ready(next, 1);
  };
  await reject(work, wait);
  await reject(wait, work);
  await broker.publish('', work, 'second');
  await broker.ready(wait, 1);
  await broker.drain('too many this time', wait);
  await broker.drain('the other', work);
}

async function head(broker: AmqpConversation): Promise<void> {
  const queue = await newQueue(broker, 'q');
  await broker.publish('', queue, 'long', { expiration: '600000' });
  await broker.publish('', queue, 'short', { expiration: '10' });
  await new Promise((resolve) => setTimeout(resolve, 150));
  await broker.ask('the short one waits behind', 'queue.declare', { queue, passive: true });
  await broker.drain('and is gone when its turn comes', queue);
}

async function atOnce(broker: AmqpConversation): Promise<void> {
  const { exchange, dead } = await graveyard(broker);
  const queue = await newQueue(broker, 'q', { ...dlx(exchange), 'x-message-ttl': int(0) });
  await broker.publish('', queue, 'nobody waits');
  await broker.ready(dead, 1);
  await broker.drain('expired at once', dead);
  await broker.must('basic.consume', { queue, consumerTag: 't', noAck: true });
  await broker.publish('', queue, 'somebody waits');
  await broker.settle('delivered');
  await broker.publish('', queue, 'somebody waits', { expiration: '0' });
  await broker.settle('delivered, of its own');
  await broker.must('basic.cancel', { consumerTag: 't' });
  await broker.publish('', queue, 'mandatory', {}, { mandatory: true });
  await broker.settle('nothing comes back');
}

async function inHand(broker: AmqpConversation): Promise<void> {
  const { exchange, dead } = await graveyard(broker);
  const queue = await newQueue(broker, 'q', { ...dlx(exchange), 'x-message-ttl': int(60) });
  await broker.publish('', queue, 'x');
  await broker.ask('get', 'basic.get', { queue });
  await new Promise((resolve) => setTimeout(resolve, 150));
  await broker.ask('nothing has died', 'queue.declare', { queue: dead, passive: true });
  await broker.send('basic.nack', { deliveryTag: 1, requeue: true });
  await broker.ready(dead, 1);
  await broker.drain('given back', dead);
}
