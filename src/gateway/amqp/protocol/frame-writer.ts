/**
 * Writes AMQP frames (AMQP 0-9-1 §4.2.3), which gather until `take`. What `take` returns stays until `reuse`. Bodies
 * below `ATTACH_BYTES_MIN` are copied, larger ones are attached by reference; bodies are cut to `frameMax`. The frames
 * of the delivery path have straight-line functions of their own, the rest is compiled from `methods.ts`. A value that its
 * argument cannot express is an `EncodeError`, and nothing of its frame has been written then.
 *
 * A method or header frame that is larger than `frameMax` is sent as it is: content cannot be split there, and refusing
 * what another client published would lose it.
 */
import { assert } from '../../../base/assert.ts';
import type { Message } from '../../../message/message.ts';
import { putShortstr } from '../../../message/shortstr.ts';
import {
  BASIC_CLASS,
  FRAME_END,
  FRAME_HEADER_BYTES,
  FRAME_MIN_SIZE,
  FRAME_OVERHEAD_BYTES,
  FrameType,
  PROTOCOL_HEADER,
} from './constants.ts';
import { CONTENT_HEADER_BYTES } from './content-header.ts';
import { encoderOf, METHODS, type MethodInput, type MethodName } from './methods.ts';
import { putBytes, putLong, putLonglong } from './put.ts';
import { SlabWriter } from './slab-writer.ts';

/** What goes with `deliver`, `return` and `getOk`; the properties are in AMQP's form. */
export type Content = Pick<Message, 'exchange' | 'routingKey' | 'properties' | 'body'>;

/** From here on a body is attached by reference: below it one more part to write costs more than a copy. */
export const ATTACH_BYTES_MIN = 8192;
/** The most that a method frame takes without its strings, and what the header frame takes without the properties. */
const METHOD_BYTES_MAX = FRAME_OVERHEAD_BYTES + 32;
const HEADER_BYTES = FRAME_OVERHEAD_BYTES + CONTENT_HEADER_BYTES;
const HEARTBEAT = Buffer.from([FrameType.HEARTBEAT, 0, 0, 0, 0, 0, 0, FRAME_END]);

const DELIVER = METHODS['basic.deliver'].methodId;
const RETURN = METHODS['basic.return'].methodId;
const GET_OK = METHODS['basic.get-ok'].methodId;
const ACK = METHODS['basic.ack'].methodId;
const NACK = METHODS['basic.nack'].methodId;

export class FrameWriter {
  readonly #out = new SlabWriter();
  #bodyBytesMax = 0;

  constructor(frameMax: number) {
    this.frameMax = frameMax;
  }

  /** In bytes, the frame's own eight included; at least `FRAME_MIN_SIZE`. */
  set frameMax(bytes: number) {
    assert(bytes >= FRAME_MIN_SIZE, 'no peer may negotiate less than the smallest frame_max');
    this.#bodyBytesMax = bytes - FRAME_OVERHEAD_BYTES;
  }

  /** Bytes that were written and not taken. */
  get byteLength(): number {
    return this.#out.byteLength;
  }

  /** Everything that was written since the last call, in order. */
  take(): Buffer[] {
    return this.#out.take();
  }

  /** To be called when everything that was ever taken has been sent: its memory is used again. */
  reuse(): void {
    this.#out.reuse();
  }

  /** Refuses a client's protocol header. */
  protocolHeader(): void {
    this.#out.attach(PROTOCOL_HEADER);
  }

  /** Sent when there was nothing else to send, so the memory for sending is given up too. */
  heartbeat(): void {
    this.#out.release();
    this.#out.attach(HEARTBEAT);
  }

  /** A method; `content` must follow where the method has content. */
  method<N extends MethodName>(channel: number, name: N, methodArguments: MethodInput<N>): void {
    const out = this.#out;
    out.reserve(FRAME_HEADER_BYTES);
    out.at = openFrame(out.slab, out.start, FrameType.METHOD, channel);
    try {
      encoderOf(name)(out, methodArguments);
    } catch (error) {
      out.drop();
      throw error;
    }
    putLong(out.slab, out.start + 3, out.at - out.start - FRAME_HEADER_BYTES);
    out.octet(FRAME_END);
    out.end();
  }

  content(channel: number, properties: Buffer, body: Buffer): void {
    this.#out.reserve(this.#contentBytes(properties, body));
    this.#content(this.#out.at, channel, properties, body);
  }

  /** @param consumerTag as `encodeShortstr` gives it. */
  deliver(channel: number, consumerTag: Buffer, deliveryTag: number, redelivered: boolean, content: Content): void {
    const { exchange, routingKey, properties, body } = content;
    const slab = this.#reserve(consumerTag.length, exchange, routingKey, properties, body);
    const start = this.#out.at;
    let at = openMethod(slab, start, channel, DELIVER);
    at = putBytes(slab, at, consumerTag);
    at = putLonglong(slab, at, deliveryTag);
    slab[at++] = redelivered ? 1 : 0;
    at = putShortstr(slab, at, exchange);
    at = putShortstr(slab, at, routingKey);
    this.#content(closeFrame(slab, start, at), channel, properties, body);
  }

  return(channel: number, replyCode: number, replyText: string, content: Content): void {
    const { exchange, routingKey, properties, body } = content;
    const slab = this.#reserve(3 * replyText.length, exchange, routingKey, properties, body);
    const start = this.#out.at;
    let at = openMethod(slab, start, channel, RETURN);
    slab[at++] = replyCode >> 8;
    slab[at++] = replyCode;
    at = putShortstr(slab, at, replyText);
    at = putShortstr(slab, at, exchange);
    at = putShortstr(slab, at, routingKey);
    this.#content(closeFrame(slab, start, at), channel, properties, body);
  }

  getOk(channel: number, deliveryTag: number, redelivered: boolean, messageCount: number, content: Content): void {
    const { exchange, routingKey, properties, body } = content;
    const slab = this.#reserve(0, exchange, routingKey, properties, body);
    const start = this.#out.at;
    let at = openMethod(slab, start, channel, GET_OK);
    at = putLonglong(slab, at, deliveryTag);
    slab[at++] = redelivered ? 1 : 0;
    at = putShortstr(slab, at, exchange);
    at = putShortstr(slab, at, routingKey);
    at = putLong(slab, at, messageCount);
    this.#content(closeFrame(slab, start, at), channel, properties, body);
  }

  ack(channel: number, deliveryTag: number, multiple: boolean): void {
    this.#confirm(channel, ACK, deliveryTag, multiple ? 1 : 0);
  }

  nack(channel: number, deliveryTag: number, multiple: boolean, requeue: boolean): void {
    this.#confirm(channel, NACK, deliveryTag, (multiple ? 1 : 0) | (requeue ? 2 : 0));
  }

  #confirm(channel: number, methodId: number, deliveryTag: number, bits: number): void {
    const out = this.#out;
    out.reserve(METHOD_BYTES_MAX);
    const { slab, at: start } = out;
    const at = putLonglong(slab, openMethod(slab, start, channel, methodId), deliveryTag);
    slab[at] = bits;
    out.advance(closeFrame(slab, start, at + 1));
  }

  /** Makes room for a method with content and returns the slab to write it into. */
  #reserve(moreBytes: number, exchange: string, routingKey: string, properties: Buffer, body: Buffer): Buffer {
    const methodBytes = METHOD_BYTES_MAX + moreBytes + 3 * (exchange.length + routingKey.length);
    this.#out.reserve(methodBytes + this.#contentBytes(properties, body));
    return this.#out.slab;
  }

  /** What the slab gets of the content: everything but a body that is attached. */
  #contentBytes(properties: Buffer, body: Buffer): number {
    const copied = this.#isCopied(body) ? FRAME_OVERHEAD_BYTES + body.length : 0;
    return HEADER_BYTES + properties.length + copied;
  }

  /** Into the same piece as the frames before it. */
  #isCopied({ length }: Buffer): boolean {
    return length < ATTACH_BYTES_MIN && length <= this.#bodyBytesMax;
  }

  /** Writes header and body behind what the slab holds before `start`; `#contentBytes` have been reserved there. */
  #content(start: number, channel: number, properties: Buffer, body: Buffer): void {
    const { slab } = this.#out;
    let at = openFrame(slab, start, FrameType.HEADER, channel);
    at = putLong(slab, at, BASIC_CLASS << 16);
    at = putLonglong(slab, at, body.length);
    at = closeFrame(slab, start, putBytes(slab, at, properties));
    if (!this.#isCopied(body)) {
      this.#out.advance(at);
      this.#bodyFrames(channel, body);
      return;
    }
    if (body.length > 0) {
      const frameStart = at;
      at = putBytes(slab, openFrame(slab, at, FrameType.BODY, channel), body);
      at = closeFrame(slab, frameStart, at);
    }
    this.#out.advance(at);
  }

  #bodyFrames(channel: number, body: Buffer): void {
    const out = this.#out;
    for (let from = 0; from < body.length; from += this.#bodyBytesMax) {
      const to = Math.min(from + this.#bodyBytesMax, body.length);
      out.reserve(FRAME_OVERHEAD_BYTES);
      const at = openFrame(out.slab, out.at, FrameType.BODY, channel);
      putLong(out.slab, at - 4, to - from);
      out.advance(at);
      const part = to - from === body.length ? body : body.subarray(from, to);
      out.attach(body.length < ATTACH_BYTES_MIN ? Buffer.from(part) : part);
      out.reserve(1);
      out.slab[out.at] = FRAME_END;
      out.advance(out.at + 1);
    }
  }
}

/** Writes the header of a frame, its size yet unknown, and returns where the payload starts. */
function openFrame(slab: Buffer, at: number, type: number, channel: number): number {
  slab[at] = type;
  slab[at + 1] = channel >> 8;
  slab[at + 2] = channel;
  return at + FRAME_HEADER_BYTES;
}

function openMethod(slab: Buffer, start: number, channel: number, methodId: number): number {
  const at = openFrame(slab, start, FrameType.METHOD, channel);
  return putLong(slab, at, (BASIC_CLASS << 16) | methodId);
}

/** Fills in the size of the frame whose payload ends at `at`, and returns where the frame ends. */
function closeFrame(slab: Buffer, start: number, at: number): number {
  putLong(slab, start + 3, at - start - FRAME_HEADER_BYTES);
  slab[at] = FRAME_END;
  return at + 1;
}
