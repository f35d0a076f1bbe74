/**
 * What the broker must know of the properties of a message that a client publishes, and the property bytes that are kept. Most
 * messages of a channel have the same properties as the one before them: those are looked at once.
 *
 * Refuses properties that are malformed (DecodeError), an expiration that is no time, and CC or BCC that are no list; what in it is no text
 * is passed over, as in RabbitMQ.
 * BCC is taken out, as nobody may see it, and so is what says which queue a message was moved from, as only the broker knows. An x-death
 * that a client made is put where nothing takes it for the broker's.
 */
import { rewriteProperties } from '../../message/amqp-properties-codec.ts';
import { PropertiesReader } from '../../message/amqp-properties-reader.ts';
import { mayHaveSource, withoutSourceHeader } from '../../message/dead-letter-source.ts';
import { isBrokersDeath } from '../../message/death-headers.ts';
import type { FieldTable, FieldValue } from '../../message/field-table.ts';
import { typeName } from '../../message/field-text.ts';
import { withoutBrokersMark } from './deaths.ts';
import { REPLY_TO } from './direct-replies.ts';
import { AmqpError } from './errors.ts';
import { parseExpiration } from './expiration.ts';
import { ReplyCode } from './protocol/reply-codes.ts';

export interface PublishedProperties {
  /** As they are kept. */
  readonly kept: Buffer;
  readonly persistent: boolean;
  readonly priority: number;
  readonly ttlMs: number | undefined;
  readonly userId: string | undefined;
  /** From CC and BCC. */
  readonly moreKeys: readonly string[];
  /** The client asks for direct replies; its name for them must take the place of reply-to. */
  readonly wantsDirectReply: boolean;
}

const PERSISTENT = 2;
const NO_KEYS: readonly string[] = [];
/** Contained in both CC and BCC. */
const COPIES = Buffer.from('CC');
const DEATH = Buffer.from('x-death');

const reader = new PropertiesReader();

export class PropertiesInspector {
  #bytes: Buffer | undefined;
  #found: PublishedProperties | undefined;

  /** Looks only once at the same buffer twice in a row. @throws DecodeError, AmqpError */
  inspect(properties: Buffer): PublishedProperties {
    if (this.#found !== undefined && this.#bytes === properties) return this.#found;
    this.#found = inspect(properties);
    this.#bytes = properties;
    return this.#found;
  }
}

function inspect(bytes: Buffer): PublishedProperties {
  const { deliveryMode, priority, expiration, userId, replyTo, hasHeaders } = reader.read(bytes);
  const mayMatter = hasHeaders && (bytes.includes(COPIES) || bytes.includes(DEATH) || mayHaveSource(bytes));
  const { kept, moreKeys } = mayMatter ? withHeadersInspected(bytes) : { kept: bytes, moreKeys: NO_KEYS };
  return {
    kept,
    persistent: deliveryMode === PERSISTENT,
    priority: priority ?? 0,
    ttlMs: expiration === undefined ? undefined : parseExpiration(expiration),
    userId,
    moreKeys,
    wantsDirectReply: replyTo === REPLY_TO,
  };
}

function withHeadersInspected(bytes: Buffer): { kept: Buffer; moreKeys: readonly string[] } {
  const headers = reader.headers ?? new Map<string, FieldValue>();
  const copied = keysOf(headers, 'CC');
  const hidden = keysOf(headers, 'BCC');
  let kept: FieldTable = withoutSourceHeader(headers);
  if (headers.has('BCC')) kept = new Map([...kept].filter(([name]) => name !== 'BCC'));
  if (isBrokersDeath(kept)) kept = withoutBrokersMark(kept);
  return {
    kept: kept === headers ? bytes : rewriteProperties(bytes, { headers: kept }),
    moreKeys: [...copied, ...hidden],
  };
}

function keysOf(headers: FieldTable, name: 'CC' | 'BCC'): string[] {
  const value = headers.get(name);
  if (value === undefined) return [];
  if (value.type !== 'array') throw unacceptable(name, value);
  return value.value.flatMap((key) => (key.type === 'longstr' ? [key.value] : []));
}

function unacceptable(name: string, value: FieldValue): AmqpError {
  const text = `invalid message: header '${name}' must be an array, it has a value of type '${typeName(value)}'`;
  return new AmqpError(ReplyCode.PRECONDITION_FAILED, text);
}
