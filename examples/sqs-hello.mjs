// node examples/sqs-hello.mjs [host:port]        (npm install @aws-sdk/client-sqs)
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

const sqs = new SQSClient({
  endpoint: `http://${process.argv[2] ?? '127.0.0.1:9324'}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});

const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'greetings-jobs' }));
const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
console.log(`sent ${sent.MessageId}, and on the disk`);

const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
for (const { Body, ReceiptHandle } of Messages) {
  console.log(`received ${Body}`);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
}
