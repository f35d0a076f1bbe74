/**
 * The same requests in both protocols: the input as JSON, and the form that botocore 1.31.60 made of it, the last one that
 * spoke Query.
 */
import type { Action } from '../../../../src/gateway/sqs/protocol/operations.ts';

export interface GoldenRequest {
  readonly action: Action;
  readonly input: object;
  readonly form: string;
}

export const GOLDEN_REQUESTS: readonly GoldenRequest[] = [
  {
    action: 'AddPermission',
    input: { QueueUrl: 'http://h/0/q', Label: 'l', AWSAccountIds: ['1', '2'], Actions: ['SendMessage'] },
    form: 'Action=AddPermission&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&Label=l&AWSAccountId.1=1&AWSAccountId.2=2&ActionName.1=SendMessage',
  },
  {
    action: 'CancelMessageMoveTask',
    input: { TaskHandle: 'h' },
    form: 'Action=CancelMessageMoveTask&Version=2012-11-05&TaskHandle=h',
  },
  {
    action: 'ChangeMessageVisibility',
    input: { QueueUrl: 'http://h/0/q', ReceiptHandle: 'r', VisibilityTimeout: 0 },
    form: 'Action=ChangeMessageVisibility&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&ReceiptHandle=r&VisibilityTimeout=0',
  },
  {
    action: 'ChangeMessageVisibilityBatch',
    input: {
      QueueUrl: 'http://h/0/q',
      Entries: [
        { Id: 'a', ReceiptHandle: 'r', VisibilityTimeout: 5 },
        { Id: 'b', ReceiptHandle: 's' },
      ],
    },
    form: 'Action=ChangeMessageVisibilityBatch&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&ChangeMessageVisibilityBatchRequestEntry.1.Id=a&ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle=r&ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout=5&ChangeMessageVisibilityBatchRequestEntry.2.Id=b&ChangeMessageVisibilityBatchRequestEntry.2.ReceiptHandle=s',
  },
  {
    action: 'CreateQueue',
    input: { QueueName: 'q', Attributes: { DelaySeconds: '5', Policy: '{"a": 1}' }, tags: { k: 'v', empty: '' } },
    form: 'Action=CreateQueue&Version=2012-11-05&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Attribute.2.Name=Policy&Attribute.2.Value=%7B%22a%22%3A+1%7D&Tag.1.Key=k&Tag.1.Value=v&Tag.2.Key=empty&Tag.2.Value=',
  },
  {
    action: 'DeleteMessage',
    input: { QueueUrl: 'http://h/0/q', ReceiptHandle: 'r' },
    form: 'Action=DeleteMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&ReceiptHandle=r',
  },
  {
    action: 'DeleteMessageBatch',
    input: { QueueUrl: 'http://h/0/q', Entries: [{ Id: 'a', ReceiptHandle: 'r' }] },
    form: 'Action=DeleteMessageBatch&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&DeleteMessageBatchRequestEntry.1.Id=a&DeleteMessageBatchRequestEntry.1.ReceiptHandle=r',
  },
  {
    action: 'DeleteQueue',
    input: { QueueUrl: 'http://h/0/q' },
    form: 'Action=DeleteQueue&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq',
  },
  {
    action: 'GetQueueAttributes',
    input: { QueueUrl: 'http://h/0/q', AttributeNames: ['All', 'QueueArn'] },
    form: 'Action=GetQueueAttributes&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&AttributeName.1=All&AttributeName.2=QueueArn',
  },
  {
    action: 'GetQueueUrl',
    input: { QueueName: 'q', QueueOwnerAWSAccountId: '000000000000' },
    form: 'Action=GetQueueUrl&Version=2012-11-05&QueueName=q&QueueOwnerAWSAccountId=000000000000',
  },
  {
    action: 'ListDeadLetterSourceQueues',
    input: { QueueUrl: 'http://h/0/q', NextToken: 't', MaxResults: 7 },
    form: 'Action=ListDeadLetterSourceQueues&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&NextToken=t&MaxResults=7',
  },
  {
    action: 'ListMessageMoveTasks',
    input: { SourceArn: 'arn:aws:sqs:r:0:q', MaxResults: 3 },
    form: 'Action=ListMessageMoveTasks&Version=2012-11-05&SourceArn=arn%3Aaws%3Asqs%3Ar%3A0%3Aq&MaxResults=3',
  },
  {
    action: 'ListQueueTags',
    input: { QueueUrl: 'http://h/0/q' },
    form: 'Action=ListQueueTags&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq',
  },
  {
    action: 'ListQueues',
    input: { QueueNamePrefix: 'p', MaxResults: 10 },
    form: 'Action=ListQueues&Version=2012-11-05&QueueNamePrefix=p&MaxResults=10',
  },
  {
    action: 'ListQueues',
    input: {},
    form: 'Action=ListQueues&Version=2012-11-05',
  },
  {
    action: 'PurgeQueue',
    input: { QueueUrl: 'http://h/0/q' },
    form: 'Action=PurgeQueue&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq',
  },
  {
    action: 'ReceiveMessage',
    input: {
      QueueUrl: 'http://h/0/q',
      AttributeNames: ['All'],
      MessageAttributeNames: ['a.*', 'b'],
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      WaitTimeSeconds: 20,
      ReceiveRequestAttemptId: 'x',
    },
    form: 'Action=ReceiveMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&AttributeName.1=All&MessageAttributeName.1=a.%2A&MessageAttributeName.2=b&MaxNumberOfMessages=10&VisibilityTimeout=0&WaitTimeSeconds=20&ReceiveRequestAttemptId=x',
  },
  {
    action: 'RemovePermission',
    input: { QueueUrl: 'http://h/0/q', Label: 'l' },
    form: 'Action=RemovePermission&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&Label=l',
  },
  {
    action: 'SendMessage',
    input: {
      QueueUrl: 'http://h/0/q',
      MessageBody: 'a b+c&d=e%\r\n\té漢😀"<>',
      DelaySeconds: 3,
      MessageAttributes: {
        s: { StringValue: 'x y', DataType: 'String' },
        bin: { BinaryValue: 'AP8+Pw==', DataType: 'Binary.gif' },
      },
      MessageSystemAttributes: { AWSTraceHeader: { StringValue: 'Root=1', DataType: 'String' } },
      MessageDeduplicationId: 'd',
      MessageGroupId: 'g',
    },
    form: 'Action=SendMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&MessageBody=a+b%2Bc%26d%3De%25%0D%0A%09%C3%A9%E6%BC%A2%F0%9F%98%80%22%3C%3E&DelaySeconds=3&MessageAttribute.1.Name=s&MessageAttribute.1.Value.StringValue=x+y&MessageAttribute.1.Value.DataType=String&MessageAttribute.2.Name=bin&MessageAttribute.2.Value.BinaryValue=AP8%2BPw%3D%3D&MessageAttribute.2.Value.DataType=Binary.gif&MessageSystemAttribute.1.Name=AWSTraceHeader&MessageSystemAttribute.1.Value.StringValue=Root%3D1&MessageSystemAttribute.1.Value.DataType=String&MessageDeduplicationId=d&MessageGroupId=g',
  },
  {
    action: 'SendMessageBatch',
    input: {
      QueueUrl: 'http://h/0/q',
      Entries: [
        { Id: 'a', MessageBody: '1' },
        {
          Id: 'b',
          MessageBody: '2',
          DelaySeconds: 0,
          MessageAttributes: { n: { StringValue: '1e3', DataType: 'Number' } },
          MessageSystemAttributes: { AWSTraceHeader: { StringValue: 'Root=1', DataType: 'String' } },
          MessageGroupId: 'g',
        },
      ],
    },
    form: 'Action=SendMessageBatch&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=1&SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=2&SendMessageBatchRequestEntry.2.DelaySeconds=0&SendMessageBatchRequestEntry.2.MessageAttribute.1.Name=n&SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.StringValue=1e3&SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType=Number&SendMessageBatchRequestEntry.2.MessageSystemAttribute.1.Name=AWSTraceHeader&SendMessageBatchRequestEntry.2.MessageSystemAttribute.1.Value.StringValue=Root%3D1&SendMessageBatchRequestEntry.2.MessageSystemAttribute.1.Value.DataType=String&SendMessageBatchRequestEntry.2.MessageGroupId=g',
  },
  {
    action: 'SetQueueAttributes',
    input: { QueueUrl: 'http://h/0/q', Attributes: { VisibilityTimeout: '40' } },
    form: 'Action=SetQueueAttributes&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=40',
  },
  {
    action: 'StartMessageMoveTask',
    input: { SourceArn: 'arn:aws:sqs:r:0:q', DestinationArn: 'arn:aws:sqs:r:0:p', MaxNumberOfMessagesPerSecond: 500 },
    form: 'Action=StartMessageMoveTask&Version=2012-11-05&SourceArn=arn%3Aaws%3Asqs%3Ar%3A0%3Aq&DestinationArn=arn%3Aaws%3Asqs%3Ar%3A0%3Ap&MaxNumberOfMessagesPerSecond=500',
  },
  {
    action: 'TagQueue',
    input: { QueueUrl: 'http://h/0/q', Tags: { k: 'v' } },
    form: 'Action=TagQueue&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&Tag.1.Key=k&Tag.1.Value=v',
  },
  {
    action: 'UntagQueue',
    input: { QueueUrl: 'http://h/0/q', TagKeys: ['k', 'l'] },
    form: 'Action=UntagQueue&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F0%2Fq&TagKey.1=k&TagKey.2=l',
  },
];
