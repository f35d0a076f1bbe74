/** A whole node in memory, asked by a client of SQS that speaks JSON; time stands still unless tests let it pass. */
import assert from 'node:assert/strict';
import { TestNode } from '../../fuzz/node.ts';
import type { Answer } from '../../support/http-answers.ts';
import { HttpClientEnd } from '../../support/http-client-end.ts';
import { AmqpClient } from '../amqp/amqp-client.ts';
import { type Refusal, refusalOf } from './world.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
type Body = any;

export interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

export class SqsNode {
  readonly node: TestNode;

  private constructor(node: TestNode) {
    this.node = node;
  }

  static async start(seed = 3, flags: Readonly<Record<string, string>> = {}): Promise<SqsNode> {
    return new SqsNode(await TestNode.start(seed, flags));
  }

  /** A request on its way; each has a connection of its own. */
  send(action: string, input: object): HttpClientEnd {
    const body = Buffer.from(JSON.stringify(input));
    const client = new HttpClientEnd((transport) => this.node.running.sqs.accept(transport));
    const type = 'content-type: application/x-amz-json-1.0';
    const head = `POST / HTTP/1.1\r\nhost: localhost:9324\r\n${type}\r\nx-amz-target: AmazonSQS.${action}\r\n`;
    client.send(`${head}content-length: ${body.length}\r\n\r\n`, body);
    return client;
  }

  async ask(action: string, input: object): Promise<Answer> {
    const client = this.send(action, input);
    let answers: Answer[] = [];
    await this.node.scheduler.settle(() => {
      answers = [...answers, ...client.answers()];
      return answers.length > 0;
    });
    const [answer] = answers;
    assert.ok(answer !== undefined, `${action} is answered`);
    client.hangUp();
    return answer;
  }

  async ok(action: string, input: object): Promise<Body> {
    const { status, body } = await this.ask(action, input);
    assert.equal(status, 200, body);
    return JSON.parse(body);
  }

  async refused(action: string, input: object): Promise<Refusal> {
    return refusalOf(await this.ask(action, input));
  }

  async create(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
    const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {};
    return (await this.ok('CreateQueue', { QueueName: name, Attributes: { ...fifo, ...attributes } })).QueueUrl;
  }

  async sendAll(url: string, bodies: readonly string[], more: object = {}): Promise<void> {
    for (const MessageBody of bodies) await this.ok('SendMessage', { QueueUrl: url, MessageBody, ...more });
  }

  async receive(url: string, more: object = {}): Promise<readonly Message[]> {
    const input = { QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: ['All'], ...more };
    return (await this.ok('ReceiveMessage', input)).Messages ?? [];
  }

  /** The bodies of what can be received, which is deleted. */
  async drain(url: string): Promise<string[]> {
    const bodies: string[] = [];
    for (let batch = await this.receive(url); batch.length > 0; batch = await this.receive(url)) {
      for (const { Body: body, ReceiptHandle } of batch) {
        bodies.push(body);
        await this.ok('DeleteMessage', { QueueUrl: url, ReceiptHandle });
      }
    }
    return bodies;
  }

  advance(ms: number): Promise<void> {
    return this.node.scheduler.advance(ms);
  }

  async amqp(): Promise<AmqpClient> {
    const client = new AmqpClient(this.node.scheduler, (transport) => this.node.amqp.accept(transport));
    await client.open();
    await client.openChannel(1);
    return client;
  }
}

export function bodies(messages: readonly Message[]): string[] {
  return messages.map(({ Body: body }) => body);
}
