/** Operations on queues themselves: their life, their attributes, their tags, who may use them. */
import { ANY_OPERATION, command, operation, QUEUE_OPERATION } from '../operation.ts';
import { integer, list, orEmpty, required, string } from '../shape.ts';
import { attributes, queueUrl, queueUrls, tags } from './shapes.ts';

export const QUEUE_OPERATIONS = {
  CreateQueue: operation({
    input: { QueueName: orEmpty(string()), Attributes: attributes(), tags: tags() },
    output: { QueueUrl: string() },
    errors: [
      ...ANY_OPERATION,
      'QueueDeletedRecently',
      'QueueNameExists',
      'InvalidAttributeName',
      'InvalidAttributeValue',
    ],
  }),

  DeleteQueue: command({ input: { QueueUrl: queueUrl() }, errors: QUEUE_OPERATION }),

  PurgeQueue: command({ input: { QueueUrl: queueUrl() }, errors: [...QUEUE_OPERATION, 'PurgeQueueInProgress'] }),

  GetQueueUrl: operation({
    input: { QueueName: orEmpty(string()), QueueOwnerAWSAccountId: string() },
    output: { QueueUrl: string() },
    errors: QUEUE_OPERATION,
  }),

  ListQueues: operation({
    input: { QueueNamePrefix: string(), NextToken: string(), MaxResults: integer() },
    output: { QueueUrls: queueUrls(), NextToken: string() },
    errors: ANY_OPERATION,
  }),

  ListDeadLetterSourceQueues: operation({
    input: { QueueUrl: queueUrl(), NextToken: string(), MaxResults: integer() },
    output: { queueUrls: required(queueUrls()), NextToken: string() },
    errors: QUEUE_OPERATION,
  }),

  GetQueueAttributes: operation({
    input: { QueueUrl: queueUrl(), AttributeNames: list('AttributeName', string()) },
    output: { Attributes: attributes() },
    errors: [...QUEUE_OPERATION, 'InvalidAttributeName'],
  }),

  SetQueueAttributes: command({
    input: { QueueUrl: queueUrl(), Attributes: required(attributes(), 'Attribute.Name') },
    errors: [...QUEUE_OPERATION, 'InvalidAttributeName', 'InvalidAttributeValue', 'OverLimit'],
  }),

  ListQueueTags: operation({
    input: { QueueUrl: queueUrl() },
    output: { Tags: tags() },
    errors: QUEUE_OPERATION,
  }),

  TagQueue: command({ input: { QueueUrl: queueUrl(), Tags: required(tags()) }, errors: QUEUE_OPERATION }),

  UntagQueue: command({
    input: { QueueUrl: queueUrl(), TagKeys: required(list('TagKey', string())) },
    errors: QUEUE_OPERATION,
  }),

  AddPermission: command({
    input: {
      QueueUrl: queueUrl(),
      Label: required(string()),
      AWSAccountIds: required(list('AWSAccountId', string())),
      Actions: required(list('ActionName', string()), 'ActionName'),
    },
    errors: [...QUEUE_OPERATION, 'OverLimit'],
  }),

  RemovePermission: command({
    input: { QueueUrl: queueUrl(), Label: required(string()) },
    errors: QUEUE_OPERATION,
  }),
} as const;
