/**
 * Puts content together on one channel: a method, its header, and as many bytes of body as the header announced
 * (AMQP 0-9-1 §4.2.6). A small body of one frame stays where it came, and is there during the call that hands it over only; any
 * other is copied once, into a buffer of its size. Properties that are the same as those before them are the same buffer. Frames
 * out of this order are errors of the connection.
 *
 * Bounds: the size of a body, and what bodies of one connection may announce together before they are complete.
 */
import { AmqpError } from './errors.ts';
import { BASIC_CLASS } from './protocol/constants.ts';
import { CONTENT_HEADER_BYTES, contentBodySize, contentClassAndWeight } from './protocol/content-header.ts';
import { ATTACH_BYTES_MIN } from './protocol/frame-writer.ts';
import type { DecodedMethod } from './protocol/methods.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import type { Session } from './session.ts';

export type PublishMethod = DecodedMethod<'basic.publish'>;

/** @param isLent the body is there during the call only */
export type TakeContent = (method: PublishMethod, properties: Buffer, body: Buffer, isLent: boolean) => void;

/** So many largest messages may be on their way at once, on different channels. */
const ASSEMBLING_MESSAGES_MAX = 8;
/** So many bytes of properties are compared with those before them. */
const COMPARED_BYTES_MAX = 256;
const NO_BYTES = Buffer.alloc(0);
/** Class and weight of a header. */
const EXPECTED = BASIC_CLASS << 16;

export class ContentAssembly {
  readonly #session: Session;
  readonly #complete: TakeContent;
  #method: PublishMethod | undefined;
  /** Of this content if the header has come, else of the last one. */
  #properties: Buffer = NO_BYTES;
  #hasHeader = false;
  #bodyBytes = 0;
  #body: Buffer = NO_BYTES;
  #filled = 0;

  constructor(session: Session, complete: TakeContent) {
    this.#session = session;
    this.#complete = complete;
  }

  get isIdle(): boolean {
    return this.#method === undefined;
  }

  /** @throws AmqpError if a content is not complete: another method may not come between its frames */
  checkIdle(): void {
    if (this.#method === undefined) return;
    const awaited = this.#hasHeader ? 'body' : 'header';
    const kind = awaited === 'header' ? `content header for class ${BASIC_CLASS}` : 'content body';
    throw unexpected(`expected ${kind}, got non content ${awaited} frame instead`);
  }

  begin(method: PublishMethod): void {
    this.#method = method;
  }

  /** `[start, end)` is the payload of a header frame. */
  header(bytes: Buffer, start: number, end: number): void {
    const method = this.#method;
    if (method === undefined) throw unannounced();
    if (this.#hasHeader) throw unexpected('expected content body, got non content body frame instead');
    const bodySize = contentBodySize(bytes, start, end);
    const classAndWeight = contentClassAndWeight(bytes, start);
    if (classAndWeight !== EXPECTED) throw wrongHeader(classAndWeight);
    this.#checkSize(bodySize);
    this.#keepProperties(bytes, start + CONTENT_HEADER_BYTES, end);
    this.#hasHeader = true;
    this.#bodyBytes = bodySize;
    if (bodySize === 0) this.#finish(method, NO_BYTES, false);
  }

  /** The body may be in another chunk, so they are copied unless they are known. */
  #keepProperties(bytes: Buffer, start: number, end: number): void {
    const known = this.#properties;
    if (end - start <= COMPARED_BYTES_MAX && isSame(known, bytes, start, end)) return;
    this.#properties = Buffer.from(bytes.subarray(start, end));
  }

  #checkSize(bodySize: number): void {
    const { messageBytesMax } = this.#session.services.settings;
    if (bodySize <= messageBytesMax) return;
    const text = `message size ${bodySize} is larger than configured max size ${messageBytesMax}`;
    throw new AmqpError(ReplyCode.PRECONDITION_FAILED, text, 'basic.publish');
  }

  /** `[start, end)` is the payload of a body frame; `isLent`: the bytes are there during this call only. */
  body(bytes: Buffer, start: number, end: number, isLent: boolean): void {
    const method = this.#method;
    if (method === undefined) throw unannounced();
    if (!this.#hasHeader) {
      throw unexpected(`expected content header for class ${BASIC_CLASS}, got non content header frame instead`);
    }
    if (this.#filled === 0 && end - start === this.#bodyBytes && (!isLent || end - start < ATTACH_BYTES_MIN)) {
      this.#finish(method, bytes.subarray(start, end), isLent);
    } else this.#gather(method, bytes, start, end);
  }

  #gather(method: PublishMethod, bytes: Buffer, start: number, end: number): void {
    if (end - start > this.#bodyBytes - this.#filled) {
      throw unexpected(`content body of ${this.#bodyBytes} bytes is announced, more has come`);
    }
    if (this.#body.length === 0) this.#allocate();
    bytes.copy(this.#body, this.#filled, start, end);
    this.#filled += end - start;
    if (this.#filled === this.#bodyBytes) this.#finish(method, this.#body, false);
  }

  #allocate(): void {
    const session = this.#session;
    const bytesMax = ASSEMBLING_MESSAGES_MAX * session.services.settings.messageBytesMax;
    if (session.assemblingBytes + this.#bodyBytes > bytesMax) {
      throw new AmqpError(ReplyCode.RESOURCE_ERROR, `more than ${bytesMax} bytes of incomplete messages`);
    }
    session.assemblingBytes += this.#bodyBytes;
    this.#body = Buffer.allocUnsafeSlow(this.#bodyBytes);
  }

  #finish(method: PublishMethod, body: Buffer, isLent: boolean): void {
    this.reset();
    this.#complete(method, this.#properties, body, isLent);
  }

  /** Forgets what has come of an incomplete content. */
  reset(): void {
    this.#session.assemblingBytes -= this.#body.length;
    this.#method = undefined;
    this.#hasHeader = false;
    this.#body = NO_BYTES;
    this.#bodyBytes = 0;
    this.#filled = 0;
  }
}

function isSame(known: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const { length } = known;
  if (end - start !== length) return false;
  for (let i = 0; i < length; i += 1) if (known[i] !== bytes[start + i]) return false;
  return true;
}

/** A weight that is not 0 is no header to RabbitMQ. */
function wrongHeader(classAndWeight: number): AmqpError {
  const classId = classAndWeight >>> 16;
  const got = classId === BASIC_CLASS ? 'non content header frame' : `one for class ${classId}`;
  return unexpected(`expected content header for class ${BASIC_CLASS}, got ${got} instead`);
}

/** Content that no method has announced. */
function unannounced(): AmqpError {
  return new AmqpError(ReplyCode.UNEXPECTED_FRAME, 'expected method frame, got non method frame instead');
}

function unexpected(text: string): AmqpError {
  return new AmqpError(ReplyCode.UNEXPECTED_FRAME, text, 'basic.publish');
}
