/**
 * Cuts what arrives on a connection into requests. A body that came in one piece with its head is a slice of the input, unless it
 * has to stay; any other is gathered. Chunks are looked at until `keep` is called, and no longer.
 */
import { BodyBuffer } from './body-buffer.ts';
import { ChunkedBody } from './chunked-body.ts';
import { parseHead, type RequestHead } from './head.ts';
import { HttpError } from './http-error.ts';
import type { HttpRequest } from './message.ts';

export interface ReaderLimits {
  readonly headBytesMax: number;
  readonly bodyBytesMax: number;
  /** Bodies outlive `keep`. */
  readonly bodiesStay?: boolean;
}

export interface ReadRequest extends HttpRequest {
  readonly keepAlive: boolean;
  readonly isOld: boolean;
}

/** Told of a head whose body has not come yet, or is too large; false: nothing behind the head is wanted any more. */
type WantsBody = (head: RequestHead) => boolean;

const NONE = Buffer.alloc(0);
const CR = 0x0d;
const LF = 0x0a;
const HEAD_END = '\r\n\r\n';

export class RequestReader {
  readonly #limits: ReaderLimits;
  readonly #wantsBody: WantsBody | undefined;
  /** What was pushed and is not cut yet, from `#at` on. */
  #input: Buffer = NONE;
  #at = 0;
  #isKept = true;
  /** Where the end of the head was looked for in vain so far, from `#at` on. */
  #searched = 0;
  /** Of the request whose body is still to come. */
  #head: RequestHead | undefined;
  #body: BodyBuffer | undefined;
  #chunks: ChunkedBody | undefined;
  #owesContinue = false;

  constructor(limits: ReaderLimits, wantsBody?: WantsBody) {
    this.#limits = limits;
    this.#wantsBody = wantsBody;
  }

  /** Of a request that is not complete, or of the next ones. */
  get hasBegun(): boolean {
    return this.#head !== undefined || this.#at < this.#input.length;
  }

  /** What is in memory here and was not handed out, after `keep`. */
  get heldBytes(): number {
    return this.#input.length + (this.#body?.memoryBytes ?? this.#chunks?.buffer.memoryBytes ?? 0);
  }

  /** True once after a head whose client waits for a word before it sends the body. */
  takeContinue(): boolean {
    const owes = this.#owesContinue;
    this.#owesContinue = false;
    return owes;
  }

  /** `chunk` must stay as it is until `keep`. */
  push(chunk: Buffer): void {
    const rest = this.#input.length - this.#at;
    this.#input = rest === 0 ? chunk : Buffer.concat([this.#input.subarray(this.#at), chunk]);
    this.#at = 0;
    this.#isKept = false;
  }

  /** Takes a copy of what is not cut yet: the chunk may be used for something else. */
  keep(): void {
    if (this.#isKept && this.#at === 0) return;
    this.#isKept = true;
    this.#input = this.#at === this.#input.length ? NONE : Buffer.from(this.#input.subarray(this.#at));
    this.#at = 0;
  }

  /** The next whole request; undefined if it has not arrived yet. Throws `HttpError`, and must not be used any more then. */
  next(): ReadRequest | undefined {
    if (this.#head === undefined && !this.#readHead()) return undefined;
    const head = this.#head as RequestHead;
    const body = this.#readBody(head);
    if (body === undefined) return undefined;
    this.#head = undefined;
    this.#body = undefined;
    this.#chunks = undefined;
    this.#owesContinue = false;
    const { method, target, headers, keepAlive, isOld } = head;
    return { method, target, headers, body, keepAlive, isOld };
  }

  #readHead(): boolean {
    const input = this.#input;
    // Empty lines before a request are forgiven (RFC 9112 §2.2).
    while (this.#searched === 0 && input[this.#at] === CR && input[this.#at + 1] === LF) this.#at += 2;
    const end = input.indexOf(HEAD_END, this.#at + this.#searched, 'latin1');
    const length = (end === -1 ? input.length : end) - this.#at;
    const { headBytesMax, bodyBytesMax } = this.#limits;
    if (length > headBytesMax)
      throw new HttpError(431, `The head of the request is longer than ${headBytesMax} bytes.`);
    if (end === -1) {
      this.#searched = Math.max(0, length - HEAD_END.length + 1);
      return false;
    }
    this.#searched = 0;
    const head = parseHead(input.toString('latin1', this.#at, end));
    this.#at = end + HEAD_END.length;
    if (this.#bodyIsMissing(head) && this.#wantsBody?.(head) === false) return false;
    if (head.contentLength !== undefined && head.contentLength > bodyBytesMax) {
      throw new HttpError(413, 'The body of the request is too large.', head.headers);
    }
    this.#head = head;
    this.#owesContinue = head.expectsContinue;
    return true;
  }

  /** Not here in whole, or more than there may be. */
  #bodyIsMissing({ contentLength }: RequestHead): boolean {
    const hereBytes = this.#input.length - this.#at;
    return contentLength === undefined || contentLength > Math.min(hereBytes, this.#limits.bodyBytesMax);
  }

  #readBody({ contentLength, headers }: RequestHead): Buffer | undefined {
    if (contentLength === undefined) return this.#readChunks(headers);
    const input = this.#input;
    if (this.#body === undefined && input.length - this.#at >= contentLength) {
      const body = input.subarray(this.#at, this.#at + contentLength);
      this.#at += contentLength;
      return this.#limits.bodiesStay ? Buffer.from(body) : body;
    }
    this.#body ??= new BodyBuffer(contentLength);
    const to = Math.min(input.length, this.#at + contentLength - this.#body.length);
    this.#body.add(input, this.#at, to);
    this.#at = to;
    return this.#body.length === contentLength ? this.#body.bytes : undefined;
  }

  #readChunks(headers: RequestHead['headers']): Buffer | undefined {
    this.#chunks ??= new ChunkedBody(this.#limits.bodyBytesMax);
    try {
      this.#at = this.#chunks.take(this.#input, this.#at);
    } catch (error) {
      throw error instanceof HttpError ? new HttpError(error.status, error.message, headers) : error;
    }
    return this.#chunks.isDone ? this.#chunks.buffer.bytes : undefined;
  }
}
