/** Which messages which bindings catch: every key with every pattern, every headers with every arguments. */
import type { FieldValue } from '../../../src/message/field-table.ts';
import type { AmqpConversation } from './conversation.ts';
import { type AmqpScenario, bool, double, int, list, long, newExchange, nothing, table, text } from './scenario.ts';

export const routingScenarios: readonly AmqpScenario[] = [
  { title: 'routing: topics', run: topics },
  { title: 'routing: direct', run: direct },
  { title: 'routing: headers', run: headers },
  { title: 'routing: values of headers', run: values },
  { title: 'routing: headers with the same queue', run: sameQueue },
];

/** For each message, which of the patterns caught it. */
async function route<P, M>(
  broker: AmqpConversation,
  exchange: string,
  patterns: Readonly<Record<string, P>>,
  messages: Readonly<Record<string, M>>,
  bind: (queue: string, pattern: P) => Promise<unknown>,
  publish: (message: M, name: string) => Promise<void>,
): Promise<void> {
  const queues = new Map<string, string>();
  for (const [name, pattern] of Object.entries(patterns)) {
    const queue = broker.name(`q${queues.size}`);
    await broker.must('queue.declare', { queue, durable: true });
    broker.note(`binding ${name} to ${exchange.replace(broker.name(''), '~')}`, (await bind(queue, pattern)) as never);
    queues.set(name, queue);
  }
  for (const [name, message] of Object.entries(messages)) await publish(message, name);
  const caught = new Map<string, string[]>();
  for (const [name, queue] of queues) {
    for (;;) {
      const got = await broker.must('basic.get', { queue, noAck: true });
      if (got.method !== 'basic.get-ok') break;
      const message = got.body?.toString() ?? '';
      caught.set(message, [...(caught.get(message) ?? []), name]);
    }
  }
  for (const name of Object.keys(messages)) broker.note(`caught: ${name}`, caught.get(name) ?? []);
}

async function topics(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'topic');
  const patterns = [
    '',
    '#',
    '*',
    '.',
    '*.*',
    '#.#',
    'a',
    'a.#',
    '#.a',
    'a.*',
    '*.a',
    'a.#.b',
    'a.*.b',
    '#.b.#',
    'a.b',
    'a..b',
    'a.',
    '.a',
    '*.#',
    '#.*',
    '*.#.*',
    'a#',
    'a*',
    '#.a.#.b.#',
    '**',
    'ä.*',
    '..',
    '*.*.*',
    'A',
  ];
  const keys = [
    '',
    '.',
    '..',
    'a',
    'b',
    'a.',
    '.a',
    'a.b',
    'a..b',
    'a.b.c',
    'b.a',
    'a.x.b',
    'a.x.y.b',
    'x.a.y.b.z',
    '#',
    '*',
    'a#',
    'a.#',
    'ä.ö',
    'A',
    'a.a.a',
    'ab',
  ];
  await route(
    broker,
    exchange,
    Object.fromEntries(patterns.map((pattern) => [`"${pattern}"`, pattern])),
    Object.fromEntries(keys.map((key) => [`"${key}"`, key])),
    (queue, routingKey) => broker.quietly('queue.bind', { queue, exchange, routingKey }),
    (key, name) => broker.publish(exchange, key, name),
  );
}

async function direct(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'direct');
  const keys = ['', 'a', 'A', 'a.b', '#', '*', ' a', 'ä', 'a'.repeat(255)];
  const named = Object.fromEntries(keys.map((key) => [`"${key}"`, key]));
  await route(
    broker,
    exchange,
    named,
    named,
    (queue, routingKey) => broker.quietly('queue.bind', { queue, exchange, routingKey }),
    (key, name) => broker.publish(exchange, key, name),
  );
}

type Fields = Readonly<Record<string, FieldValue>>;

function routeHeaders(
  broker: AmqpConversation,
  exchange: string,
  patterns: Readonly<Record<string, Fields>>,
  messages: Readonly<Record<string, Fields | undefined>>,
): Promise<void> {
  return route(
    broker,
    exchange,
    patterns,
    messages,
    (queue, fields) => broker.quietly('queue.bind', { queue, exchange, routingKey: '', arguments: table(fields) }),
    (fields, name) => broker.publish(exchange, 'ignored', name, fields === undefined ? {} : { headers: table(fields) }),
  );
}

async function headers(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'headers');
  const patterns: Record<string, Fields> = { none: {} };
  for (const match of ['all', 'any', 'all-with-x', 'any-with-x']) {
    const start = { 'x-match': text(match) };
    patterns[`${match}: nothing`] = start;
    patterns[`${match}: a`] = { ...start, a: int(1) };
    patterns[`${match}: a and b`] = { ...start, a: int(1), b: text('2') };
    patterns[`${match}: a present`] = { ...start, a: nothing };
    patterns[`${match}: x-a`] = { ...start, 'x-a': int(1) };
    patterns[`${match}: a and x-a`] = { ...start, a: int(1), 'x-a': int(1) };
  }
  patterns['no x-match: a and b'] = { a: int(1), b: text('2') };
  await routeHeaders(broker, exchange, patterns, {
    'no headers': undefined,
    'empty headers': {},
    a: { a: int(1) },
    b: { b: text('2') },
    'a and b': { a: int(1), b: text('2') },
    'a, b and more': { a: int(1), b: text('2'), c: int(3) },
    'another a': { a: int(2) },
    'a void': { a: nothing },
    'x-a': { 'x-a': int(1) },
    'a and x-a': { a: int(1), 'x-a': int(1) },
    'x-match': { 'x-match': text('all') },
    A: { A: int(1) },
  });
}

async function values(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'headers');
  const kinds: Record<string, FieldValue> = {
    'int 1': int(1),
    'long 1': long(1),
    'byte 1': { type: 'int8', value: 1 },
    'double 1': double(1),
    'float 1': { type: 'float', value: 1 },
    'double 1.5': double(1.5),
    'float 1.5': { type: 'float', value: 1.5 },
    'text 1': text('1'),
    'text empty': text(''),
    true: bool(true),
    false: bool(false),
    void: nothing,
    'list 1': list(int(1)),
    'list of a long 1': list(long(1)),
    'list empty': list(),
    table: { type: 'table', value: table({ a: int(1) }) },
    'timestamp 1': { type: 'timestamp', value: 1n },
    'decimal 1': { type: 'decimal', scale: 0, value: 1 },
    'binary 1': { type: 'binary', value: Buffer.from('1') },
  };
  const patterns = Object.fromEntries(
    Object.entries(kinds).map(([name, value]) => [name, { 'x-match': text('all'), v: value }]),
  );
  const messages = Object.fromEntries(Object.entries(kinds).map(([name, v]) => [name, { v }]));
  await routeHeaders(broker, exchange, patterns, messages);
}

async function sameQueue(broker: AmqpConversation): Promise<void> {
  const exchange = await newExchange(broker, 'x', 'headers');
  const queue = broker.name('q');
  await broker.must('queue.declare', { queue, durable: true });
  const bind = (title: string, fields: Fields, routingKey = '') =>
    broker.ask(title, 'queue.bind', { queue, exchange, routingKey, arguments: table(fields) });
  await bind('first', { 'x-match': text('any'), a: int(1) });
  await bind('second', { 'x-match': text('any'), b: int(1) });
  await bind('the same, another key', { 'x-match': text('any'), a: int(1) }, 'k');
  await broker.publish(exchange, '', 'both', { headers: table({ a: int(1), b: int(1) }) });
  await broker.drain('once', queue);
  await broker.must('queue.unbind', {
    queue,
    exchange,
    routingKey: '',
    arguments: table({ a: int(1), 'x-match': text('any') }),
  });
  await broker.publish(exchange, '', 'a', { headers: table({ a: int(1) }) });
  await broker.drain('by the other key', queue);
}
