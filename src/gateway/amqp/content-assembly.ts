/**
 * Puts content together on one channel: a method, its header, and as many bytes of body as the header announced
 * (AMQP 0-9-1 §4.2.6). A body of one frame stays the slice that came; one of several is copied once, into a buffer of the
 * announced size. Frames out of this order are errors of the connection.
 *
 * Bounds: the size of a body, and what bodies of one connection may announce together before they are complete.
 */
import { AmqpError } from './errors.ts';
import { BASIC_CLASS } from './protocol/constants.ts';
import { decodeContentHeader } from './protocol/content-header.ts';
import type { DecodedMethod } from './protocol/methods.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import type { Session } from './session.ts';

export type PublishMethod = DecodedMethod<'basic.publish'>;

/** So many largest messages may be on their way at once, on different channels. */
const ASSEMBLING_MESSAGES_MAX = 8;
const NO_BODY = Buffer.alloc(0);

export class ContentAssembly {
  readonly #session: Session;
  readonly #complete: (method: PublishMethod, properties: Buffer, body: Buffer) => void;
  #method: PublishMethod | undefined;
  /** Undefined: the header has not come. */
  #properties: Buffer | undefined;
  #bodyBytes = 0;
  #body: Buffer = NO_BODY;
  #filled = 0;

  constructor(session: Session, complete: (method: PublishMethod, properties: Buffer, body: Buffer) => void) {
    this.#session = session;
    this.#complete = complete;
  }

  get isIdle(): boolean {
    return this.#method === undefined;
  }

  /** @throws AmqpError if a content is not complete: another method may not come between its frames */
  checkIdle(): void {
    if (this.#method === undefined) return;
    const awaited = this.#properties === undefined ? 'header' : 'body';
    const kind = awaited === 'header' ? `content header for class ${BASIC_CLASS}` : 'content body';
    throw unexpected(`expected ${kind}, got non content ${awaited} frame instead`);
  }

  begin(method: PublishMethod): void {
    this.#method = method;
  }

  /** `[start, end)` is the payload of a header frame. */
  header(bytes: Buffer, start: number, end: number): void {
    const method = this.#method;
    if (method === undefined) throw unexpected('expected method frame, got non method frame instead');
    if (this.#properties !== undefined) throw unexpected('expected content body, got non content body frame instead');
    const { classId, bodySize, properties } = decodeContentHeader(bytes, start, end);
    if (classId !== BASIC_CLASS) {
      throw unexpected(`expected content header for class ${BASIC_CLASS}, got one for class ${classId} instead`);
    }
    const { messageBytesMax } = this.#session.services.settings;
    if (bodySize > messageBytesMax) {
      const text = `message size ${bodySize} is larger than configured max size ${messageBytesMax}`;
      throw new AmqpError(ReplyCode.PRECONDITION_FAILED, text, 'basic.publish');
    }
    if (bodySize === 0) this.#finish(method, properties, NO_BODY);
    else {
      this.#properties = properties;
      this.#bodyBytes = bodySize;
    }
  }

  /** `[start, end)` is the payload of a body frame. */
  body(bytes: Buffer, start: number, end: number): void {
    const method = this.#method;
    if (method === undefined) throw unexpected('expected method frame, got non method frame instead');
    const properties = this.#properties;
    if (properties === undefined) {
      throw unexpected(`expected content header for class ${BASIC_CLASS}, got non content header frame instead`);
    }
    if (this.#filled === 0 && end - start === this.#bodyBytes) {
      this.#finish(method, properties, bytes.subarray(start, end));
    } else this.#gather(method, properties, bytes, start, end);
  }

  #gather(method: PublishMethod, properties: Buffer, bytes: Buffer, start: number, end: number): void {
    if (end - start > this.#bodyBytes - this.#filled) {
      throw unexpected(`content body of ${this.#bodyBytes} bytes is announced, more has come`);
    }
    if (this.#body.length === 0) this.#allocate();
    bytes.copy(this.#body, this.#filled, start, end);
    this.#filled += end - start;
    if (this.#filled === this.#bodyBytes) this.#finish(method, properties, this.#body);
  }

  #allocate(): void {
    const session = this.#session;
    const bytesMax = ASSEMBLING_MESSAGES_MAX * session.services.settings.messageBytesMax;
    if (session.assemblingBytes + this.#bodyBytes > bytesMax) {
      throw new AmqpError(ReplyCode.RESOURCE_ERROR, `more than ${bytesMax} bytes of incomplete messages`);
    }
    session.assemblingBytes += this.#bodyBytes;
    // A part of this content's properties would keep the whole chunk that they came in.
    this.#properties = Buffer.from(this.#properties ?? NO_BODY);
    this.#body = Buffer.allocUnsafeSlow(this.#bodyBytes);
  }

  #finish(method: PublishMethod, properties: Buffer, body: Buffer): void {
    this.reset();
    this.#complete(method, properties, body);
  }

  /** Forgets what has come of an incomplete content. */
  reset(): void {
    this.#session.assemblingBytes -= this.#body.length;
    this.#method = undefined;
    this.#properties = undefined;
    this.#body = NO_BODY;
    this.#bodyBytes = 0;
    this.#filled = 0;
  }
}

function unexpected(text: string): AmqpError {
  return new AmqpError(ReplyCode.UNEXPECTED_FRAME, text, 'basic.publish');
}
