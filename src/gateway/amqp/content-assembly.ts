/**
 * Puts content together on one channel: a method, its header, and as many bytes of body as the header announced
 * (AMQP 0-9-1 §4.2.6). A body of one frame stays the slice that came; one of several is copied once, into a buffer of the
 * announced size. Frames out of this order are errors of the connection.
 *
 * Bounds: the size of a body, and what bodies of one connection may announce together before they are complete.
 */
import { AmqpError } from './errors.ts';
import { BASIC_CLASS } from './protocol/constants.ts';
import { CONTENT_HEADER_BYTES, contentBodySize, contentClass } from './protocol/content-header.ts';
import type { DecodedMethod } from './protocol/methods.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import type { Session } from './session.ts';

export type PublishMethod = DecodedMethod<'basic.publish'>;

/** `[start, end)` of `bytes` are the properties. */
export type TakeContent = (method: PublishMethod, bytes: Buffer, start: number, end: number, body: Buffer) => void;

/** So many largest messages may be on their way at once, on different channels. */
const ASSEMBLING_MESSAGES_MAX = 8;
const NO_BYTES = Buffer.alloc(0);

export class ContentAssembly {
  readonly #session: Session;
  readonly #complete: TakeContent;
  #method: PublishMethod | undefined;
  /** Where the properties are. */
  #properties: Buffer = NO_BYTES;
  #propertiesStart = 0;
  /** 0: the header has not come. */
  #propertiesEnd = 0;
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
    const awaited = this.#propertiesEnd === 0 ? 'header' : 'body';
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
    if (this.#propertiesEnd !== 0) throw unexpected('expected content body, got non content body frame instead');
    const bodySize = contentBodySize(bytes, start, end);
    const classId = contentClass(bytes, start);
    if (classId !== BASIC_CLASS) {
      throw unexpected(`expected content header for class ${BASIC_CLASS}, got one for class ${classId} instead`);
    }
    this.#checkSize(bodySize);
    this.#properties = bytes;
    this.#propertiesStart = start + CONTENT_HEADER_BYTES;
    this.#propertiesEnd = end;
    this.#bodyBytes = bodySize;
    if (bodySize === 0) this.#finish(method, NO_BYTES);
  }

  #checkSize(bodySize: number): void {
    const { messageBytesMax } = this.#session.services.settings;
    if (bodySize <= messageBytesMax) return;
    const text = `message size ${bodySize} is larger than configured max size ${messageBytesMax}`;
    throw new AmqpError(ReplyCode.PRECONDITION_FAILED, text, 'basic.publish');
  }

  /** `[start, end)` is the payload of a body frame. */
  body(bytes: Buffer, start: number, end: number): void {
    const method = this.#method;
    if (method === undefined) throw unexpected('expected method frame, got non method frame instead');
    if (this.#propertiesEnd === 0) {
      throw unexpected(`expected content header for class ${BASIC_CLASS}, got non content header frame instead`);
    }
    if (this.#filled === 0 && end - start === this.#bodyBytes) this.#finish(method, bytes.subarray(start, end));
    else this.#gather(method, bytes, start, end);
  }

  #gather(method: PublishMethod, bytes: Buffer, start: number, end: number): void {
    if (end - start > this.#bodyBytes - this.#filled) {
      throw unexpected(`content body of ${this.#bodyBytes} bytes is announced, more has come`);
    }
    if (this.#body.length === 0) this.#allocate();
    bytes.copy(this.#body, this.#filled, start, end);
    this.#filled += end - start;
    if (this.#filled === this.#bodyBytes) this.#finish(method, this.#body);
  }

  #allocate(): void {
    const session = this.#session;
    const bytesMax = ASSEMBLING_MESSAGES_MAX * session.services.settings.messageBytesMax;
    if (session.assemblingBytes + this.#bodyBytes > bytesMax) {
      throw new AmqpError(ReplyCode.RESOURCE_ERROR, `more than ${bytesMax} bytes of incomplete messages`);
    }
    session.assemblingBytes += this.#bodyBytes;
    // Until the body is complete the properties would keep the whole chunk that they came in.
    this.#properties = Buffer.from(this.#properties.subarray(this.#propertiesStart, this.#propertiesEnd));
    this.#propertiesStart = 0;
    this.#propertiesEnd = this.#properties.length;
    this.#body = Buffer.allocUnsafeSlow(this.#bodyBytes);
  }

  #finish(method: PublishMethod, body: Buffer): void {
    const properties = this.#properties;
    const start = this.#propertiesStart;
    const end = this.#propertiesEnd;
    this.reset();
    this.#complete(method, properties, start, end, body);
  }

  /** Forgets what has come of an incomplete content. */
  reset(): void {
    this.#session.assemblingBytes -= this.#body.length;
    this.#method = undefined;
    this.#properties = NO_BYTES;
    this.#propertiesEnd = 0;
    this.#body = NO_BYTES;
    this.#bodyBytes = 0;
    this.#filled = 0;
  }
}

function unexpected(text: string): AmqpError {
  return new AmqpError(ReplyCode.UNEXPECTED_FRAME, text, 'basic.publish');
}
