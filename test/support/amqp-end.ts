/**
 * The client's end of one AMQP connection, over whatever carries its bytes: encodes what is said, decodes what comes. It does what it
 * is told and nothing else, so it can misbehave; only closes of channels and of the connection are answered by themselves.
 *
 * `call` gives the next answer on its channel. What closes the channel or the connection instead is a `Refused`; a connection
 * that is lost is a `ConnectionLost`, and then nobody knows what was carried out.
 */
import { FrameType, PROTOCOL_HEADER } from '../../src/gateway/amqp/protocol/constants.ts';
import { decodeContentHeader } from '../../src/gateway/amqp/protocol/content-header.ts';
import { FrameReader } from '../../src/gateway/amqp/protocol/frame-reader.ts';
import { FrameWriter } from '../../src/gateway/amqp/protocol/frame-writer.ts';
import {
  type DecodedMethod,
  decodeMethod,
  METHODS,
  type MethodInput,
  type MethodName,
} from '../../src/gateway/amqp/protocol/methods.ts';
import type { BasicProperties } from '../../src/message/amqp-properties.ts';
import { decodeProperties, encodeProperties } from '../../src/message/amqp-properties-codec.ts';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';

export type Received = DecodedMethod & {
  readonly channel: number;
  readonly properties?: BasicProperties;
  readonly body?: Buffer;
};

export type ReceivedOf<N extends MethodName> = Extract<Received, { readonly method: N }>;

export interface Carrier {
  write(bytes: Buffer): void;
  close(): void;
}

export interface OpenOptions {
  readonly user?: string;
  readonly password?: string;
  readonly vhost?: string;
  readonly heartbeat?: number;
  readonly frameMax?: number;
  readonly channelMax?: number;
  readonly capabilities?: readonly string[];
}

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The answer was an error of the channel or of the connection. */
class Refused extends Error {
  override readonly name = 'Refused';

  constructor(readonly close: ReceivedOf<'channel.close' | 'connection.close'>) {
    super(`${close.method} ${close.replyCode} ${close.replyText}`);
  }
}

const FRAME_MAX = 131_072;
const FRAME_BYTES_MAX = 64 * 1024 * 1024;
const CAPABILITIES = [
  'publisher_confirms',
  'exchange_exchange_bindings',
  'basic.nack',
  'consumer_cancel_notify',
  'connection.blocked',
  'authentication_failure_close',
];
/** What comes without having been asked for. */
const UNASKED: ReadonlySet<MethodName> = new Set([
  'basic.deliver',
  'basic.return',
  'basic.ack',
  'basic.nack',
  'basic.cancel',
  'connection.blocked',
  'connection.unblocked',
]);

interface Waiting {
  readonly resolve: (received: Received) => void;
  readonly reject: (error: Error) => void;
}

interface Assembling {
  readonly method: DecodedMethod;
  readonly parts: Buffer[];
  properties: BasicProperties | undefined;
  missing: number;
}

export class AmqpEnd {
  isLost = false;
  heartbeats = 0;
  /** Settles when the carrier is gone. */
  readonly closed: Promise<void>;
  #close: () => void = () => {};
  readonly #carrier: Carrier;
  readonly #listener: (received: Received) => void;
  readonly #frames = new FrameReader(FRAME_BYTES_MAX);
  readonly #writer = new FrameWriter(FRAME_MAX);
  readonly #waiting = new Map<number, Waiting[]>();
  readonly #assembling = new Map<number, Assembling>();

  /** @param listener is given everything that comes, in order, before those who wait for it */
  constructor(carrier: Carrier, listener: (received: Received) => void = () => {}) {
    this.#carrier = carrier;
    this.#listener = listener;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  // What is said.

  raw(bytes: Buffer): void {
    if (!this.isLost) this.#carrier.write(bytes);
  }

  send<N extends MethodName>(channel: number, method: N, given: MethodInput<N>): void {
    this.#writer.method(channel, method, given);
    this.#flush();
  }

  publish(
    channel: number,
    exchange: string,
    routingKey: string,
    body: string | Buffer,
    properties: Partial<BasicProperties> = {},
    flags: { readonly mandatory?: boolean; readonly immediate?: boolean } = {},
  ): void {
    this.#writer.method(channel, 'basic.publish', { exchange, routingKey, ...flags });
    this.#writer.content(channel, encodeProperties(properties), Buffer.from(body));
    this.#flush();
  }

  async call<N extends MethodName>(channel: number, method: N, given: MethodInput<N>): Promise<Received> {
    const answer = this.#next(channel);
    this.send(channel, method, given);
    return await answer;
  }

  /** A `call` whose answer is known. */
  async ask<N extends MethodName, A extends MethodName>(
    channel: number,
    method: N,
    given: MethodInput<N>,
    answer: A,
  ): Promise<ReceivedOf<A>> {
    const received = await this.call(channel, method, given);
    if (received.method !== answer) throw new Error(`${method} was answered with ${received.method}`);
    return received as unknown as ReceivedOf<A>;
  }

  /** The handshake. @throws Refused when the login or the vhost is */
  async open(options: OpenOptions = {}): Promise<void> {
    const { user = 'guest', password = user, vhost = '/', heartbeat = 0 } = options;
    const { frameMax = FRAME_MAX, channelMax = 2047, capabilities = CAPABILITIES } = options;
    const start = this.#next(0);
    this.raw(PROTOCOL_HEADER);
    await start;
    const login = { clientProperties: clientProperties(capabilities), response: Buffer.from(`\0${user}\0${password}`) };
    await this.ask(0, 'connection.start-ok', login, 'connection.tune');
    this.send(0, 'connection.tune-ok', { channelMax, frameMax, heartbeat });
    await this.ask(0, 'connection.open', { virtualHost: vhost }, 'connection.open-ok');
  }

  async openChannel(channel: number): Promise<void> {
    await this.ask(channel, 'channel.open', {}, 'channel.open-ok');
  }

  close(): void {
    this.#carrier.close();
  }

  #flush(): void {
    this.raw(Buffer.concat(this.#writer.take()));
  }

  #next(channel: number): Promise<Received> {
    return new Promise((resolve, reject) => {
      if (this.isLost) {
        reject(new ConnectionLost('the connection was lost before'));
        return;
      }
      const queue = this.#waiting.get(channel) ?? [];
      queue.push({ resolve, reject });
      this.#waiting.set(channel, queue);
    });
  }

  // What comes.

  push(chunk: Buffer): void {
    this.#frames.push(chunk);
    while (this.#frames.next()) this.#take();
  }

  /** The carrier is gone. */
  lost(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.#close();
    this.#rejectAll(new ConnectionLost('the connection was lost'));
  }

  #take(): void {
    const { type, channel, bytes, start, end } = this.#frames;
    if (type === FrameType.HEARTBEAT) this.heartbeats += 1;
    else if (type !== FrameType.METHOD) this.#takeContent(channel, bytes.subarray(start, end));
    else {
      const method = decodeMethod(bytes, start, end);
      if (METHODS[method.method].hasContent) {
        this.#assembling.set(channel, { method, parts: [], properties: undefined, missing: 0 });
      } else this.#received({ ...method, channel });
    }
  }

  #takeContent(channel: number, payload: Buffer): void {
    const content = this.#assembling.get(channel);
    if (content === undefined) throw new Error(`content on channel ${channel} without its method`);
    if (content.properties === undefined) {
      const { bodySize, properties } = decodeContentHeader(payload, 0, payload.length);
      content.properties = decodeProperties(properties);
      content.missing = bodySize;
    } else {
      content.parts.push(Buffer.from(payload));
      content.missing -= payload.length;
    }
    if (content.missing > 0) return;
    this.#assembling.delete(channel);
    const { method, properties, parts } = content;
    this.#received({ ...method, channel, properties, body: Buffer.concat(parts) });
  }

  #received(received: Received): void {
    this.#listener(received);
    if (received.method === 'connection.close') {
      this.send(0, 'connection.close-ok', {});
      this.#rejectAll(new Refused(received as ReceivedOf<'connection.close'>));
    } else if (received.method === 'channel.close') {
      this.send(received.channel, 'channel.close-ok', {});
      const waiting = this.#waiting.get(received.channel) ?? [];
      this.#waiting.delete(received.channel);
      for (const { reject } of waiting) reject(new Refused(received as ReceivedOf<'channel.close'>));
    } else if (!UNASKED.has(received.method)) this.#waiting.get(received.channel)?.shift()?.resolve(received);
  }

  #rejectAll(error: Error): void {
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

function clientProperties(capabilities: readonly string[]): FieldTable {
  const declared = new Map<string, FieldValue>(capabilities.map((name) => [name, { type: 'bool', value: true }]));
  return new Map([
    ['product', { type: 'longstr', value: 'test' }],
    ['capabilities', { type: 'table', value: declared }],
  ]);
}
