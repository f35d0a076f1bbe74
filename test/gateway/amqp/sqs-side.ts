/** What an SQS client does on the node that AMQP clients are connected to. Requests are not signed; they come from this machine. */
import assert from 'node:assert/strict';
import type { TestNode } from '../../fuzz/node.ts';
import { HttpClientEnd } from '../../support/http-client-end.ts';

export interface SqsAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

export interface SqsMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, SqsAttribute>>;
}

export class SqsSide {
  readonly #node: TestNode;
  readonly #end: HttpClientEnd;

  constructor(node: TestNode) {
    this.#node = node;
    this.#end = new HttpClientEnd(node.running.sqs.accept);
  }

  async call<Output>(action: string, input: object): Promise<Output> {
    const body = JSON.stringify(input);
    const head = [
      'POST / HTTP/1.1',
      'host: localhost:9324',
      'content-type: application/x-amz-json-1.0',
      `x-amz-target: AmazonSQS.${action}`,
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    this.#end.send(`${head.join('\r\n')}\r\n\r\n${body}`);
    let answer = this.#end.answers()[0];
    await this.#node.scheduler.settle(() => {
      answer ??= this.#end.answers()[0];
      return answer !== undefined;
    });
    assert.equal(answer?.status, 200, `${action}: ${answer?.body}`);
    return JSON.parse(answer.body === '' ? '{}' : answer.body) as Output;
  }

  /** The id of the message. */
  async send(queue: string, body: string, more: object = {}): Promise<string> {
    const input = { QueueUrl: urlOf(queue), MessageBody: body, ...more };
    return (await this.call<{ MessageId: string }>('SendMessage', input)).MessageId;
  }

  /** With all attributes. */
  async receive(queue: string): Promise<SqsMessage[]> {
    const input = {
      QueueUrl: urlOf(queue),
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    };
    return (await this.call<{ Messages?: SqsMessage[] }>('ReceiveMessage', input)).Messages ?? [];
  }
}

function urlOf(queue: string): string {
  return `http://localhost:9324/000000000000/${queue}`;
}
