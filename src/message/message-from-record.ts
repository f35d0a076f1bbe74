/**
 * Kafka records as AMQP messages (`docs/conversions.md`): what `record-from-message.ts` wrote comes back as it was, and a record of a
 * Kafka client becomes a message that AMQP clients can read. What AMQP has no place for is left out, and counted in a header: names
 * longer than 255 bytes, and headers beyond what fits into one frame.
 */
import { isUtf8 } from 'node:buffer';
import type { RecordReader } from '../record/record-reader.ts';
import type { Message } from './message.ts';
import { MessageTemplate, type StreamPlace } from './message-template.ts';
import { SHORTSTR_BYTES_MAX } from './shortstr.ts';

const NOTHING: Buffer = Buffer.alloc(0);

/** Remembers what it did last: consecutive records mostly have the same headers and key. */
export class MessageDecoder {
  readonly #place: StreamPlace | undefined;
  #template: MessageTemplate | undefined;
  #key: Buffer = NOTHING;
  #routingKey = '';

  /** @param place given for messages that a stream delivers */
  constructor(place?: StreamPlace) {
    this.#place = place;
  }

  /** The body is a view of the record's value. Throws DomainError `record_invalid`. */
  decode(record: RecordReader): Message {
    const routingKey = this.#routingKeyOf(record.key);
    const template = this.#templateOf(record, routingKey === undefined);
    const { exchange, persistent, priority, ttlMs } = template;
    return {
      origin: 'amqp',
      exchange,
      routingKey: routingKey ?? '',
      properties: template.filledIn(record),
      body: record.value ?? NOTHING,
      persistent,
      priority,
      ttlMs,
    };
  }

  /** Undefined if the key can't be one. */
  #routingKeyOf(key: Buffer | null): string | undefined {
    if (key === null) return '';
    if (key.length === 0 || key.length > SHORTSTR_BYTES_MAX) return undefined;
    if (!key.equals(this.#key)) {
      if (!isUtf8(key)) return undefined;
      this.#key = Buffer.from(key);
      this.#routingKey = key.toString();
    }
    return this.#routingKey;
  }

  #templateOf(record: RecordReader, isKeyLost: boolean): MessageTemplate {
    if (isKeyLost || record.value === null || record.timestampMs < 0) {
      return new MessageTemplate(record, isKeyLost, this.#place);
    }
    if (this.#template?.headerBytes.equals(record.headerBytes) !== true) {
      this.#template = new MessageTemplate(record, false, this.#place);
    }
    return this.#template;
  }
}
