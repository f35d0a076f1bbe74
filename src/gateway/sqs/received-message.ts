/** Messages as receivers see them: body and attributes, those that were asked for, and the handle to delete them with. */
import { hash } from 'node:crypto';
import { sqsFromMessage } from '../../message/sqs-from-message.ts';
import type { SqsProperties } from '../../message/sqs-properties.ts';
import type { Received } from '../../queue/polling.ts';
import { md5OfAttributes, md5OfBody } from './message-digest.ts';
import type { InputOf, OutputOf } from './protocol/operations.ts';
import type { SqsQueue } from './queue-view.ts';
import { type AttributeFilter, newAttributeFilter, selectAttributes } from './rules/attribute-filter.ts';
import type { SqsServices } from './services.ts';

export type ShownMessage = NonNullable<OutputOf<'ReceiveMessage'>['Messages']>[number];

/** What a receiver asked for. */
export interface Wanted {
  readonly attributes: AttributeFilter | undefined;
  readonly systemAttributes: AttributeFilter | undefined;
}

const SEQUENCE_DIGITS = 20;

export function wantedOf(input: InputOf<'ReceiveMessage'>): Wanted {
  const { AttributeNames = [], MessageSystemAttributeNames = [], MessageAttributeNames } = input;
  return {
    attributes: newAttributeFilter(MessageAttributeNames),
    systemAttributes: newAttributeFilter([...AttributeNames, ...MessageSystemAttributeNames]),
  };
}

export function sequenceNumber(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, '0');
}

export function shownMessage(services: SqsServices, queue: SqsQueue, received: Received, wanted: Wanted): ShownMessage {
  const { id: messageId, message, receives: receiveCount } = received;
  const { properties, body } = sqsFromMessage(message, () => derivedId(queue, messageId));
  const attributes = selectAttributes(properties.attributes, wanted.attributes);
  return {
    MessageId: properties.messageId,
    ReceiptHandle: services.receipts.encode({ queueId: queue.id, messageId, receiveCount }),
    MD5OfBody: properties.bodyMd5 ?? md5OfBody(body),
    Body: body.toString(),
    Attributes: systemAttributes(services, queue, received, properties, wanted.systemAttributes),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    MessageAttributes: attributes,
  };
}

function systemAttributes(
  { views }: SqsServices,
  queue: SqsQueue,
  { message, receives, firstReceivedAtMs, sequence }: Received,
  properties: SqsProperties,
  filter: AttributeFilter | undefined,
): ReadonlyMap<string, string> | undefined {
  if (filter === undefined) return undefined;
  const { senderId, deduplicationId, messageGroupId, traceHeader, deadLetterSource } = properties;
  const shown = new Map<string, string>();
  const show = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && filter(name)) shown.set(name, String(value));
  };
  show('SenderId', senderId);
  show('SentTimestamp', Math.floor(message.enqueuedAtMs));
  show('ApproximateReceiveCount', receives);
  show('ApproximateFirstReceiveTimestamp', Math.floor(firstReceivedAtMs));
  show('SequenceNumber', queue.fifo === undefined ? undefined : sequenceNumber(sequence));
  show('MessageDeduplicationId', deduplicationId);
  show('MessageGroupId', messageGroupId);
  show('AWSTraceHeader', traceHeader);
  show('DeadLetterQueueSourceArn', deadLetterSource === undefined ? undefined : views.arnOf(deadLetterSource));
  return shown.size === 0 ? undefined : shown;
}

/** The id of a message that was not given one: the same whenever it is received. A UUID of version 8. */
function derivedId({ id }: SqsQueue, messageId: number): string {
  const hex = hash('sha256', `${id} ${messageId}`);
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
