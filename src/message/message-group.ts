/**
 * The message group that FIFO queues keep in order: of SQS messages what they say, of AMQP messages the header `MessageGroupId`, if
 * it is text that SQS takes for one: 1 to 128 letters, digits and punctuation. FIFO queues ask for it of every message: headers without such a name are not decoded.
 */
import { PropertiesReader } from './amqp-properties-reader.ts';
import type { Message } from './message.ts';
import { GROUP_HEADER, isSqsId } from './sqs-names.ts';
import { groupOfSqsProperties } from './sqs-properties.ts';

const GROUP_HEADER_BYTES = Buffer.from(GROUP_HEADER);
const reader = new PropertiesReader();

/** '' if it has none. @param message its property bytes have been checked */
export function messageGroupOf({ origin, properties }: Message): string {
  switch (origin) {
    case 'sqs':
      return groupOfSqsProperties(properties);
    case 'amqp': {
      if (properties.length <= GROUP_HEADER.length || !properties.includes(GROUP_HEADER_BYTES)) return '';
      const group = reader.read(properties).headers?.get(GROUP_HEADER);
      return group?.type === 'longstr' && isSqsId(group.value) ? group.value : '';
    }
    default:
      return '';
  }
}
