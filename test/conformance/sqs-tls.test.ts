/** SDKs of AWS, unmodified, over TLS: they are told whose certificates are good, and take nobody else's. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { AUTHORITY } from '../support/certificates.ts';
import { freePort } from '../support/child.ts';
import { runChecks } from '../support/clients-checks.ts';
import { pythonSuites, pythonWithQueryClients, pythonWithSqsClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';
import { awsEnvironment, startSqsBroker } from '../support/sqs-broker.ts';
import { tlsFiles } from '../support/tls-files.ts';

const TIME_LIMIT_MS = 150_000;
const SUITE = join(pythonSuites, 'boto3_suite.py');

interface Secured {
  readonly url: string;
  /** Path of the certificate of the authority. */
  readonly authority: string;
}

/** Undefined where a broker is found by address: that has no such certificate. */
async function startSecured(t: TestContext): Promise<Secured | undefined> {
  const { certificate, key, authority } = await tlsFiles(t);
  const port = await freePort();
  const args = ['--sqs-tls-port', `${port}`, '--sqs-tls-certificate', certificate, '--sqs-tls-key', key];
  const { isOwned } = await startSqsBroker(t, args);
  if (isOwned) return { url: `https://localhost:${port}`, authority };
  t.skip('a broker found by address has certificates of its own');
  return undefined;
}

function clientOf(t: TestContext, endpoint: string, requestHandler: SQSClientConfig['requestHandler']): SQSClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const options = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const client = new SQSClient(requestHandler === undefined ? options : { ...options, requestHandler });
  t.after(() => client.destroy());
  return client;
}

test('AWS SDK for JavaScript over TLS', { timeout: TIME_LIMIT_MS }, async (t) => {
  const secured = await startSecured(t);
  if (secured === undefined) return;
  const client = clientOf(t, secured.url, { httpsAgent: { ca: AUTHORITY } });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'secured' }));
  assert.ok(QueueUrl.startsWith(`${secured.url}/`), QueueUrl);
  const waiting = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'é'.repeat(100_000) }));
  const { Messages = [] } = await waiting;
  assert.equal(Messages[0]?.Body, 'é'.repeat(100_000));
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
  const stranger = clientOf(t, secured.url, undefined);
  await assert.rejects(stranger.send(new ListQueuesCommand({})), /unable to verify the first certificate/);
});

async function boto3(t: TestContext, python: () => Promise<string>): Promise<void> {
  if (!requireRuntime(t, 'python3')) return;
  const command = await python();
  const secured = await startSecured(t);
  if (secured === undefined) return;
  await runChecks(t, {
    command,
    args: [SUITE, secured.url, '0'],
    env: { ...awsEnvironment(secured.url), AWS_CA_BUNDLE: secured.authority },
    timeLimitMs: TIME_LIMIT_MS,
  });
}

test('boto3 over TLS', (t) => boto3(t, pythonWithSqsClients));
test('boto3 that speaks Query over TLS', (t) => boto3(t, pythonWithQueryClients));
