/** The handshake, and methods, frames and bytes that are not in their place. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { FrameType, PROTOCOL_HEADER } from '../../../src/gateway/amqp/protocol/constants.ts';
import { FrameWriter } from '../../../src/gateway/amqp/protocol/frame-writer.ts';
import { METHODS, type MethodInput, type MethodName } from '../../../src/gateway/amqp/protocol/methods.ts';
import type { FieldTable } from '../../../src/message/field-table.ts';
import { type AmqpEnd, type OpenOptions, type Received, Refused } from '../../support/amqp-end.ts';
import { dialAmqp } from '../../support/amqp-socket.ts';
import type { AmqpConversation } from './conversation.ts';
import { describe, type Json } from './describe.ts';
import { type AmqpScenario, table } from './scenario.ts';

const ENDED_WITHIN_MS = 6_000;
/** Most say something: what says nothing is waited for longer. */
const NO_ANSWER_WAITS = 10;
/** RabbitMQ leaves a connection standing for three seconds when it can't understand it any more. */
const LINGERING_MS = 1_500;
/** So many connections are tried at the same time. */
const AT_ONCE = 16;

export const connectionScenarios: readonly AmqpScenario[] = [
  { title: 'connection: protocol headers', run: headers },
  { title: 'connection: what the server says first', run: start },
  { title: 'connection: logins', run: logins },
  { title: 'connection: tuning', run: tuning },
  { title: 'connection: vhosts', run: vhosts },
  { title: 'connection: methods out of turn', run: outOfTurn },
  { title: 'connection: every method on channel 0', run: (broker) => everyMethod(broker, 0) },
  { title: 'connection: every method on a channel', run: (broker) => everyMethod(broker, 1) },
  { title: 'connection: every method on a channel that is not open', run: (broker) => everyMethod(broker, 7) },
  { title: 'connection: channels', run: channels },
  { title: 'connection: closing', run: closing },
  { title: 'connection: content out of turn', run: content },
  { title: 'connection: frames that lie', run: frames },
  { title: 'connection: methods that lie', run: lyingMethods },
];

/** What comes back for bytes, as text where it is no frame. */
async function rawAnswer(broker: AmqpConversation, bytes: Buffer): Promise<Json> {
  const socket = connect({ host: '127.0.0.1', port: broker.port });
  const chunks: Buffer[] = [];
  let isClosed = false;
  let lastMs = performance.now();
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    lastMs = performance.now();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  socket.write(bytes);
  while (!isClosed && performance.now() - lastMs < 10 * broker.quietMs) await delay(5);
  socket.destroy();
  const said = Buffer.concat(chunks);
  const what =
    said.length === 0 ? 'nothing' : said.toString('latin1', 0, 4) === 'AMQP' ? said.toString('hex') : 'frames';
  return { said: what, closed: isClosed };
}

async function headers(broker: AmqpConversation): Promise<void> {
  const all = {
    'AMQP 0-9-1': PROTOCOL_HEADER,
    'AMQP 0-9': Buffer.from('AMQP\x01\x01\x00\x09', 'latin1'),
    'AMQP 0-8': Buffer.from('AMQP\x01\x01\x08\x00', 'latin1'),
    'AMQP 0-10': Buffer.from('AMQP\x01\x01\x00\x0a', 'latin1'),
    'AMQP 1.0': Buffer.from('AMQP\x00\x01\x00\x00', 'latin1'),
    'AMQP 1.0 SASL': Buffer.from('AMQP\x03\x01\x00\x00', 'latin1'),
    HTTP: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    zeros: Buffer.alloc(8),
  };
  await noteAll(
    broker,
    Object.entries(all).map(([name, bytes]) => [name, rawAnswer(broker, bytes)]),
  );
}

/** A socket that keeps what comes. */
async function dial(broker: AmqpConversation): Promise<{ end: AmqpEnd; received: Received[] }> {
  const received: Received[] = [];
  const end = await dialAmqp(broker.port, (each) => received.push(each));
  return { end, received };
}

async function start(broker: AmqpConversation): Promise<void> {
  const { end, received } = await dial(broker);
  end.raw(PROTOCOL_HEADER);
  while (received.length === 0) await delay(5);
  const [said] = received;
  if (said?.method !== 'connection.start') throw new Error(`${said?.method} came first`);
  broker.note('version', [said.versionMajor, said.versionMinor]);
  broker.note('mechanisms', said.mechanisms.split(' ').sort());
  broker.note('locales', said.locales);
  broker.note('properties', [...said.serverProperties.keys()].sort());
  const capabilities = said.serverProperties.get('capabilities');
  broker.note('capabilities', capabilities?.type === 'table' ? [...capabilities.value.keys()].sort() : null);
  const product = said.serverProperties.get('product');
  broker.note('product', product?.type === 'longstr' ? product.value : null);
  const response = Buffer.from('\0guest\0guest');
  const tune = await end.ask(0, 'connection.start-ok', { clientProperties: table({}), response }, 'connection.tune');
  broker.note('tune', describe(tune));
  end.close();
}

/** The handshake with something wrong in it, and what came of it. */
async function open(broker: AmqpConversation, options: OpenOptions): Promise<Json> {
  const { end } = await dial(broker);
  try {
    await end.open(options);
    return 'open';
  } catch (error) {
    return error instanceof Refused ? describe(error.close) : 'the connection was lost';
  } finally {
    end.close();
  }
}

/** The same of several at once, as RabbitMQ takes three seconds before it ends a connection that is not open. */
async function noteAll(broker: AmqpConversation, cases: readonly (readonly [string, Promise<Json>])[]): Promise<void> {
  const answers = await Promise.all(cases.map(([, answer]) => answer));
  cases.forEach(([title], index) => {
    broker.note(title, answers[index] ?? null);
  });
}

/** Waits until the server has ended the connection, or not for longer than RabbitMQ takes. */
async function isEnded(end: AmqpEnd, limitMs = ENDED_WITHIN_MS): Promise<boolean> {
  for (const deadlineMs = performance.now() + limitMs; performance.now() < deadlineMs && !end.isLost; ) await delay(20);
  return end.isLost;
}

async function logins(broker: AmqpConversation): Promise<void> {
  const say = async (mechanism: string, response: Buffer, locale = 'en_US'): Promise<Json> => {
    const { end, received } = await dial(broker);
    end.raw(PROTOCOL_HEADER);
    while (received.length === 0) await delay(5);
    const capabilities: FieldTable = table({ authentication_failure_close: { type: 'bool', value: true } });
    const clientProperties = table({ capabilities: { type: 'table', value: capabilities } });
    end.send(0, 'connection.start-ok', { clientProperties, mechanism, response, locale });
    for (let waitedMs = 0; received.length === 1 && !end.isLost && waitedMs < ENDED_WITHIN_MS; waitedMs += 20)
      await delay(20);
    const isAccepted = received.at(-1)?.method === 'connection.tune';
    const answer = isAccepted ? 'accepted' : (await isEnded(end)) ? 'refused' : 'neither';
    end.close();
    return answer;
  };
  const both = Buffer.concat([field('LOGIN', 'guest'), field('PASSWORD', 'guest')]);
  await noteAll(broker, [
    ['a wrong password', open(broker, { password: 'wrong' })],
    ['an unknown user', open(broker, { user: 'nobody' })],
    ['a wrong password, and no wish to know', open(broker, { password: 'wrong', capabilities: [] })],
    ['an empty password', open(broker, { password: '' })],
    ['PLAIN without a user', say('PLAIN', Buffer.from(''))],
    ['PLAIN with one part', say('PLAIN', Buffer.from('\0guest'))],
    ['PLAIN for somebody else', say('PLAIN', Buffer.from('other\0guest\0guest'))],
    ['PLAIN with more parts', say('PLAIN', Buffer.from('\0guest\0guest\0more'))],
    ['AMQPLAIN without a table', say('AMQPLAIN', Buffer.from('nonsense'))],
    ['AMQPLAIN', say('AMQPLAIN', both)],
    ['AMQPLAIN without a password', say('AMQPLAIN', field('LOGIN', 'guest'))],
    ['a mechanism that is not offered', say('EXTERNAL', Buffer.from(''))],
    ['an unknown mechanism', say('NONSENSE', Buffer.from(''))],
    ['no mechanism', say('', Buffer.from(''))],
    ['another locale', say('PLAIN', Buffer.from('\0guest\0guest'), 'de_DE')],
  ]);
}

/** A long string of a field table. */
function field(name: string, value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from('S'), length, Buffer.from(value)]);
}

/** Until nothing more comes; who is told of the end of the connection waits for it, if it does not linger. */
async function quiet(broker: AmqpConversation, end: AmqpEnd, received: readonly Received[]): Promise<void> {
  const waitsMin = () => (received.length === 0 ? NO_ANSWER_WAITS : 2);
  for (let seen = -1, waits = 0; (seen !== received.length || waits < waitsMin()) && !end.isLost; waits += 1) {
    seen = received.length;
    await delay(broker.quietMs);
  }
  if (received.at(-1)?.method === 'connection.close') await isEnded(end, LINGERING_MS);
}

function ended(received: readonly Received[], end: AmqpEnd): Json {
  const said = received.map((each) =>
    each.method === 'connection.close' || each.method === 'channel.close' ? describe(each) : each.method,
  );
  return end.isLost ? [...said, 'closed'] : said;
}

async function tuning(broker: AmqpConversation): Promise<void> {
  const isOpen = async (options: OpenOptions) => ((await open(broker, options)) === 'open' ? 'open' : 'refused');
  const sizes = [0, 1, 4095, 4096, 8192, 131_072, 131_073, 2 ** 32 - 1];
  const counts = [0, 1, 2046, 2047, 2048, 65_535];
  const times = [0, 1, 60, 61, 65_535];
  await noteAll(broker, [
    ...sizes.map((frameMax) => [`frame_max ${frameMax}`, isOpen({ frameMax })] as const),
    ...counts.map((channelMax) => [`channel_max ${channelMax}`, isOpen({ channelMax })] as const),
    ...times.map((heartbeat) => [`heartbeat ${heartbeat}`, isOpen({ heartbeat })] as const),
  ]);
}

async function vhosts(broker: AmqpConversation): Promise<void> {
  const names = ['', 'missing', '//', 'x'.repeat(255)];
  await noteAll(
    broker,
    names.map((vhost) => [JSON.stringify(vhost), open(broker, { vhost })]),
  );
}

async function outOfTurn(broker: AmqpConversation): Promise<void> {
  const writer = new FrameWriter(131_072);
  const login = { clientProperties: table({}), response: Buffer.from('\0guest\0guest') };
  const steps: [name: string, method: MethodName, given: object][] = [
    ['start-ok', 'connection.start-ok', login],
    ['tune-ok', 'connection.tune-ok', { channelMax: 2047, frameMax: 131_072, heartbeat: 0 }],
    ['open', 'connection.open', { virtualHost: '/' }],
  ];
  const wrong: [name: string, channel: number, method: MethodName, given: object][] = [
    ['secure-ok', 0, 'connection.secure-ok', { response: Buffer.from('') }],
    ['start-ok', 0, 'connection.start-ok', login],
    ['tune-ok', 0, 'connection.tune-ok', { channelMax: 2047, frameMax: 131_072, heartbeat: 0 }],
    ['open', 0, 'connection.open', { virtualHost: '/' }],
    ['close', 0, 'connection.close', { replyCode: 200, classId: 0, methodId: 0 }],
    ['close-ok', 0, 'connection.close-ok', {}],
    ['channel.open', 1, 'channel.open', {}],
    ['queue.declare', 1, 'queue.declare', { queue: 'x' }],
  ];
  const say = async (done: number, channel: number, method: MethodName, given: object): Promise<Json> => {
    for (const [, step, args] of steps.slice(0, done)) writer.method(0, step, args as never);
    writer.method(channel, method, given as never);
    const bytes = Buffer.concat([PROTOCOL_HEADER, ...writer.take()]);
    const { end, received } = await dial(broker);
    end.raw(bytes);
    // Before the vhost is open RabbitMQ ends the connection without a word.
    if (done < 2) return { ended: await isEnded(end) };
    await quiet(broker, end, received);
    const answer = ended(received, end);
    end.close();
    return answer;
  };
  const cases: [string, Promise<Json>][] = [];
  for (let done = 0; done <= steps.length; done += 1) {
    for (const [name, channel, method, given] of wrong) {
      if (done < steps.length && steps[done]?.[0] === name) continue;
      cases.push([`${name} after ${done} steps`, say(done, channel, method, given)]);
    }
  }
  await noteAll(broker, cases);
}

const DEFAULTS: Readonly<Record<string, unknown>> = {
  octet: 0,
  short: 0,
  long: 0,
  longlong: 1,
  longstr: 'x',
  opaque: Buffer.from('x'),
  table: new Map(),
  bit: false,
};

/** What a method is sent with here: its defaults, and something for the rest; `text` is no other method's. */
function anyArguments(name: MethodName, text: string): MethodInput<MethodName> {
  const given = METHODS[name].fields
    .filter((field) => !field.reserved && field.default === undefined)
    .map(({ name: argument, kind }) => [argument, kind === 'shortstr' ? text : DEFAULTS[kind]]);
  return Object.fromEntries(given) as MethodInput<MethodName>;
}

/** Those whose effect is what their own scenarios are about. */
const LEFT_OUT: ReadonlySet<MethodName> = new Set(['connection.close', 'connection.update-secret']);

async function everyMethod(broker: AmqpConversation, channel: number): Promise<void> {
  const writer = new FrameWriter(131_072);
  const say = (name: MethodName) => {
    writer.method(channel, name, anyArguments(name, broker.name(name)) as never);
    if (METHODS[name].hasContent) writer.content(channel, Buffer.alloc(2), Buffer.from('x'));
    return afterOpen(broker, name, ...writer.take());
  };
  const names = (Object.keys(METHODS) as MethodName[]).filter((name) => !LEFT_OUT.has(name));
  for (let i = 0; i < names.length; i += AT_ONCE) await noteAll(broker, names.slice(i, i + AT_ONCE).map(say));
}

async function channels(broker: AmqpConversation): Promise<void> {
  broker.configure('main', { channelMax: 10 });
  await broker.ask('open twice', 'channel.open', {});
  await broker.ask('the largest', 'channel.open', {}, { channel: 0 });
  await broker.send('channel.open', {}, { channel: 10 });
  await broker.settle('opened twice, the largest');
  const { end, received } = await dial(broker);
  await end.open({ channelMax: 10 });
  received.length = 0;
  end.send(11, 'channel.open', {});
  await quiet(broker, end, received);
  broker.note('beyond the largest', ended(received, end));
  await broker.ask('close', 'channel.close', { replyCode: 200, classId: 0, methodId: 0 }, { channel: 2 });
  const other = await dial(broker);
  await other.end.open();
  await other.end.openChannel(1);
  await other.end.ask(1, 'channel.close', { replyCode: 200, classId: 0, methodId: 0 }, 'channel.close-ok');
  other.received.length = 0;
  other.end.send(1, 'basic.qos', {});
  await quiet(broker, other.end, other.received);
  broker.note('a channel that was closed', ended(other.received, other.end));
  other.end.close();
  end.close();
}

async function closing(broker: AmqpConversation): Promise<void> {
  const queue = broker.name('q');
  const goodbye = { replyCode: 200, replyText: 'bye', classId: 0, methodId: 0 };
  await broker.must('queue.declare', { queue });
  await broker.publish('', queue, 'before its channel was closed', { deliveryMode: 2 });
  await broker.ask('a channel', 'channel.close', goodbye);
  await broker.publish('', queue, 'before the connection was closed', { deliveryMode: 2 }, { connection: 'other' });
  await broker.ask('the connection', 'connection.close', goodbye, { connection: 'other', channel: 0 });
  await broker.drain('nothing was lost', queue);
  await broker.ask('of a client in trouble', 'channel.close', { replyCode: 541, classId: 60, methodId: 40 });
}

/** Frames on an open channel 1, and what came of them. */
function afterOpen(
  broker: AmqpConversation,
  title: string,
  ...frames: readonly Buffer[]
): readonly [string, Promise<Json>] {
  const answer = async () => {
    const { end, received } = await dial(broker);
    await end.open({ frameMax: 4096 });
    await end.openChannel(1);
    received.length = 0;
    end.raw(Buffer.concat(frames));
    await quiet(broker, end, received);
    const said = ended(received, end);
    end.close();
    return said;
  };
  return [title, answer()];
}

function frame(type: number, channel: number, payload: Buffer, end = 0xce, length = payload.length): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(length >>> 0, 3);
  return Buffer.concat([head, payload, Buffer.from([end])]);
}

function method<N extends MethodName>(name: N, given: MethodInput<N>, channel = 1): Buffer {
  const writer = new FrameWriter(131_072);
  writer.method(channel, name, given);
  return Buffer.concat(writer.take());
}

function header(
  bodySize: bigint,
  { classId = 60, weight = 0, properties = Buffer.alloc(2), channel = 1 } = {},
): Buffer {
  const fixed = Buffer.alloc(12);
  fixed.writeUInt16BE(classId, 0);
  fixed.writeUInt16BE(weight, 2);
  fixed.writeBigUInt64BE(bodySize, 4);
  return frame(FrameType.HEADER, channel, Buffer.concat([fixed, properties]));
}

const body = (bytes: string | Buffer) => frame(FrameType.BODY, 1, Buffer.from(bytes));

async function content(broker: AmqpConversation): Promise<void> {
  const publish = method('basic.publish', { routingKey: 'nobody' });
  const flow = method('channel.flow', { active: true });
  const say = (title: string, ...parts: Buffer[]) => afterOpen(broker, title, ...parts, flow);
  await noteAll(broker, [
    say('as it should be', publish, header(3n), body('abc')),
    say('in two frames', publish, header(3n), body('ab'), body('c')),
    say('with an empty frame', publish, header(3n), body(''), body('abc')),
    say('no body', publish, header(0n)),
    say('no body, but a frame', publish, header(0n), body('')),
    say('a header without a method', header(3n)),
    say('a body without a method', body('abc')),
    say('a method instead of the header', publish),
    say('a method instead of the body', publish, header(3n)),
    say('a body instead of the header', publish, body('abc')),
    say('two headers', publish, header(3n), header(3n)),
    say('a publish instead of the body', publish, header(3n), publish),
    say('more than was announced', publish, header(3n), body('abcd')),
    say('more frames than were announced', publish, header(3n), body('abc'), body('d')),
    say('another class', publish, header(3n, { classId: 50 }), body('abc')),
    say('a weight', publish, header(3n, { weight: 1 }), body('abc')),
    say('properties that are cut off', publish, header(3n, { properties: Buffer.from([0x80, 0]) }), body('abc')),
    say('flags that nobody knows', publish, header(3n, { properties: Buffer.from([0, 2]) }), body('abc')),
    say('more flags that never come', publish, header(3n, { properties: Buffer.from([0, 1]) }), body('abc')),
    say('bytes behind the properties', publish, header(3n, { properties: Buffer.from([0, 0, 1]) }), body('abc')),
    say(
      'a text that is longer than the rest',
      publish,
      header(3n, { properties: Buffer.from([0x80, 0, 9, 65]) }),
      body('abc'),
    ),
    say('a header of half its length', publish, frame(FrameType.HEADER, 1, Buffer.from([0, 60, 0, 0]))),
    afterOpen(
      broker,
      'a close in the middle',
      publish,
      header(3n),
      method('channel.close', { replyCode: 200, classId: 0, methodId: 0 }),
    ),
    afterOpen(broker, 'a larger body than may be', publish, header(2n ** 40n)),
    afterOpen(broker, 'the largest body there is', publish, header(2n ** 64n - 1n)),
  ]);
}

async function frames(broker: AmqpConversation): Promise<void> {
  const flow = method('channel.flow', { active: true });
  const payload = flow.subarray(7, -1);
  await noteAll(broker, [
    afterOpen(broker, 'a wrong end', frame(1, 1, payload, 0xcf)),
    afterOpen(broker, 'an unknown type', frame(4, 1, payload)),
    afterOpen(broker, 'type 0', frame(0, 1, payload)),
    afterOpen(broker, 'trace', frame(7, 1, payload)),
    afterOpen(broker, 'as large as may be', frame(1, 1, Buffer.alloc(4088))),
    afterOpen(broker, 'eight bytes larger', frame(1, 1, Buffer.alloc(4096))),
    afterOpen(broker, 'too large', frame(1, 1, Buffer.alloc(4097))),
    afterOpen(broker, 'far too large', frame(1, 1, Buffer.alloc(0), 0xce, 2 ** 31)),
    afterOpen(broker, 'a heartbeat', frame(8, 0, Buffer.alloc(0)), flow),
    afterOpen(broker, 'a heartbeat with a payload', frame(8, 0, Buffer.from('x')), flow),
    afterOpen(broker, 'a heartbeat on a channel', frame(8, 1, Buffer.alloc(0)), flow),
    afterOpen(broker, 'a heartbeat on a channel that is not open', frame(8, 3, Buffer.alloc(0)), flow),
    afterOpen(broker, 'content on channel 0', frame(2, 0, Buffer.alloc(14)), flow),
    afterOpen(broker, 'a body on channel 0', frame(3, 0, Buffer.from('x')), flow),
    afterOpen(broker, 'an empty method', frame(1, 1, Buffer.alloc(0)), flow),
    afterOpen(broker, 'rubbish', Buffer.from('this is no frame at all, and long enough to be one')),
  ]);
}

async function lyingMethods(broker: AmqpConversation): Promise<void> {
  const say = (title: string, payload: Buffer) =>
    afterOpen(broker, title, frame(1, 1, payload), method('channel.flow', { active: true }));
  const id = (classId: number, methodId: number, ...rest: number[]) =>
    Buffer.from([classId >> 8, classId & 255, methodId >> 8, methodId & 255, ...rest]);
  await noteAll(broker, [
    say('an unknown class', id(99, 10)),
    say('an unknown method', id(50, 99)),
    say('a method of streams', id(70, 10)),
    say('qos without arguments', id(60, 10)),
    say('qos cut off', id(60, 10, 0, 0, 0)),
    say('qos with more behind', id(60, 10, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9)),
    say('declare: a text that is longer than the rest', id(50, 10, 0, 0, 200, 65)),
    say('declare: arguments cut off', id(50, 10, 0, 0, 1, 65, 0, 0, 0, 0, 9)),
    say('declare: an argument of an unknown type', id(50, 10, 0, 0, 1, 65, 0, 0, 0, 0, 3, 1, 120, 63)),
    say('declare: a table in a table that is longer', id(50, 10, 0, 0, 1, 65, 0, 0, 0, 0, 7, 1, 120, 70, 0, 0, 9, 9)),
    say('declare: the same argument twice', id(50, 10, 0, 0, 1, 66, 0, 0, 0, 0, 8, 1, 120, 116, 1, 1, 120, 116, 0)),
    say('declare: text that is no UTF-8', id(50, 10, 0, 0, 2, 0xff, 0xfe, 0, 0, 0, 0, 0)),
    say('delete: text that is no UTF-8', id(50, 40, 0, 0, 2, 0xff, 0xfe, 0)),
  ]);
}
