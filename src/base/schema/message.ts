/**
 * A message: a schema with its versions, and the encode and decode functions compiled from it at first use.
 * The caller checks the version against `versions` before it decodes what a peer sent; another version here is our bug.
 */
import { assert } from '../assert.ts';
import { compileDecoder, type Decoder } from './compile-decoder.ts';
import { compileEncoder, type Encoder } from './compile-encoder.ts';
import { decodeRuntime } from './decode-runtime.ts';
import { DecodeError } from './errors.ts';
import { type NamedFieldSpec, namedFields, type Shape, type ShapeIn, type ShapeOut } from './field.ts';
import type { VersionRange } from './source.ts';
import type { Writer } from './writer.ts';

export interface MessageOptions {
  readonly apiKey?: number;
  /** First and last version, both included. */
  readonly versions: readonly [number, number];
  /** First version with compact lengths and tagged fields (KIP-482); none if left out. */
  readonly flexible?: number;
}

export class Message<Out, In> {
  readonly apiKey: number | undefined;
  readonly #range: VersionRange;
  #decoder: Decoder | undefined;
  #encoder: Encoder | undefined;

  constructor(
    options: MessageOptions,
    readonly fields: readonly NamedFieldSpec[],
  ) {
    this.apiKey = options.apiKey;
    const [min, max] = options.versions;
    this.#range = { min, max, flexible: options.flexible ?? Number.POSITIVE_INFINITY };
  }

  get minVersion(): number {
    return this.#range.min;
  }

  get maxVersion(): number {
    return this.#range.max;
  }

  supports(version: number): boolean {
    return version >= this.#range.min && version <= this.#range.max;
  }

  isFlexible(version: number): boolean {
    return version >= this.#range.flexible;
  }

  /** Decodes exactly the bytes in `[start, end)`. Slices in the result share the buffer's memory. Throws `DecodeError`. */
  decode(buffer: Buffer, start: number, end: number, version: number): Out {
    const value = this.#decodeAt(buffer, start, end, version);
    const rest = end - decodeRuntime.cursor.position;
    if (rest !== 0) throw new DecodeError(`${rest} bytes follow the end of the message`);
    return value;
  }

  /** Decodes at `start` what may be followed by more before `end`; also tells where it ended. */
  decodePrefix(buffer: Buffer, start: number, end: number, version: number): { value: Out; end: number } {
    const value = this.#decodeAt(buffer, start, end, version);
    return { value, end: decodeRuntime.cursor.position };
  }

  /** Appends the message to what the writer has begun. Throws `EncodeError`. */
  encode(writer: Writer, value: In, version: number): void {
    this.#checkVersion(version);
    this.#encoder ??= compileEncoder(this.fields, this.#range);
    this.#encoder(writer, value, version);
  }

  #decodeAt(buffer: Buffer, start: number, end: number, version: number): Out {
    this.#checkVersion(version);
    assert(start >= 0 && start <= end && end <= buffer.length, 'the range lies within the buffer');
    this.#decoder ??= compileDecoder(this.fields, this.#range);
    return this.#decoder(buffer, start, end, version) as Out;
  }

  #checkVersion(version: number): void {
    const { min, max } = this.#range;
    assert(version >= min && version <= max, 'the version is one that the message has');
  }
}

export function message<S extends Shape>(options: MessageOptions, shape: S): Message<ShapeOut<S>, ShapeIn<S>> {
  return new Message(options, namedFields(shape));
}

/** What decoding gives. */
export type Infer<M> = M extends Message<infer Out, infer _In> ? Out : never;
/** What encoding takes. */
export type Input<M> = M extends Message<infer _Out, infer In> ? In : never;
