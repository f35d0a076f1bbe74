/** The SQS listeners of an embedded broker: plain and over TLS, both before the same queues. */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:https';
import { describe, it, type TestContext } from 'node:test';
import { type Broker, startTrilog, type TrilogOptions } from '../../src/server/embed.ts';
import { AUTHORITY } from '../support/certificates.ts';
import { connectSqs } from '../support/sqs-socket.ts';
import { tlsFiles } from '../support/tls-files.ts';

const PORTS = { 'kafka-port': 0, 'amqp-port': 0, 'sqs-port': 0, 'sqs-tls-port': 0, management: false };

async function start(t: TestContext, options: TrilogOptions = {}): Promise<Broker> {
  const broker = await startTrilog({ storage: 'memory', ...PORTS, ...options });
  t.after(() => broker.stop());
  return broker;
}

async function startWithTls(t: TestContext): Promise<Broker> {
  const { certificate, key } = await tlsFiles(t);
  return start(t, { 'sqs-tls-certificate': certificate, 'sqs-tls-key': key });
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Body = any;

/** A client of JSON over HTTPS that keeps its connection. */
class HttpsClient {
  readonly #agent: Agent;

  constructor(
    t: TestContext,
    readonly port: number,
    ca = AUTHORITY,
  ) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
    t.after(() => this.#agent.destroy());
  }

  ask(action: string, input: object): Promise<Body> {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` };
    const options = { host: 'localhost', port: this.port, method: 'POST', headers, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const asking = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      });
      asking.on('error', reject);
      asking.end(JSON.stringify(input));
    });
  }
}

describe('the SQS listeners', () => {
  it('are none over TLS without a certificate, or without SQS', async (t) => {
    assert.equal((await start(t)).sqsTlsAddress, undefined);
    const { certificate, key } = await tlsFiles(t);
    const off = await start(t, { sqs: false, 'sqs-tls-certificate': certificate, 'sqs-tls-key': key });
    assert.deepEqual([off.sqsAddress, off.sqsTlsAddress], [undefined, undefined]);
  });

  it('serve the same queues over TLS, large messages too, at addresses that say so', async (t) => {
    const { sqsAddress, sqsTlsAddress } = await startWithTls(t);
    const client = new HttpsClient(t, sqsTlsAddress?.port ?? 0);
    const { QueueUrl } = await client.ask('CreateQueue', { QueueName: 'q' });
    assert.equal(QueueUrl, `https://localhost:${sqsTlsAddress?.port}/000000000000/q`);
    const MessageBody = 'x'.repeat(1024 * 1024);
    await client.ask('SendMessage', { QueueUrl, MessageBody });
    const { Messages } = await client.ask('ReceiveMessage', { QueueUrl });
    assert.equal(Messages[0].Body, MessageBody);
    const plain = await connectSqs(sqsAddress?.port ?? 0);
    t.after(() => plain.close());
    await plain.ask('DeleteMessage', { QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle });
    const waiting = client.ask('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
    await plain.ask('SendMessage', { QueueUrl, MessageBody: 'late' });
    assert.equal((await waiting).Messages[0].Body, 'late');
  });

  it('are not taken for those of somebody else, and speak nothing else', async (t) => {
    const { sqsTlsAddress } = await startWithTls(t);
    const port = sqsTlsAddress?.port ?? 0;
    const stranger = new HttpsClient(t, port, Buffer.alloc(0));
    await assert.rejects(stranger.ask('ListQueues', {}), /unable to verify|unable to get local issuer|self-signed/);
    const plain = await connectSqs(port);
    t.after(() => plain.close());
    await assert.rejects(plain.call('GetQueueAttributes', { QueueUrl: 'q' }));
    assert.deepEqual(await new HttpsClient(t, port).ask('ListQueues', {}), {}, 'others are served');
  });

  it('refuse to start with half of what TLS needs, or what cannot be read', async () => {
    const options = { storage: 'memory', ...PORTS };
    assert.throws(() => startTrilog({ ...options, 'sqs-tls-key': 'k.pem' }), /sqs-tls-certificate and sqs-tls-key/);
    const unreadable = { ...options, 'sqs-tls-key': 'none.pem', 'sqs-tls-certificate': 'none.pem' };
    await assert.rejects(startTrilog(unreadable), /cannot read the TLS file none\.pem: ENOENT/);
  });
});
