/**
 * An AMQP client that costs little: it sends frames that were made before, and counts what comes instead of decoding it. For
 * loads that PerfTest cannot make or cannot make fast enough. One channel, one request at a time; whatever closes the channel
 * or the connection is an error of every call after it. It works over anything that takes bytes: `openSocket` gives it a socket.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { FRAME_MIN_SIZE, FrameType, PROTOCOL_HEADER } from '../../src/gateway/amqp/protocol/constants.ts';
import { FrameReader } from '../../src/gateway/amqp/protocol/frame-reader.ts';
import { FrameWriter } from '../../src/gateway/amqp/protocol/frame-writer.ts';
import {
  type DecodedMethod,
  decodeMethod,
  type MethodInput,
  type MethodName,
} from '../../src/gateway/amqp/protocol/methods.ts';

const CHANNEL = 1;
const FRAME_MAX = 131_072;
const DELIVER_ID = (60 << 16) | 60;
const ACK_ID = (60 << 16) | 80;

/** What the client sends through. */
export interface Wire {
  /** False: `drained` settles when more may be sent. */
  write(bytes: Buffer): boolean;
  drained(): Promise<unknown>;
  close(): void;
}

export class RawClient {
  /** Deliveries that have come. */
  delivered = 0;
  /** The delivery tag of the last one. */
  lastTag = 0;
  /** The last publish that is confirmed, with all before it. */
  confirmedTag = 0;
  /** Called after every chunk that came. */
  onInput: () => void = () => {};
  readonly #frames = new FrameReader(FRAME_MAX);
  readonly #writer = new FrameWriter(FRAME_MIN_SIZE);
  readonly #wire: Wire;
  #answered: ((answer: DecodedMethod) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #failure: Error | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.#writer.frameMax = FRAME_MAX;
  }

  /** Logs in as guest and opens the channel. */
  async open(): Promise<this> {
    const started = this.#answer();
    this.#wire.write(PROTOCOL_HEADER);
    await started;
    const response = Buffer.from('\0guest\0guest');
    const tuned = this.#answer();
    this.#send(0, 'connection.start-ok', {
      clientProperties: new Map(),
      mechanism: 'PLAIN',
      response,
      locale: 'en_US',
    });
    await tuned;
    this.#send(0, 'connection.tune-ok', { channelMax: 16, frameMax: FRAME_MAX, heartbeat: 0 });
    await this.#call(0, 'connection.open', { virtualHost: '/' });
    await this.call('channel.open', {});
    return this;
  }

  /** A request on the channel; gives its answer. */
  call<N extends MethodName>(method: N, methodArguments: MethodInput<N>): Promise<DecodedMethod> {
    return this.#call(CHANNEL, method, methodArguments);
  }

  /** A request that has no answer. */
  tell<N extends MethodName>(method: N, methodArguments: MethodInput<N>): void {
    this.#send(CHANNEL, method, methodArguments);
  }

  ack(tag: number): void {
    this.#writer.ack(CHANNEL, tag, true);
    this.#flush();
  }

  /** Sends whole frames. */
  async send(frames: Buffer): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#wire.write(frames)) await this.#wire.drained();
  }

  receive(chunk: Buffer): void {
    this.#frames.push(chunk);
    while (this.#frames.next()) if (this.#frames.type === FrameType.METHOD) this.#method();
    this.onInput();
  }

  /** The connection has ended. */
  ended(error: Error): void {
    this.#failure ??= error;
    this.#failed?.(this.#failure);
    this.onInput();
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  close(): void {
    this.#wire.close();
  }

  #method(): void {
    const { bytes, start, end } = this.#frames;
    const id = bytes.readUInt32BE(start);
    if (id === DELIVER_ID) {
      const tagAt = start + 5 + (bytes[start + 4] ?? 0);
      this.delivered += 1;
      this.lastTag = bytes.readUInt32BE(tagAt) * 2 ** 32 + bytes.readUInt32BE(tagAt + 4);
    } else if (id === ACK_ID) this.confirmedTag = bytes.readUInt32BE(start + 8);
    else this.#other(decodeMethod(bytes, start, end));
  }

  #other(method: DecodedMethod): void {
    if (method.method === 'channel.close' || method.method === 'connection.close' || method.method === 'basic.nack') {
      this.ended(new Error(`the broker said ${JSON.stringify(method)}`));
    } else this.#answered?.(method);
  }

  #answer(): Promise<DecodedMethod> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
    });
  }

  #call<N extends MethodName>(channel: number, method: N, methodArguments: MethodInput<N>): Promise<DecodedMethod> {
    const answer = this.#answer();
    this.#send(channel, method, methodArguments);
    return answer;
  }

  #send<N extends MethodName>(channel: number, method: N, methodArguments: MethodInput<N>): void {
    this.#writer.method(channel, method, methodArguments);
    this.#flush();
  }

  #flush(): void {
    for (const part of this.#writer.take()) this.#wire.write(part);
  }
}

export async function openSocket(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let resume: () => void = () => {};
  const client = new RawClient({
    write: (bytes) => socket.write(bytes),
    drained: () =>
      new Promise<void>((resolve) => {
        resume = resolve;
      }),
    close: () => socket.destroy(),
  });
  socket.on('drain', () => resume());
  socket.on('data', (chunk) => client.receive(chunk));
  socket.on('error', (error) => client.ended(error));
  socket.on('close', () => {
    client.ended(new Error('the broker has closed the connection'));
    resume();
  });
  return client.open();
}

/** Frames that publish messages, one per routing key, in one piece. */
export function publishFrames(exchange: string, keys: readonly string[], properties: Buffer, body: Buffer): Buffer {
  const writer = new FrameWriter(FRAME_MAX);
  for (const routingKey of keys) {
    writer.method(CHANNEL, 'basic.publish', { exchange, routingKey });
    writer.content(CHANNEL, properties, body);
  }
  return Buffer.concat(writer.take());
}
