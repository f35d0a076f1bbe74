/**
 * Looks into the property bytes of a message without decoding them: `read` checks everything and notes where each property
 * is, the getters decode one. It allocates nothing, so one reader serves every message that passes.
 *
 * Flags that AMQP 0-9-1 leaves undefined are refused: their properties could not be skipped. Short strings need not be
 * UTF-8 here, as the bytes are passed on as they came; a getter gives replacement characters then.
 */
import { DecodeError } from '../base/schema/errors.ts';
import {
  type BasicProperties,
  FLAGS_BYTES,
  flagOf,
  NO_PROPERTIES,
  PROPERTY_KINDS,
  PROPERTY_NAMES,
  type PropertyKind,
} from './amqp-properties.ts';
import type { FieldTable } from './field-table.ts';
import { checkFieldTable, decodeFieldTable } from './field-table-codec.ts';

const INDEX = Object.fromEntries(PROPERTY_NAMES.map((name, i) => [name, i])) as Record<keyof BasicProperties, number>;
const KINDS: readonly PropertyKind[] = PROPERTY_NAMES.map((name) => PROPERTY_KINDS[name]);
const KNOWN_FLAGS = PROPERTY_NAMES.reduce((flags, _, i) => flags | flagOf(i), 0);
const LENGTH_BYTES = 4;

export class PropertiesReader implements BasicProperties {
  #bytes: Buffer = NO_PROPERTIES;
  #flags = 0;
  /** By index: where a property that is there starts, and where it ends. */
  readonly #starts = new Int32Array(PROPERTY_NAMES.length);
  readonly #ends = new Int32Array(PROPERTY_NAMES.length);

  /** The getters speak of these bytes from now on. Throws `DecodeError`, and the reader is of no use until the next call. */
  read(properties: Buffer): this {
    const end = properties.length;
    if (end < FLAGS_BYTES) throw new DecodeError('a content header ends before its property flags');
    const flags = properties.readUInt16BE(0);
    if ((flags & ~KNOWN_FLAGS) !== 0)
      throw new DecodeError(`property flags ${flags.toString(2)} are not those of AMQP 0-9-1`);
    let at = FLAGS_BYTES;
    for (let rest = flags; rest !== 0; ) {
      const index = Math.clz32(rest) - 16;
      rest &= ~flagOf(index);
      this.#starts[index] = at;
      at = propertyEnd(properties, at, end, index);
      this.#ends[index] = at;
    }
    if (at !== end) throw new DecodeError(`${end - at} bytes follow the last property`);
    this.#bytes = properties;
    this.#flags = flags;
    return this;
  }

  get contentType(): string | undefined {
    return this.#shortstr(INDEX.contentType);
  }

  get contentEncoding(): string | undefined {
    return this.#shortstr(INDEX.contentEncoding);
  }

  /** Decodes all of them at each call. */
  get headers(): FieldTable | undefined {
    if (!this.#has(INDEX.headers)) return undefined;
    const start = (this.#starts[INDEX.headers] ?? 0) + LENGTH_BYTES;
    return decodeFieldTable(this.#bytes, start, this.#ends[INDEX.headers] ?? 0);
  }

  get hasHeaders(): boolean {
    return this.#has(INDEX.headers);
  }

  get deliveryMode(): number | undefined {
    return this.#octet(INDEX.deliveryMode);
  }

  get priority(): number | undefined {
    return this.#octet(INDEX.priority);
  }

  get correlationId(): string | undefined {
    return this.#shortstr(INDEX.correlationId);
  }

  get replyTo(): string | undefined {
    return this.#shortstr(INDEX.replyTo);
  }

  get expiration(): string | undefined {
    return this.#shortstr(INDEX.expiration);
  }

  get messageId(): string | undefined {
    return this.#shortstr(INDEX.messageId);
  }

  get timestamp(): bigint | undefined {
    if (!this.#has(INDEX.timestamp)) return undefined;
    return this.#bytes.readBigUInt64BE(this.#starts[INDEX.timestamp] ?? 0);
  }

  get type(): string | undefined {
    return this.#shortstr(INDEX.type);
  }

  get userId(): string | undefined {
    return this.#shortstr(INDEX.userId);
  }

  get appId(): string | undefined {
    return this.#shortstr(INDEX.appId);
  }

  get clusterId(): string | undefined {
    return this.#shortstr(INDEX.clusterId);
  }

  /** The property as it came, by its index in `PROPERTY_NAMES`; undefined if it is absent. */
  bytesAt(index: number): Buffer | undefined {
    return this.#has(index) ? this.#bytes.subarray(this.#starts[index], this.#ends[index]) : undefined;
  }

  #has(index: number): boolean {
    return (this.#flags & flagOf(index)) !== 0;
  }

  #octet(index: number): number | undefined {
    return this.#has(index) ? this.#bytes[this.#starts[index] ?? 0] : undefined;
  }

  #shortstr(index: number): string | undefined {
    if (!this.#has(index)) return undefined;
    return this.#bytes.toString('utf8', (this.#starts[index] ?? 0) + 1, this.#ends[index]);
  }
}

/** Where the property ends that starts at `at`. */
function propertyEnd(bytes: Buffer, at: number, end: number, index: number): number {
  let to = at;
  switch (KINDS[index]) {
    case 'shortstr':
      to = at + 1 + (bytes[at] ?? 0);
      break;
    case 'octet':
      to = at + 1;
      break;
    case 'timestamp':
      to = at + 8;
      break;
    case 'table':
      if (LENGTH_BYTES > end - at) throw truncated(index);
      to = at + LENGTH_BYTES + bytes.readUInt32BE(at);
      if (to > end) throw truncated(index);
      checkFieldTable(bytes, at + LENGTH_BYTES, to);
  }
  if (to > end) throw truncated(index);
  return to;
}

function truncated(index: number): DecodeError {
  return new DecodeError(`a content header ends before its property ${PROPERTY_NAMES[index]} does`);
}
