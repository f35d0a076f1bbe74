/**
 * Says in a message which queue it was moved from, unless it says so already: the first one counts; and takes it back. Messages are moved
 * to the queue that is said here, so nobody but the broker may say it: it is taken out of what others publish, where that comes in.
 */
import { rewriteProperties } from './amqp-properties-codec.ts';
import { PropertiesReader } from './amqp-properties-reader.ts';
import { EMPTY_TABLE, type FieldTable } from './field-table.ts';
import type { Message } from './message.ts';
import { SOURCE_HEADER } from './sqs-names.ts';
import { decodeSqsProperties, encodeSqsProperties } from './sqs-properties.ts';

const reader = new PropertiesReader();

/** The property bytes of `message`, with the name of that queue. */
export function withDeadLetterSource({ origin, properties }: Message, queue: string): Buffer {
  switch (origin) {
    case 'sqs': {
      const decoded = decodeSqsProperties(properties);
      if (decoded.deadLetterSource !== undefined) return properties;
      return encodeSqsProperties({ ...decoded, deadLetterSource: queue });
    }
    case 'amqp': {
      const { headers = EMPTY_TABLE } = reader.read(properties);
      if (headers.has(SOURCE_HEADER)) return properties;
      const written = new Map([...headers, [SOURCE_HEADER, { type: 'longstr', value: queue }] as const]);
      return rewriteProperties(properties, { headers: written });
    }
    default:
      return properties;
  }
}

const NAME = Buffer.from(SOURCE_HEADER);

/** Whether there may be such a header in property bytes of AMQP; mostly there is none. */
export function mayHaveSource(properties: Buffer): boolean {
  return properties.includes(NAME);
}

/** The headers of whoever publishes; the same table if there is nothing to take out. */
export function withoutSourceHeader(headers: FieldTable): FieldTable {
  if (!headers.has(SOURCE_HEADER)) return headers;
  return new Map([...headers].filter(([name]) => name !== SOURCE_HEADER));
}

/** The property bytes of `message`, which is back where it came from, or elsewhere for good. */
export function withoutDeadLetterSource({ origin, properties }: Message): Buffer {
  switch (origin) {
    case 'sqs':
      return encodeSqsProperties({ ...decodeSqsProperties(properties), deadLetterSource: undefined });
    case 'amqp': {
      const { headers = EMPTY_TABLE } = reader.read(properties);
      const kept = withoutSourceHeader(headers);
      return kept === headers ? properties : rewriteProperties(properties, { headers: kept });
    }
    default:
      return properties;
  }
}
