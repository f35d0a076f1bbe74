/** Requests of SQS in JSON as bytes, and what loads want of the answers. */

const bodyBytes = 1024;
const BODY = 'x'.repeat(bodyBytes);

export function request(action: string, input: object | string): string {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  return [
    'POST / HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/x-amz-json-1.0',
    `X-Amz-Target: AmazonSQS.${action}`,
    'User-Agent: bench',
    // Peers want a signature to be there, whatever it is.
    'X-Amz-Date: 20260101T000000Z',
    'Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

export interface SendOptions {
  readonly queueUrl: string;
  readonly batch: number;
  /** Of a FIFO queue. */
  readonly groups?: number;
}

let unique = 0;

function fifoOf(groups: number | undefined): object {
  if (groups === undefined) return {};
  unique += 1;
  return { MessageGroupId: `g${unique % groups}`, MessageDeduplicationId: `d${unique}` };
}

/** Makes the next request of a sender; the same one again where no message differs from another. */
export function sendRequests({ queueUrl, batch, groups }: SendOptions): () => string {
  const make = () => {
    if (batch === 1) return request('SendMessage', { QueueUrl: queueUrl, MessageBody: BODY, ...fifoOf(groups) });
    const entry = (Id: string) => ({ Id, MessageBody: BODY, ...fifoOf(groups) });
    const Entries = Array.from({ length: batch }, (_, i) => entry(`e${i}`));
    return request('SendMessageBatch', { QueueUrl: queueUrl, Entries });
  };
  if (groups !== undefined) return make;
  const same = make();
  return () => same;
}

export function receiveRequest(queueUrl: string, max: number, visibilitySeconds: number): string {
  return request('ReceiveMessage', {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: max,
    VisibilityTimeout: visibilitySeconds,
    WaitTimeSeconds: 0,
  });
}

export function deleteRequest(queueUrl: string, handles: readonly string[]): string {
  const [handle] = handles;
  if (handles.length === 1) return request('DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle: handle });
  const Entries = handles.map((ReceiptHandle, i) => ({ Id: `e${i}`, ReceiptHandle }));
  return request('DeleteMessageBatch', { QueueUrl: queueUrl, Entries });
}

export function handlesOf(body: string): string[] {
  const { Messages = [] } = JSON.parse(body) as { Messages?: { ReceiptHandle: string }[] };
  return Messages.map(({ ReceiptHandle }) => ReceiptHandle);
}
