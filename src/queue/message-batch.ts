/**
 * Byte layout of an entry in a queue's log: messages that were written together, little-endian.
 *
 *   batch     message count u32 · bytes of their bodies f64 · 1 if any of them can expire, else 0, u8 · the messages
 *   message   length of the rest u32 · offset minus the entry's base u32 · enqueued at f64 · expires at f64 (infinity: never)
 *             · flags u8 (1 persistent, 2 has a TTL of its own) · priority u8 · origin u8 · reserved u8 · TTL f64 · exchange length u16
 *             · routing key length u16 · properties length u32 · exchange · routing key · properties · body
 *
 * Storage checks every entry's CRC; what does not add up here is a bug or a foreign file.
 */
import { assert } from '../base/assert.ts';
import type { MessageOrigin } from '../message/message.ts';
import { StoredMessage } from './stored-message.ts';

/** Stays readable when the rest is encrypted. */
export const BATCH_HEADER_BYTES = 13;
const MESSAGE_HEADER_BYTES = 44;
const PERSISTENT = 1;
const HAS_TTL = 2;
const ORIGINS: readonly MessageOrigin[] = ['amqp', 'sqs', 'kafka'];

/** The bytes of a string that is likely to be the same as last time. */
class EncodedText {
  #text = '';
  #bytes = Buffer.alloc(0);

  of(text: string): Buffer {
    if (text !== this.#text) {
      this.#text = text;
      this.#bytes = Buffer.from(text);
    }
    return this.#bytes;
  }
}

/** The string of bytes that are likely to be the same as last time. */
class DecodedText {
  #text = '';
  #bytes = Buffer.alloc(0);

  of(source: Buffer, start: number, end: number): string {
    const known = this.#bytes;
    if (end - start !== known.length || source.compare(known, 0, known.length, start, end) !== 0) {
      this.#bytes = Buffer.from(source.subarray(start, end));
      this.#text = this.#bytes.toString();
    }
    return this.#text;
  }
}

const encodedExchange = new EncodedText();
const encodedRoutingKey = new EncodedText();
const decodedExchange = new DecodedText();
const decodedRoutingKey = new DecodedText();

/** How many bytes `message` takes in a batch. */
export function encodedBytes(message: StoredMessage): number {
  const texts = encodedExchange.of(message.exchange).length + encodedRoutingKey.of(message.routingKey).length;
  return MESSAGE_HEADER_BYTES + texts + message.properties.length + message.body.length;
}

/** Lays messages into one buffer. `bytes` is the sum of their `encodedBytes`. */
export class BatchEncoder {
  readonly #buffer: Buffer;
  readonly #baseOffset: number;
  #at = BATCH_HEADER_BYTES;
  #count = 0;
  #bodyBytes = 0;
  #canExpire = false;

  constructor(baseOffset: number, bytes: number) {
    this.#baseOffset = baseOffset;
    this.#buffer = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + bytes);
  }

  add(message: StoredMessage, offset: number): void {
    const exchange = encodedExchange.of(message.exchange);
    const routingKey = encodedRoutingKey.of(message.routingKey);
    const { properties, body } = message;
    const buffer = this.#buffer;
    const at = this.#at;
    const end = at + MESSAGE_HEADER_BYTES + exchange.length + routingKey.length + properties.length + body.length;
    buffer.writeUInt32LE(end - at - 4, at);
    buffer.writeUInt32LE(offset - this.#baseOffset, at + 4);
    buffer.writeDoubleLE(message.enqueuedAtMs, at + 8);
    buffer.writeDoubleLE(message.expiresAtMs, at + 16);
    buffer[at + 24] = (message.persistent ? PERSISTENT : 0) | (message.ttlMs === undefined ? 0 : HAS_TTL);
    buffer[at + 25] = message.priority;
    buffer[at + 26] = ORIGINS.indexOf(message.origin);
    buffer[at + 27] = 0;
    buffer.writeDoubleLE(message.ttlMs ?? 0, at + 28);
    buffer.writeUInt16LE(exchange.length, at + 36);
    buffer.writeUInt16LE(routingKey.length, at + 38);
    buffer.writeUInt32LE(properties.length, at + 40);
    let to = at + MESSAGE_HEADER_BYTES;
    to += exchange.copy(buffer, to);
    to += routingKey.copy(buffer, to);
    to += properties.copy(buffer, to);
    body.copy(buffer, to);
    this.#at = end;
    this.#count += 1;
    this.#bodyBytes += body.length;
    if (message.expiresAtMs !== Number.POSITIVE_INFINITY) this.#canExpire = true;
  }

  finish(): Buffer {
    assert(this.#at === this.#buffer.length, 'a message batch is as long as it was said to be');
    this.#buffer.writeUInt32LE(this.#count, 0);
    this.#buffer.writeDoubleLE(this.#bodyBytes, 4);
    this.#buffer[12] = this.#canExpire ? 1 : 0;
    return this.#buffer;
  }
}

/** How many messages are in the batch. */
export function batchCount(batch: Buffer): number {
  return batch.readUInt32LE(0);
}

/** Bytes of the bodies of all messages in the batch. */
export function batchBodyBytes(batch: Buffer): number {
  return batch.readDoubleLE(4);
}

/** Whether any message of the batch has an end to its life. */
export function batchCanExpire(batch: Buffer): boolean {
  return batch[12] === 1;
}

/** Calls `visit` for the messages of a batch at or after `fromOffset`, in order, until it answers false. */
export function forEachMessage(
  batch: Buffer,
  baseOffset: number,
  fromOffset: number,
  visit: (offset: number, message: StoredMessage) => boolean,
): void {
  let at = BATCH_HEADER_BYTES;
  while (at < batch.length) {
    const end = at + 4 + batch.readUInt32LE(at);
    const offset = baseOffset + batch.readUInt32LE(at + 4);
    assert(end <= batch.length, 'a message lies within its batch');
    if (offset >= fromOffset && !visit(offset, decodeMessage(batch, at, end))) return;
    at = end;
  }
}

function decodeMessage(batch: Buffer, at: number, end: number): StoredMessage {
  const flags = batch[at + 24] ?? 0;
  const origin = ORIGINS[batch[at + 26] ?? 0];
  assert(origin !== undefined, 'a stored message is of a known protocol');
  const routingKeyAt = at + MESSAGE_HEADER_BYTES + batch.readUInt16LE(at + 36);
  const propertiesAt = routingKeyAt + batch.readUInt16LE(at + 38);
  const bodyAt = propertiesAt + batch.readUInt32LE(at + 40);
  return new StoredMessage(
    origin,
    decodedExchange.of(batch, at + MESSAGE_HEADER_BYTES, routingKeyAt),
    decodedRoutingKey.of(batch, routingKeyAt, propertiesAt),
    batch.subarray(propertiesAt, bodyAt),
    batch.subarray(bodyAt, end),
    false,
    (flags & PERSISTENT) !== 0,
    batch[at + 25] ?? 0,
    (flags & HAS_TTL) === 0 ? undefined : batch.readDoubleLE(at + 28),
    batch.readDoubleLE(at + 8),
    batch.readDoubleLE(at + 16),
  );
}
