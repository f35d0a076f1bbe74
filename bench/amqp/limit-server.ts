/**
 * The least that an AMQP broker in Node could do, as a process: a message that is published with the key of a queue leaves as a
 * delivery to the consumer of that queue, its header and body as they came. Nothing is checked, kept, counted or confirmed; every other
 * request gets the answer that PerfTest waits for. A publisher is not read while a consumer leaves much unread. Prints its port.
 */
import { createServer, type Socket } from 'node:net';
import {
  FRAME_END,
  FRAME_HEADER_BYTES,
  FrameType,
  PROTOCOL_HEADER,
} from '../../src/gateway/amqp/protocol/constants.ts';
import { FrameWriter } from '../../src/gateway/amqp/protocol/frame-writer.ts';
import {
  type DecodedMethod,
  decodeMethod,
  type MethodInput,
  type MethodName,
} from '../../src/gateway/amqp/protocol/methods.ts';

const PUBLISH_ID = (60 << 16) | 40;
const DELIVER_ID = (60 << 16) | 60;
const FRAME_MAX = 131_072;
const UNREAD_BYTES_MAX = 1024 * 1024;
const SLAB_BYTES = 256 * 1024;

interface Consumer {
  readonly peer: Peer;
  readonly channel: number;
  readonly tag: Buffer;
  nextTag: number;
}

/** By routing key: the queue's name, or what it was bound with. */
const consumers = new Map<string, Consumer>();
const keysOfQueues = new Map<string, string[]>();
/** With something in its slab. */
const written = new Set<Peer>();
const paused = new Set<Socket>();

class Peer {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #at = 0;
  #from = 0;
  #rest: Buffer = Buffer.alloc(0);
  #hasHeader = false;
  #target: Consumer | undefined;

  constructor(readonly socket: Socket) {}

  receive(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (!this.#hasHeader) {
      this.#hasHeader = true;
      at = PROTOCOL_HEADER.length;
      const start = {
        versionMajor: 0,
        versionMinor: 9,
        serverProperties: new Map(),
        mechanisms: 'PLAIN',
        locales: 'en_US',
      };
      this.answer(0, 'connection.start', start);
    }
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const end = at + FRAME_HEADER_BYTES + bytes.readUInt32BE(at + 3) + 1;
      if (end > bytes.length) break;
      this.#frame(bytes, at, end);
      at = end;
    }
    this.#rest = bytes.subarray(at);
    for (const peer of written) peer.flush(this.socket);
    written.clear();
  }

  #frame(bytes: Buffer, at: number, end: number): void {
    const payload = at + FRAME_HEADER_BYTES;
    if (bytes[at] !== FrameType.METHOD) this.#target?.peer.copy(bytes, at, end, this.#target.channel);
    else if (bytes.readUInt32BE(payload) === PUBLISH_ID) this.#published(bytes, payload + 6);
    else this.#other(bytes.readUInt16BE(at + 1), decodeMethod(bytes, payload, end - 1));
  }

  #published(bytes: Buffer, exchangeAt: number): void {
    const keyAt = exchangeAt + 1 + (bytes[exchangeAt] ?? 0);
    const keyEnd = keyAt + 1 + (bytes[keyAt] ?? 0);
    this.#target = consumers.get(bytes.toString('latin1', keyAt + 1, keyEnd));
    this.#target?.peer.deliver(this.#target, bytes, exchangeAt, keyEnd);
  }

  /** The method frame of a delivery; exchange and key lie in `bytes` from `from` to `to`. */
  deliver(consumer: Consumer, bytes: Buffer, from: number, to: number): void {
    const { tag, channel } = consumer;
    const size = 4 + tag.length + 9 + (to - from);
    const slab = this.#reserve(FRAME_HEADER_BYTES + size + 1);
    let at = this.#at;
    slab[at] = FrameType.METHOD;
    slab.writeUInt16BE(channel, at + 1);
    slab.writeUInt32BE(size, at + 3);
    slab.writeUInt32BE(DELIVER_ID, at + 7);
    slab.set(tag, at + 11);
    at += 11 + tag.length;
    slab.writeUInt32BE(0, at);
    slab.writeUInt32BE(consumer.nextTag++, at + 4);
    slab[at + 8] = 0;
    bytes.copy(slab, at + 9, from, to);
    at += 9 + to - from;
    slab[at] = FRAME_END;
    this.#at = at + 1;
    written.add(this);
  }

  copy(bytes: Buffer, from: number, to: number, channel: number): void {
    const slab = this.#reserve(to - from);
    bytes.copy(slab, this.#at, from, to);
    slab.writeUInt16BE(channel, this.#at + 1);
    this.#at += to - from;
  }

  #reserve(bytes: number): Buffer {
    if (this.#at + bytes > this.#slab.length) {
      this.socket.write(this.#slab.subarray(this.#from, this.#at));
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      this.#at = 0;
      this.#from = 0;
    }
    return this.#slab;
  }

  /** Sends what is in the slab; `publisher` waits if the client is far behind. */
  flush(publisher: Socket): void {
    if (this.#at > this.#from) this.socket.write(this.#slab.subarray(this.#from, this.#at));
    this.#from = this.#at;
    if (this.socket.writableLength < UNREAD_BYTES_MAX) return;
    publisher.pause();
    paused.add(publisher);
  }

  answer<N extends MethodName>(channel: number, method: N, methodArguments: MethodInput<N>): void {
    const writer = new FrameWriter(FRAME_MAX);
    writer.method(channel, method, methodArguments);
    for (const part of writer.take()) this.socket.write(part);
  }

  #other(channel: number, request: DecodedMethod): void {
    switch (request.method) {
      case 'connection.start-ok':
        this.answer(0, 'connection.tune', { channelMax: 2047, frameMax: FRAME_MAX, heartbeat: 0 });
        break;
      case 'connection.tune-ok':
        break;
      case 'queue.declare':
        keysOfQueues.set(request.queue, [request.queue]);
        this.answer(channel, 'queue.declare-ok', { queue: request.queue, messageCount: 0, consumerCount: 0 });
        break;
      case 'queue.bind':
        keysOfQueues.get(request.queue)?.push(request.routingKey);
        this.answer(channel, 'queue.bind-ok', {});
        break;
      case 'basic.consume':
        this.#consume(channel, request);
        break;
      case 'basic.cancel':
        this.answer(channel, 'basic.cancel-ok', { consumerTag: request.consumerTag });
        break;
      default:
        // Every other request that PerfTest makes has an answer without arguments.
        this.answer(channel, `${request.method}-ok` as 'channel.open-ok', {});
    }
  }

  #consume(channel: number, { queue, consumerTag }: DecodedMethod<'basic.consume'>): void {
    const name = consumerTag === '' ? `tag-${queue}` : consumerTag;
    this.answer(channel, 'basic.consume-ok', { consumerTag: name });
    const tag = Buffer.from(`${String.fromCharCode(name.length)}${name}`, 'latin1');
    const consumer: Consumer = { peer: this, channel, tag, nextTag: 1 };
    for (const key of keysOfQueues.get(queue) ?? []) consumers.set(key, consumer);
  }
}

const server = createServer({ noDelay: true, highWaterMark: UNREAD_BYTES_MAX }, (socket) => {
  const peer = new Peer(socket);
  socket.on('data', (chunk) => peer.receive(chunk));
  socket.on('drain', () => {
    for (const publisher of paused) publisher.resume();
    paused.clear();
  });
  socket.on('error', () => socket.destroy());
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(address.port);
});
process.on('SIGTERM', () => process.exit(0));
