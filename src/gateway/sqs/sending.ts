/** One checked message into its queue, alone or as an entry of a batch. */
import { uuidV4 } from '../../base/random.ts';
import type { Message } from '../../message/message.ts';
import { encodeSqsProperties } from '../../message/sqs-properties.ts';
import type { Call } from './call.ts';
import { md5OfAttributes, md5OfBody } from './message-digest.ts';
import type { SqsQueue } from './queue-view.ts';
import { sequenceNumber } from './received-message.ts';
import type { MessageAttributes } from './rules/message-attributes.ts';
import type { CheckedMessage, SendInput } from './rules/send.ts';

const MS_PER_SECOND = 1000;

export interface SentMessage {
  readonly MessageId: string;
  readonly MD5OfMessageBody: string;
  readonly MD5OfMessageAttributes: string | undefined;
  readonly MD5OfMessageSystemAttributes: string | undefined;
  /** Of FIFO queues. */
  readonly SequenceNumber: string | undefined;
}

export function sendTo(call: Call, queue: SqsQueue, input: SendInput, checked: CheckedMessage): SentMessage {
  const { services } = call;
  const publicId = uuidV4(services.random);
  const delayMs = delaySecondsOf(queue, input) * MS_PER_SECOND;
  const options = { delayMs, publicId };
  const key = deduplicationKey(queue, input, checked);
  const bodyMd5 = md5OfBody(checked.body);
  const sent = services.queues.send(
    queue.id,
    messageOf(call, queue, input, checked, { publicId, bodyMd5 }),
    key === undefined ? options : { ...options, deduplicationKey: key },
  );
  return {
    MessageId: sent.publicId,
    MD5OfMessageBody: bodyMd5,
    MD5OfMessageAttributes: md5OfAttributes(input.MessageAttributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(input.MessageSystemAttributes),
    SequenceNumber: queue.fifo === undefined ? undefined : sequenceNumber(sent.sequence),
  };
}

/** A message of a FIFO queue cannot have a delay of its own; another can also say that it has none. */
function delaySecondsOf(queue: SqsQueue, { DelaySeconds }: SendInput): number {
  return queue.fifo === undefined && DelaySeconds !== undefined ? DelaySeconds : queue.settings.delaySeconds;
}

/** Ids have no spaces in them, so that no two pairs are one key. */
function deduplicationKey(queue: SqsQueue, input: SendInput, { deduplicationId }: CheckedMessage): string | undefined {
  if (queue.fifo !== 'messageGroup' || deduplicationId === undefined) return deduplicationId;
  return `${input.MessageGroupId} ${deduplicationId}`;
}

function messageOf(
  { caller, services }: Call,
  queue: SqsQueue,
  input: SendInput,
  { body, deduplicationId }: CheckedMessage,
  { publicId, bodyMd5 }: { readonly publicId: string; readonly bodyMd5: string },
): Message {
  const properties = encodeSqsProperties({
    messageId: publicId,
    senderId: caller.principal?.senderId ?? services.settings.accountId,
    attributes: someOf(input.MessageAttributes),
    messageGroupId: input.MessageGroupId,
    deduplicationId,
    traceHeader: input.MessageSystemAttributes?.get('AWSTraceHeader')?.StringValue,
    deadLetterSource: undefined,
    bodyMd5,
  });
  return {
    origin: 'sqs',
    exchange: '',
    routingKey: queue.name,
    properties,
    body,
    persistent: true,
    priority: 0,
    ttlMs: undefined,
  };
}

function someOf(attributes: MessageAttributes | undefined): MessageAttributes | undefined {
  return attributes?.size === 0 ? undefined : attributes;
}
