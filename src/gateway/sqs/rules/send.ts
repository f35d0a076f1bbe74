/**
 * Everything that a message must fulfil before it is sent, alone or in a batch: its body, its attributes, its size, and the
 * parameters that only one kind of queue knows.
 */

import { contentDeduplicationId } from '../message-digest.ts';
import { AwsError, invalidParameter, missingParameter } from '../protocol/aws-error.ts';
import type { InputOf } from '../protocol/operations.ts';
import { hasIllegalCharacters } from '../protocol/text.ts';
import { checkBatchEntries } from './batch.ts';
import { checkMessageAttributes, checkMessageSystemAttributes, messageAttributesBytes } from './message-attributes.ts';
import { checkDelaySeconds, checkId, NOT_FOR_THIS_QUEUE } from './parameters.ts';
import type { QueueSettings } from './queue-settings.ts';

export type SendInput = Omit<InputOf<'SendMessage'>, 'QueueUrl'>;
export type SendEntry = InputOf<'SendMessageBatch'>['Entries'][number];
export type SendRules = Pick<QueueSettings, 'fifo' | 'contentBasedDeduplication' | 'maximumMessageBytes'>;

export interface CheckedMessage {
  readonly body: Buffer;
  /** Of FIFO queues: the given one, or that of the content. */
  readonly deduplicationId: string | undefined;
}

const BATCH_BYTES_MAX = 1_048_576;
const ENTRY = 'SendMessageBatchRequestEntry';

/** Throws `AwsError`. */
export function checkSendMessage(input: SendInput, queue: SendRules): CheckedMessage {
  if (queue.fifo && !input.MessageGroupId) throw missingParameter('MessageGroupId');
  return checkMessage(input, Buffer.from(input.MessageBody), queue, 'MessageBody');
}

/** One result per entry: what is checked, or why that entry fails. Throws `AwsError` for what fails the whole batch. */
export function checkSendMessageBatch(
  entries: readonly SendEntry[],
  queue: SendRules,
): readonly (CheckedMessage | AwsError)[] {
  checkBatchEntries(entries, ENTRY);
  if (queue.fifo) checkFifoBatch(entries, queue);
  const bodies = entries.map((entry) => Buffer.from(entry.MessageBody));
  checkBatchBytes(entries, bodies);
  return entries.map((entry, i) => {
    try {
      return checkMessage(entry, bodies[i] ?? Buffer.alloc(0), queue, `${ENTRY}.${i + 1}.MessageBody`);
    } catch (error) {
      if (error instanceof AwsError) return error;
      throw error;
    }
  });
}

function checkMessage(input: SendInput, body: Buffer, queue: SendRules, bodyName: string): CheckedMessage {
  if (body.length === 0) throw missingParameter(bodyName);
  if (body.length + messageAttributesBytes(input.MessageAttributes) > queue.maximumMessageBytes) {
    const reason = `Message must be shorter than ${queue.maximumMessageBytes} bytes.`;
    throw invalid(`One or more parameters are invalid. Reason: ${reason}`);
  }
  if (hasIllegalCharacters(input.MessageBody)) throw new AwsError('InvalidMessageContents');
  checkMessageAttributes(input.MessageAttributes);
  checkMessageSystemAttributes(input.MessageSystemAttributes);
  checkDelaySeconds(input.DelaySeconds, queue.fifo);
  checkId(input.MessageGroupId, 'MessageGroupId');
  return { body, deduplicationId: deduplicationIdOf(input, body, queue) };
}

function deduplicationIdOf(input: SendInput, body: Buffer, queue: SendRules): string | undefined {
  const { MessageDeduplicationId: given } = input;
  checkId(given, 'MessageDeduplicationId');
  if (!queue.fifo) {
    if (given === undefined) return undefined;
    throw invalidParameter(given, 'MessageDeduplicationId', NOT_FOR_THIS_QUEUE);
  }
  if (given !== undefined) return given;
  if (!queue.contentBasedDeduplication) throw lacksDeduplicationId();
  return contentDeduplicationId(body);
}

function checkFifoBatch(entries: readonly SendEntry[], queue: SendRules): void {
  for (const { MessageGroupId, MessageDeduplicationId } of entries) {
    // Unlike that of a single message, this one is an invalid value.
    if (!MessageGroupId) throw invalid('The request must contain the parameter MessageGroupId.');
    if (MessageDeduplicationId === undefined && !queue.contentBasedDeduplication) throw lacksDeduplicationId();
  }
}

function checkBatchBytes(entries: readonly SendEntry[], bodies: readonly Buffer[]): void {
  let bytes = 0;
  for (const body of bodies) bytes += body.length;
  for (const { MessageAttributes } of entries) bytes += messageAttributesBytes(MessageAttributes);
  if (bytes <= BATCH_BYTES_MAX) return;
  throw new AwsError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${bytes} bytes.`,
  );
}

function lacksDeduplicationId(): AwsError {
  return invalid(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function invalid(text: string): AwsError {
  return new AwsError('InvalidParameterValueException', text);
}
