/**
 * A body in chunks (RFC 9112 §7.1). Extensions of chunks and trailers are read and forgotten. What is not exactly as it must be
 * is refused; so is more than a body may have.
 */
import { BodyBuffer } from './body-buffer.ts';
import { HttpError } from './http-error.ts';

type State = 'size' | 'data' | 'data end' | 'trailer' | 'done';

const LINE_BYTES_MAX = 1024;
const TRAILERS_BYTES_MAX = 8 * 1024;
const SIZE = /^([0-9a-f]{1,8})[ \t]*(;[\t\x20-\x7e\x80-\xff]*)?$/i;
const TRAILER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/;
const CR = 0x0d;
const LF = 0x0a;

export class ChunkedBody {
  readonly buffer: BodyBuffer;
  readonly #bytesMax: number;
  #state: State = 'size';
  /** Of the chunk that has begun. */
  #missing = 0;
  /** Of a line that has begun, one character a byte. */
  #line = '';
  #trailersBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.buffer = new BodyBuffer(bytesMax);
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Takes what it can of `input` from `from` on, and says how far. Throws `HttpError`. */
  take(input: Buffer, from: number): number {
    let at = from;
    while (at < input.length && this.#state !== 'done') {
      at = this.#state === 'data' ? this.#takeData(input, at) : this.#takeLine(input, at);
    }
    return at;
  }

  #takeData(input: Buffer, from: number): number {
    const to = Math.min(from + this.#missing, input.length);
    this.buffer.add(input, from, to);
    this.#missing -= to - from;
    if (this.#missing === 0) this.#state = 'data end';
    return to;
  }

  #takeLine(input: Buffer, from: number): number {
    const end = input.indexOf(LF, from);
    const to = end === -1 ? input.length : end;
    if (this.#line.length + to - from > LINE_BYTES_MAX) throw malformed();
    this.#line += input.toString('latin1', from, to);
    if (end === -1) return to;
    const line = this.#line;
    this.#line = '';
    if (line.charCodeAt(line.length - 1) !== CR) throw malformed();
    this.#lineEnded(line.slice(0, -1));
    return end + 1;
  }

  #lineEnded(line: string): void {
    if (this.#state === 'size') this.#sizeKnown(line);
    else if (this.#state === 'data end') {
      if (line !== '') throw malformed();
      this.#state = 'size';
    } else if (line === '') this.#state = 'done';
    else {
      this.#trailersBytes += line.length;
      if (this.#trailersBytes > TRAILERS_BYTES_MAX)
        throw new HttpError(431, 'The trailers of the request are too long.');
      if (!TRAILER.test(line)) throw malformed();
    }
  }

  #sizeKnown(line: string): void {
    const size = Number.parseInt(SIZE.exec(line)?.[1] ?? '', 16);
    if (Number.isNaN(size)) throw malformed();
    if (this.buffer.length + size > this.#bytesMax) throw new HttpError(413, 'The body of the request is too large.');
    this.#missing = size;
    this.#state = size === 0 ? 'trailer' : 'data';
  }
}

function malformed(): HttpError {
  return new HttpError(400, 'The chunks of the body are not well formed.');
}
