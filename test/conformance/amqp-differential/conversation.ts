/**
 * One broker, one scenario: what was asked and what was answered, over the bare client of the tests, which says whatever it is told.
 * Connections and channels are opened when they are first needed, and again after an error has closed them.
 *
 * What comes without being asked for (deliveries, returns, confirms, closes) is kept until `settle`, which waits for it to
 * stop: RabbitMQ's processes answer in no fixed order, so nothing else tells when all is there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { MethodInput, MethodName } from '../../../src/gateway/amqp/protocol/methods.ts';
import type { BasicProperties } from '../../../src/message/amqp-properties.ts';
import {
  type AmqpEnd,
  ConnectionLost,
  type OpenOptions,
  type Received,
  type ReceivedOf,
  Refused,
} from '../../support/amqp-end.ts';
import { connectAmqp } from '../../support/amqp-socket.ts';
import { until } from '../../support/clients-wait.ts';
import { describe, type Json } from './describe.ts';

/** Where something is said; the main connection and channel 1 unless told. */
export interface At {
  readonly connection?: string;
  readonly channel?: number;
}

export interface Entry {
  readonly asked: string;
  readonly answer: Json;
}

interface Side {
  readonly end: AmqpEnd;
  readonly channels: Set<number>;
  /** Tags that were confirmed, by channel. */
  readonly confirmed: Map<number, Set<number>>;
  events: Received[];
  lastMs: number;
  isClosed: boolean;
}

const MAIN = 'main';
const ANSWER_MS_MAX = 10_000;

export class AmqpConversation {
  readonly transcript: Entry[] = [];
  readonly #port: number;
  readonly #prefix: string;
  readonly #quietMs: number;
  readonly #sides = new Map<string, Side>();
  readonly #options = new Map<string, OpenOptions>();

  constructor(port: number, prefix: string, quietMs: number) {
    this.#port = port;
    this.#prefix = prefix;
    this.#quietMs = quietMs;
  }

  /** A name of this run's own; it appears in the transcript without what makes it unique. */
  name(suffix: string): string {
    return `${this.#prefix}${suffix}`;
  }

  get port(): number {
    return this.#port;
  }

  get quietMs(): number {
    return this.#quietMs;
  }

  /** How a connection is to be opened when it is first used. */
  configure(connection: string, options: OpenOptions): void {
    this.#options.set(connection, options);
  }

  /** Asks and records the answer, or what came instead of one. */
  async ask<N extends MethodName>(title: string, method: N, given: MethodInput<N>, at: At = {}): Promise<Json> {
    const answer = await this.quietly(method, given, at);
    this.note(`${title} (${method})`, answer);
    return answer;
  }

  /** Asks without recording: for what is not the point. */
  async quietly<N extends MethodName>(method: N, given: MethodInput<N>, at: At = {}): Promise<Json> {
    const { channel = 1 } = at;
    try {
      const side = await this.#side(at);
      const answer = side.end.call(channel, method, given);
      return describe(await withLimit(answer));
    } catch (error) {
      if (error instanceof Refused) {
        this.#forget(error.close, at);
        return describe(error.close);
      }
      if (error instanceof ConnectionLost) return 'the connection was lost';
      throw error;
    }
  }

  /** An answer is no event. */
  #forget(received: Received, { connection = MAIN }: At): void {
    const side = this.#sides.get(connection);
    if (side !== undefined) side.events = side.events.filter((event) => event !== received);
  }

  /** Asks for something that must work, and gives the answer itself. */
  async must<N extends MethodName>(method: N, given: MethodInput<N>, at: At = {}): Promise<Received> {
    const side = await this.#side(at);
    return await withLimit(side.end.call(at.channel ?? 1, method, given));
  }

  /** Says something that has no answer, or whose answer `settle` will record. */
  async send<N extends MethodName>(method: N, given: MethodInput<N>, at: At = {}): Promise<void> {
    (await this.#side(at)).end.send(at.channel ?? 1, method, given);
  }

  async publish(
    exchange: string,
    routingKey: string,
    body: string | Buffer,
    properties: Partial<BasicProperties> = {},
    { mandatory = false, immediate = false, ...at }: At & { mandatory?: boolean; immediate?: boolean } = {},
  ): Promise<void> {
    const side = await this.#side(at);
    side.end.publish(at.channel ?? 1, exchange, routingKey, body, properties, { mandatory, immediate });
  }

  /** Waits until nothing more comes, and records what did. */
  async settle(title: string, { connection = MAIN }: At = {}): Promise<void> {
    const side = this.#sides.get(connection);
    if (side === undefined) throw new Error(`nothing was said on ${connection}`);
    side.lastMs = performance.now();
    for (;;) {
      const leftMs = side.lastMs + this.#quietMs - performance.now();
      if (leftMs <= 0) break;
      await delay(leftMs);
    }
    const events = inOrder(side.events, side.confirmed);
    side.events = [];
    this.note(title, side.end.isLost ? [...events, 'the connection was lost'] : events);
  }

  /** Says it and records what came of it. */
  async tell<N extends MethodName>(title: string, method: N, given: MethodInput<N>, at: At = {}): Promise<void> {
    await this.send(method, given, at);
    await this.settle(`${title} (${method})`, at);
  }

  /** Waits until so many messages are ready in a queue. */
  async ready(queue: string, count: number): Promise<void> {
    const at = { connection: 'watcher' };
    const look = async () => {
      const answer = await this.must('queue.declare', { queue, passive: true }, at);
      return answer.method === 'queue.declare-ok' ? answer.messageCount : -1;
    };
    await until(`${count} messages in ${queue}`, look, (seen) => seen === count);
  }

  /** Gets everything that is ready, settled as it is delivered, and records it. */
  async drain(title: string, queue: string, at: At = {}): Promise<void> {
    const messages: Json[] = [];
    for (;;) {
      const answer = await this.quietly('basic.get', { queue, noAck: true }, at);
      if ((answer as { method?: string }).method !== 'basic.get-ok') {
        messages.push(answer);
        break;
      }
      messages.push(withoutTag(answer));
    }
    this.note(title, messages);
  }

  note(asked: string, answer: Json): void {
    this.transcript.push({ asked, answer });
  }

  /** Ends a connection without a word. */
  async cut(connection: string = MAIN): Promise<void> {
    const side = this.#sides.get(connection);
    this.#sides.delete(connection);
    side?.end.close();
    await side?.end.closed;
  }

  async end(): Promise<void> {
    for (const connection of [...this.#sides.keys()]) await this.cut(connection);
  }

  async #side({ connection = MAIN, channel = 1 }: At): Promise<Side> {
    let side = this.#sides.get(connection);
    if (side === undefined || side.isClosed || side.end.isLost) {
      const { events = [] } = side ?? {};
      side = await this.#open(connection, events);
      this.#sides.set(connection, side);
    }
    if (channel !== 0 && !side.channels.has(channel)) {
      side.channels.add(channel);
      await withLimit(side.end.openChannel(channel));
    }
    return side;
  }

  async #open(connection: string, events: Received[]): Promise<Side> {
    let side: Side | undefined;
    const listener = (received: Received) => {
      if (side === undefined) return;
      side.lastMs = performance.now();
      if (received.method === 'channel.close') {
        side.channels.delete(received.channel);
        side.confirmed.delete(received.channel);
      }
      if (received.method === 'connection.close') side.isClosed = true;
      if (isEvent(received)) side.events.push(received);
    };
    const end = await connectAmqp(this.#port, { ...this.#options.get(connection), listener });
    side = { end, channels: new Set(), confirmed: new Map(), events, lastMs: performance.now(), isClosed: false };
    return side;
  }
}

function withLimit<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer came')), ANSWER_MS_MAX);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const EVENTS: ReadonlySet<MethodName> = new Set([
  'basic.deliver',
  'basic.return',
  'basic.ack',
  'basic.nack',
  'basic.cancel',
  'channel.close',
  'connection.close',
  'connection.blocked',
  'connection.unblocked',
]);

/** Answers are events too when nobody waits for them, but those are the scenario's to ask for. */
function isEvent({ method }: Received): boolean {
  return EVENTS.has(method);
}

/** Confirms may come one by one or many at once: by tag here, and last. A return that comes behind some says so. */
function inOrder(events: readonly Received[], known: Map<number, Set<number>>): Json[] {
  const others: Json[] = [];
  const confirms: Record<'confirmed' | 'refused', number[]> = { confirmed: [], refused: [] };
  for (const event of events) {
    if (event.method === 'basic.ack' || event.method === 'basic.nack') {
      const tags = confirms[event.method === 'basic.ack' ? 'confirmed' : 'refused'];
      tags.push(...newTags(event, known));
    } else {
      const behind = event.method === 'basic.return' ? confirms.confirmed.length : 0;
      others.push(behind > 0 ? { 'behind confirms': behind, ...(describe(event) as object) } : describe(event));
    }
  }
  for (const [kind, tags] of Object.entries(confirms)) {
    if (tags.length > 0) others.push({ [kind]: tags.sort((a, b) => a - b) });
  }
  return others;
}

function newTags(
  { channel, deliveryTag, multiple }: ReceivedOf<'basic.ack' | 'basic.nack'>,
  known: Map<number, Set<number>>,
): number[] {
  const before = known.get(channel) ?? new Set();
  known.set(channel, before);
  const tags: number[] = [];
  for (let tag = multiple ? 1 : deliveryTag; tag <= deliveryTag; tag += 1) {
    if (multiple && before.has(tag)) continue;
    before.add(tag);
    tags.push(tag);
  }
  return tags;
}

function withoutTag(answer: Json): Json {
  const { deliveryTag: _, messageCount: __, ...rest } = answer as { readonly [name: string]: Json };
  return rest;
}
