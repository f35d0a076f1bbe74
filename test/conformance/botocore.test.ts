/**
 * The SQS byte layer against botocore, without a broker: the model that it was generated from, the requests that it writes,
 * the signatures that it makes, and the answers that it reads.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AwsError } from '../../src/gateway/sqs/protocol/aws-error.ts';
import type { AnyOperation } from '../../src/gateway/sqs/protocol/operation.ts';
import { type Action, OPERATIONS } from '../../src/gateway/sqs/protocol/operations.ts';
import type { ShapeSpec } from '../../src/gateway/sqs/protocol/shape.ts';
import { decodeRequest, encodeError, encodeResult, type Wire, wireOf } from '../../src/gateway/sqs/protocol/wire.ts';
import { SigV4Verifier } from '../../src/security/sigv4/verifier.ts';
import { runClient } from '../support/clients-process.ts';
import { pythonSuites, pythonWithSqsClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';

const TIME_LIMIT_MS = 60_000;
const REQUEST_ID = '9b8c7a6e-0000-4000-8000-000000000001';
const WIRE: Wire = { protocol: 'json', queryErrors: true };

interface Written {
  readonly action: Action;
  readonly input: object;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Signed {
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface ModelOperation {
  readonly output: { readonly required?: readonly string[] } | null;
}

interface Report {
  readonly model: Record<string, ModelOperation>;
  readonly written: readonly Written[];
  readonly signed: readonly Signed[];
  readonly signedAtMs: number;
  readonly read: readonly object[];
}

const message = {
  MessageId: 'm',
  Body: 'a"\\\r\n\u0001é😀',
  Attributes: new Map([['SenderId', 's']]),
  MessageAttributes: new Map([['b', { DataType: 'Binary', BinaryValue: Buffer.from([0xff]) }]]),
};
const FAILED = { Id: 'b', SenderFault: true, Code: 'C', Message: 'M' };

/** Answers of ours, and what a client must read in them. */
const ANSWERS: [action: Action, answer: ReturnType<typeof encodeResult>, read: object][] = [
  ['GetQueueUrl', encodeResult(WIRE, 'GetQueueUrl', { QueueUrl: 'u' }, REQUEST_ID), { QueueUrl: 'u' }],
  ['DeleteMessage', encodeResult(WIRE, 'DeleteMessage', undefined, REQUEST_ID), {}],
  ['ReceiveMessage', encodeResult(WIRE, 'ReceiveMessage', {}, REQUEST_ID), {}],
  [
    'ReceiveMessage',
    encodeResult(WIRE, 'ReceiveMessage', { Messages: [message] }, REQUEST_ID),
    {
      Messages: [
        {
          MessageId: 'm',
          Body: message.Body,
          Attributes: { SenderId: 's' },
          MessageAttributes: { b: { DataType: 'Binary', BinaryValue: '/w==' } },
        },
      ],
    },
  ],
  [
    'DeleteMessageBatch',
    encodeResult(WIRE, 'DeleteMessageBatch', { Successful: [{ Id: 'a' }], Failed: [FAILED] }, REQUEST_ID),
    { Successful: [{ Id: 'a' }], Failed: [FAILED] },
  ],
  [
    'CancelMessageMoveTask',
    encodeResult(WIRE, 'CancelMessageMoveTask', { ApproximateNumberOfMessagesMoved: 2 ** 40 }, REQUEST_ID),
    { ApproximateNumberOfMessagesMoved: 2 ** 40 },
  ],
  [
    'SendMessage',
    encodeError(WIRE, new AwsError('QueueDoesNotExist'), REQUEST_ID),
    {
      Error: {
        Code: 'AWS.SimpleQueueService.NonExistentQueue',
        QueryErrorCode: 'QueueDoesNotExist',
        Message: 'The specified queue does not exist.',
        Type: 'Sender',
      },
    },
  ],
];

/** A shape of ours as the suite describes those of the model. Encryption of numbers apart: it has one kind of them. */
function describeShape(shape: ShapeSpec): unknown {
  switch (shape.kind) {
    case 'list':
      return { list: describeShape(shape.element) };
    case 'map':
      return { map: describeShape(shape.value) };
    case 'structure': {
      const required = shape.members.filter(({ presence }) => presence !== 'optional').map(({ name }) => name);
      return {
        structure: Object.fromEntries(shape.members.map(({ name, shape: inner }) => [name, describeShape(inner)])),
        required: required.sort(),
      };
    }
    default:
      return shape.kind;
  }
}

/** The model says that the answer to a batch has both of its lists. That of the service has those with entries. */
function asAnswered(model: ModelOperation | undefined): object {
  const { output = null, ...operation } = model ?? {};
  const required = output?.required?.filter((name) => name !== 'Successful' && name !== 'Failed');
  return { ...operation, output: output && { ...output, required } };
}

function describeOperation({ input, output, errors }: AnyOperation): object {
  return {
    input: describeShape(input),
    output: output === undefined ? null : describeShape(output),
    errors: [...errors].sort(),
  };
}

/** As JSON has it: without undefined members, with maps as objects and blobs as base64. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(members.map(([name, item]) => [name, plain(item)]));
}

async function reportOf(answers: object): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'trilog-botocore-'));
  try {
    const file = join(directory, 'answers.json');
    writeFileSync(file, JSON.stringify(answers));
    const suite = join(pythonSuites, 'botocore_suite.py');
    const lines = await runClient(await pythonWithSqsClients(), [suite, file], { timeLimitMs: TIME_LIMIT_MS });
    return JSON.parse(lines.join('\n')) as Report;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('botocore', async (t) => {
  if (!requireRuntime(t, 'python3')) return;
  const report = await reportOf(ANSWERS.map(([action, answer]) => ({ action, ...answer })));

  await t.test('every operation has the shapes and errors of the model', () => {
    assert.deepEqual(Object.keys(OPERATIONS).sort(), Object.keys(report.model).sort());
    for (const [action, operation] of Object.entries(OPERATIONS)) {
      assert.deepEqual(describeOperation(operation), asAnswered(report.model[action]), action);
    }
  });

  await t.test('what it writes is understood', () => {
    for (const { action, input, headers, body } of report.written) {
      const request = { method: 'POST', target: '/', headers, body: Buffer.from(body) };
      const decoded = decodeRequest(wireOf(headers), request);
      assert.equal(decoded.action, action);
      assert.deepEqual(plain(decoded.input), input);
    }
  });

  await t.test('what it signs is accepted, in headers and presigned', () => {
    const settings = { service: 'sqs', region: 'eu-west-1', clockSkewMs: 0 };
    const verifier = new SigV4Verifier(settings, () => 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
    assert.ok(report.signed.some(({ target }) => target.includes('X-Amz-Signature')));
    for (const { method, target, headers, body } of report.signed) {
      const request = { method, target, headers, body: Buffer.from(body) };
      const { accessKeyId, sessionToken } = verifier.verify(request, report.signedAtMs);
      assert.deepEqual([accessKeyId, sessionToken], ['AKIDEXAMPLE', 'token/+=']);
      assert.throws(() => verifier.verify({ ...request, body: Buffer.from(`${body} `) }, report.signedAtMs));
    }
  });

  await t.test('it reads in answers what was meant', () => {
    for (const [i, [action, , read]] of ANSWERS.entries()) assert.deepEqual(report.read[i], read, action);
  });
});
