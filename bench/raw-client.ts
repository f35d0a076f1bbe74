/**
 * A Kafka client of four requests over one socket, for what Kafka's tools cannot show: the time from a broker's start to
 * its first acknowledged record, and latency in microseconds. Requests at fixed old versions that every 4.x broker takes
 * (Metadata 4, Produce 3, Fetch 4, ListOffsets 1); answers are matched in order. Not a client for anything else: no compression, no
 * groups, one record a batch.
 */
import { connect, type Socket } from 'node:net';
import { crc32c } from '@node-rs/crc32';

const requestTimeoutMs = 30_000;
const batchOverheadBytes = 61;
const latestOffset = -1;

interface Pending {
  resolve(body: Buffer): void;
  reject(error: Error): void;
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}

/** Zigzag varint as in records (KIP-98). */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** A record batch (magic 2) that holds one record without key or headers. */
export function recordBatch(value: Buffer, timestampMs: number): Buffer {
  const fields = [Buffer.from([0]), varint(0), varint(0), varint(-1), varint(value.length), value, varint(0)];
  const body = Buffer.concat(fields);
  const record = Buffer.concat([varint(body.length), body]);
  const batch = Buffer.alloc(batchOverheadBytes + record.length);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeBigInt64BE(BigInt(timestampMs), 27);
  batch.writeBigInt64BE(BigInt(timestampMs), 35);
  batch.writeBigInt64BE(-1n, 43);
  batch.writeInt16BE(-1, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(1, 57);
  record.copy(batch, batchOverheadBytes);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

export class RawClient {
  readonly #socket: Socket;
  readonly #pending: Pending[] = [];
  #input: Buffer = Buffer.alloc(0);
  #correlation = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(requestTimeoutMs, () => socket.destroy(new Error('no answer in time')));
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const pending of this.#pending.splice(0)) pending.reject(new Error('connection closed'));
    });
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        resolve(new RawClient(socket));
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    while (this.#input.length >= 4) {
      const end = 4 + this.#input.readInt32BE(0);
      if (this.#input.length < end) return;
      const body = this.#input.subarray(8, end);
      this.#input = this.#input.subarray(end);
      this.#pending.shift()?.resolve(body);
    }
  }

  #request(key: number, version: number, parts: readonly Buffer[]): Promise<Buffer> {
    this.#correlation += 1;
    const header = [int16(key), int16(version), int32(this.#correlation), text('bench')];
    const body = Buffer.concat([...header, ...parts]);
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('connection closed'));
      this.#pending.push({ resolve, reject });
      this.#socket.write(Buffer.concat([int32(body.length), body]));
    });
  }

  /** Asks for a topic, creating it when it is missing. True when partition 0 has a leader. */
  async topicReady(topic: string): Promise<boolean> {
    const body = await this.#request(3, 4, [int32(1), text(topic), Buffer.from([1])]);
    let at = 4;
    const skipText = () => {
      const length = body.readInt16BE(at);
      at += 2 + Math.max(0, length);
    };
    const brokers = body.readInt32BE(at);
    at += 4;
    for (let index = 0; index < brokers; index++) {
      at += 4;
      skipText();
      at += 4;
      skipText();
    }
    skipText();
    at += 4 + 4; // controller id, number of topics
    const error = body.readInt16BE(at);
    at += 2;
    skipText();
    at += 1;
    const partitions = body.readInt32BE(at);
    return error === 0 && partitions > 0 && body.readInt16BE(at + 4) === 0 && body.readInt32BE(at + 10) >= 0;
  }

  /** True when the broker serves every partition: a topic exists for a while before its logs do. */
  async partitionsReady(topic: string, partitions: number): Promise<boolean> {
    const asked = Array.from({ length: partitions }, (_, index) => Buffer.concat([int32(index), int64(latestOffset)]));
    const body = await this.#request(2, 1, [int32(-1), int32(1), text(topic), int32(partitions), ...asked]);
    let at = 4 + 2 + body.readInt16BE(4) + 4;
    for (let index = 0; index < partitions; index++, at += 22) if (body.readInt16BE(at + 4) !== 0) return false;
    return true;
  }

  /** Produces to partition 0 with acks=all. Returns the error code and the offset. */
  async produce(topic: string, batch: Buffer): Promise<{ error: number; offset: number }> {
    const head = [int16(-1), int16(-1), int32(requestTimeoutMs), int32(1), text(topic), int32(1), int32(0)];
    const body = await this.#request(0, 3, [...head, int32(batch.length), batch]);
    const at = 4 + 2 + body.readInt16BE(4) + 4 + 4;
    return { error: body.readInt16BE(at), offset: Number(body.readBigInt64BE(at + 2)) };
  }

  /** Waits up to half a second for records of partition 0 at `offset`. Returns how many bytes of them came. */
  async fetch(topic: string, offset: number): Promise<number> {
    const limits = [int32(-1), int32(500), int32(1), int32(1 << 20), Buffer.from([0])];
    const what = [int32(1), text(topic), int32(1), int32(0), int64(offset), int32(1 << 20)];
    const body = await this.#request(1, 4, [...limits, ...what]);
    let at = 8 + 2 + body.readInt16BE(8) + 4 + 4;
    const error = body.readInt16BE(at);
    if (error !== 0) throw new Error(`fetch of ${topic} answered error ${error}`);
    at += 2 + 8 + 8;
    const aborted = body.readInt32BE(at);
    at += 4 + Math.max(0, aborted) * 16;
    return Math.max(0, body.readInt32BE(at));
  }
}
