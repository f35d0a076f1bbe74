/**
 * An AMQP client in memory: the transport of one connection, which takes and gives the very bytes. It does what it is told and
 * nothing else, so it can misbehave; everything that comes is kept as it came, in order.
 */
import assert from 'node:assert/strict';
import { FrameType, PROTOCOL_HEADER } from '../../../src/gateway/amqp/protocol/constants.ts';
import { decodeContentHeader } from '../../../src/gateway/amqp/protocol/content-header.ts';
import { FrameReader } from '../../../src/gateway/amqp/protocol/frame-reader.ts';
import { FrameWriter } from '../../../src/gateway/amqp/protocol/frame-writer.ts';
import {
  type DecodedMethod,
  decodeMethod,
  METHODS,
  type MethodInput,
  type MethodName,
} from '../../../src/gateway/amqp/protocol/methods.ts';
import type { BasicProperties } from '../../../src/message/amqp-properties.ts';
import { decodeProperties, encodeProperties } from '../../../src/message/amqp-properties-codec.ts';
import type { FieldTable, FieldValue } from '../../../src/message/field-table.ts';
import type { Accept, Transport, TransportHandler } from '../../../src/net/transport.ts';
import type { Scheduler } from '../../support/scheduler.ts';

export type Received = DecodedMethod & {
  readonly channel: number;
  readonly body?: string;
  readonly properties?: BasicProperties;
};

export interface OpenOptions {
  readonly user?: string;
  readonly password?: string;
  readonly vhost?: string;
  readonly capabilities?: readonly string[];
  readonly heartbeat?: number;
  readonly frameMax?: number;
  readonly channelMax?: number;
}

const FRAME_MAX = 131_072;
const ALL_CAPABILITIES = ['consumer_cancel_notify', 'connection.blocked', 'authentication_failure_close', 'basic.nack'];
/** What is in a chunk when its time is over: no frame begins or ends with it. */
const SPOILT = 0xa5;
/** What comes without having been asked for. */
const UNASKED: readonly MethodName[] = [
  'basic.deliver',
  'basic.return',
  'basic.ack',
  'basic.nack',
  'basic.cancel',
  'connection.blocked',
  'connection.unblocked',
];

export class AmqpClient implements Transport {
  readonly remoteAddress: string = '127.0.0.1';
  remotePort = 50_000;
  bufferedBytes = 0;
  isPaused = false;
  isClosed = false;
  /** False: nothing that is sent to this client is ever taken. */
  isReading = true;
  received: Received[] = [];
  heartbeats = 0;
  /** How often the server wrote. */
  writes = 0;
  /** The protocol header that came instead of frames. */
  refusedWith: Buffer | undefined;
  #handler: TransportHandler | undefined;
  readonly #scheduler: Scheduler;
  readonly #frames = new FrameReader(64 * 1024 * 1024);
  readonly #writer = new FrameWriter(FRAME_MAX);
  readonly #contents = new Map<
    number,
    { method: DecodedMethod; properties?: BasicProperties; body: Buffer[]; left: number }
  >();
  /** What the server may not send while it is paused. */
  #unsent: Buffer[] = [];

  constructor(scheduler: Scheduler, accept: Accept) {
    this.#scheduler = scheduler;
    this.#handler = accept(this);
    if (this.#handler === undefined) this.isClosed = true;
  }

  // The server's side.

  write(buffers: readonly Buffer[], taken?: () => void): void {
    this.writes += 1;
    for (const buffer of buffers) {
      if (!this.isReading) this.bufferedBytes += buffer.length;
      else if (buffer === PROTOCOL_HEADER) this.refusedWith = buffer;
      else this.#frames.push(Buffer.from(buffer));
    }
    while (this.isReading && this.#frames.next()) this.#take();
    if (this.isReading) taken?.();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const bytes of unsent) this.raw(bytes);
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#scheduler.defer(() => this.#handler?.closed());
  }

  #take(): void {
    const { type, channel, bytes, start, end } = this.#frames;
    if (type === FrameType.HEARTBEAT) this.heartbeats += 1;
    else if (type === FrameType.METHOD) {
      const method = decodeMethod(bytes, start, end);
      if (METHODS[method.method].hasContent) this.#contents.set(channel, { method, body: [], left: 0 });
      else this.received.push({ ...method, channel });
    } else this.#takeContent(type, channel, bytes.subarray(start, end));
  }

  #takeContent(type: number, channel: number, payload: Buffer): void {
    const content = this.#contents.get(channel);
    assert.ok(content !== undefined, 'content without its method');
    if (type === FrameType.HEADER) {
      const { bodySize, properties } = decodeContentHeader(payload, 0, payload.length);
      content.properties = decodeProperties(properties);
      content.left = bodySize;
    } else {
      content.body.push(Buffer.from(payload));
      content.left -= payload.length;
    }
    if (content.left > 0) return;
    this.#contents.delete(channel);
    const body = Buffer.concat(content.body).toString();
    this.received.push({
      ...content.method,
      channel,
      body,
      ...(content.properties && { properties: content.properties }),
    });
  }

  // The client's side.

  /** Sends bytes as they are; while the server does not read, they wait. */
  raw(bytes: Buffer): void {
    if (this.isClosed) return;
    if (this.isPaused) this.#unsent.push(bytes);
    else {
      // As from a socket: the server may look at a chunk during the call only.
      const chunk = Buffer.from(bytes);
      this.#handler?.data(chunk);
      chunk.fill(SPOILT);
    }
  }

  /** Takes what was kept from it, and reads on. */
  readAgain(): void {
    this.isReading = true;
    this.bufferedBytes = 0;
    this.#handler?.drained();
  }

  send<N extends MethodName>(channel: number, method: N, methodArguments: MethodInput<N>): void {
    this.raw(methodBytes(this.#writer, channel, method, methodArguments));
  }

  publish(
    channel: number,
    exchange: string,
    routingKey: string,
    body: string | Buffer,
    properties: Partial<BasicProperties> = {},
    flags: { mandatory?: boolean; immediate?: boolean } = {},
  ): void {
    this.#writer.method(channel, 'basic.publish', { exchange, routingKey, ...flags });
    this.#writer.content(channel, encodeProperties(properties), Buffer.from(body));
    this.raw(Buffer.concat(this.#writer.take()));
  }

  /** Everything that came since the last call, once nothing more is on its way. */
  async take(): Promise<Received[]> {
    await this.#scheduler.settle();
    const { received } = this;
    this.received = [];
    return received;
  }

  /** Sends a method and gives the first answer on that channel that is one, or what closed it or the connection. */
  async call<N extends MethodName>(channel: number, method: N, methodArguments: MethodInput<N>): Promise<Received> {
    this.send(channel, method, methodArguments);
    const isAnswer = (each: Received) =>
      (each.channel === channel || each.method === 'connection.close') && !UNASKED.includes(each.method);
    await this.#scheduler.settle(() => this.received.some(isAnswer) || this.isClosed);
    const at = this.received.findIndex(isAnswer);
    const [answer] = at < 0 ? [] : this.received.splice(at, 1);
    if (answer === undefined)
      throw new Error(`${method}: ${this.isClosed ? 'the connection was closed' : 'no answer'}`);
    return answer;
  }

  /** The handshake up to `connection.open-ok`, or whatever came instead of an answer. */
  async open(options: OpenOptions = {}): Promise<Received> {
    const {
      user = 'guest',
      password = user,
      vhost = '/',
      heartbeat = 0,
      frameMax = FRAME_MAX,
      channelMax = 2047,
    } = options;
    this.raw(PROTOCOL_HEADER);
    await this.#scheduler.settle();
    assert.equal(this.received.shift()?.method, 'connection.start');
    const tune = await this.call(0, 'connection.start-ok', {
      clientProperties: clientProperties(options.capabilities ?? ALL_CAPABILITIES),
      response: Buffer.from(`\0${user}\0${password}`),
    });
    if (tune.method !== 'connection.tune') return tune;
    this.send(0, 'connection.tune-ok', { channelMax, frameMax, heartbeat });
    return await this.call(0, 'connection.open', { virtualHost: vhost });
  }

  async openChannel(channel: number): Promise<number> {
    const answer = await this.call(channel, 'channel.open', {});
    assert.equal(answer.method, 'channel.open-ok');
    return channel;
  }
}

export function methodBytes<N extends MethodName>(
  writer: FrameWriter,
  channel: number,
  method: N,
  methodArguments: MethodInput<N>,
): Buffer {
  writer.method(channel, method, methodArguments);
  return Buffer.concat(writer.take());
}

function clientProperties(capabilities: readonly string[]): FieldTable {
  const declared = new Map<string, FieldValue>(capabilities.map((name) => [name, { type: 'bool', value: true }]));
  return new Map([['capabilities', { type: 'table', value: declared }]]);
}
