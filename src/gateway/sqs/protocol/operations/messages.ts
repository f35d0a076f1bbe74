/**
 * Operations on messages. What an entry of a batch lacks besides its `Id` fails that entry and not the request, which is why
 * it decodes to the empty string.
 */
import { command, KMS_ERRORS, operation, QUEUE_OPERATION } from '../operation.ts';
import { batch, integer, list, map, orEmpty, required, string, structure } from '../shape.ts';
import {
  doneEntries,
  failedEntries,
  messageAttributes,
  messageAttributeValue,
  messageSystemAttributes,
  queueUrl,
} from './shapes.ts';

const BATCH_ERRORS = [
  ...QUEUE_OPERATION,
  'TooManyEntriesInBatchRequest',
  'EmptyBatchRequest',
  'BatchEntryIdsNotDistinct',
  'InvalidBatchEntryId',
] as const;

/** What a message is sent with besides its body. */
const sendOptions = () => ({
  DelaySeconds: integer(),
  MessageAttributes: messageAttributes(),
  MessageSystemAttributes: messageSystemAttributes(),
  MessageDeduplicationId: string(),
  MessageGroupId: string(),
});

const received = () =>
  structure({
    MessageId: string(),
    ReceiptHandle: string(),
    MD5OfBody: string(),
    Body: string(),
    Attributes: map('Attribute', ['Name', 'Value'], string()),
    MD5OfMessageAttributes: string(),
    MessageAttributes: map('MessageAttribute', ['Name', 'Value'], messageAttributeValue()),
  });

export const MESSAGE_OPERATIONS = {
  SendMessage: operation({
    input: { QueueUrl: queueUrl(), MessageBody: required(string()), ...sendOptions() },
    output: {
      MD5OfMessageBody: string(),
      MD5OfMessageAttributes: string(),
      MD5OfMessageSystemAttributes: string(),
      MessageId: string(),
      SequenceNumber: string(),
    },
    errors: [...QUEUE_OPERATION, ...KMS_ERRORS, 'InvalidMessageContents'],
  }),

  SendMessageBatch: operation({
    input: {
      QueueUrl: queueUrl(),
      Entries: required(
        batch(
          'SendMessageBatchRequestEntry',
          structure({ Id: required(string()), MessageBody: orEmpty(string()), ...sendOptions() }),
        ),
      ),
    },
    output: {
      Successful: list(
        'SendMessageBatchResultEntry',
        structure({
          Id: required(string()),
          MessageId: required(string()),
          MD5OfMessageBody: required(string()),
          MD5OfMessageAttributes: string(),
          MD5OfMessageSystemAttributes: string(),
          SequenceNumber: string(),
        }),
      ),
      Failed: failedEntries(),
    },
    errors: [...BATCH_ERRORS, ...KMS_ERRORS, 'BatchRequestTooLong'],
  }),

  ReceiveMessage: operation({
    input: {
      QueueUrl: queueUrl(),
      AttributeNames: list('AttributeName', string()),
      MessageSystemAttributeNames: list('MessageSystemAttributeName', string()),
      MessageAttributeNames: list('MessageAttributeName', string()),
      MaxNumberOfMessages: integer(),
      VisibilityTimeout: integer(),
      WaitTimeSeconds: integer(),
      ReceiveRequestAttemptId: string(),
    },
    output: { Messages: list('Message', received()) },
    errors: [...QUEUE_OPERATION, ...KMS_ERRORS, 'OverLimit'],
  }),

  DeleteMessage: command({
    input: { QueueUrl: queueUrl(), ReceiptHandle: required(string()) },
    errors: [...QUEUE_OPERATION, 'InvalidIdFormat', 'ReceiptHandleIsInvalid'],
  }),

  DeleteMessageBatch: operation({
    input: {
      QueueUrl: queueUrl(),
      Entries: required(
        batch(
          'DeleteMessageBatchRequestEntry',
          structure({ Id: required(string()), ReceiptHandle: orEmpty(string()) }),
        ),
      ),
    },
    output: { Successful: doneEntries('DeleteMessageBatchResultEntry'), Failed: failedEntries() },
    errors: BATCH_ERRORS,
  }),

  ChangeMessageVisibility: command({
    input: {
      QueueUrl: queueUrl(),
      ReceiptHandle: required(string()),
      VisibilityTimeout: required(integer()),
    },
    errors: [...QUEUE_OPERATION, 'MessageNotInflight', 'ReceiptHandleIsInvalid'],
  }),

  ChangeMessageVisibilityBatch: operation({
    input: {
      QueueUrl: queueUrl(),
      Entries: required(
        batch(
          'ChangeMessageVisibilityBatchRequestEntry',
          structure({ Id: required(string()), ReceiptHandle: orEmpty(string()), VisibilityTimeout: integer() }),
        ),
      ),
    },
    output: { Successful: doneEntries('ChangeMessageVisibilityBatchResultEntry'), Failed: failedEntries() },
    errors: BATCH_ERRORS,
  }),
} as const;
