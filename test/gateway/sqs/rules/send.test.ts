import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { AwsError } from '../../../../src/gateway/sqs/protocol/aws-error.ts';
import type { ErrorKind } from '../../../../src/gateway/sqs/protocol/errors.ts';
import type { SqsRequest } from '../../../../src/gateway/sqs/protocol/operations.ts';
import { checkBatchEntries, failedEntry } from '../../../../src/gateway/sqs/rules/batch.ts';
import {
  checkSendMessage,
  checkSendMessageBatch,
  type SendEntry,
  type SendInput,
  type SendRules,
} from '../../../../src/gateway/sqs/rules/send.ts';
import { awsError, decode, jsonRequest } from '../protocol/helpers.ts';

const MIB = 1_048_576;
const STANDARD: SendRules = { fifo: false, contentBasedDeduplication: false, maximumMessageBytes: MIB };
const FIFO: SendRules = { ...STANDARD, fifo: true };
const CONTENT_BASED: SendRules = { ...FIFO, contentBasedDeduplication: true };

function send(input: object): SendInput {
  const body = JSON.stringify({ QueueUrl: 'u', MessageBody: 'hello', ...input });
  return (decode(jsonRequest('SendMessage', body)) as SqsRequest<'SendMessage'>).input;
}

function batch(...entries: object[]): readonly SendEntry[] {
  const Entries = entries.map((entry, i) => ({ Id: `id-${i}`, MessageBody: 'hello', ...entry }));
  const body = JSON.stringify({ QueueUrl: 'u', Entries });
  return (decode(jsonRequest('SendMessageBatch', body)) as SqsRequest<'SendMessageBatch'>).input.Entries;
}

test('a checked message has the bytes of its body', () => {
  const checked = checkSendMessage(send({ MessageBody: 'é\r😀' }), STANDARD);
  assert.deepEqual(checked, { body: Buffer.from('é\r😀'), deduplicationId: undefined });
});

test('a FIFO message is deduplicated by its id, or else by the SHA-256 of its body', () => {
  const own = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
  for (const queue of [FIFO, CONTENT_BASED]) assert.equal(checkSendMessage(send(own), queue).deduplicationId, 'd');
  assert.equal(
    checkSendMessage(send({ MessageGroupId: 'g' }), CONTENT_BASED).deduplicationId,
    '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
  );
});

test('a message of a standard queue may have a group', () => {
  assert.equal(checkSendMessage(send({ MessageGroupId: 'tenant' }), STANDARD).deduplicationId, undefined);
});

describe('a message is refused', () => {
  const ILLEGAL: [ErrorKind, RegExp] = [
    'InvalidMessageContents',
    /^Invalid characters found\. Valid unicode characters are/,
  ];
  const INVALID: ErrorKind = 'InvalidParameterValueException';
  const NOT_FOR_THIS = 'The request include parameter that is not valid for this queue type.';
  const attribute = { DataType: 'String', StringValue: 'x'.repeat(1000) };
  const cases: [what: string, input: object, queue: SendRules, kind: ErrorKind, message: string | RegExp][] = [
    ['with a control character', { MessageBody: 'a\u0001' }, STANDARD, ...ILLEGAL],
    ['with U+FFFE', { MessageBody: '\ufffe' }, STANDARD, ...ILLEGAL],
    ['with half a surrogate pair', { MessageBody: 'é\ud83d' }, STANDARD, ...ILLEGAL],
    [
      'that is too large',
      { MessageBody: 'é'.repeat(513) },
      { ...STANDARD, maximumMessageBytes: 1024 },
      INVALID,
      'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
    ],
    [
      'that is too large with its attributes',
      { MessageBody: 'x'.repeat(20), MessageAttributes: { a: attribute } },
      { ...STANDARD, maximumMessageBytes: 1024 },
      INVALID,
      /shorter than 1024 bytes/,
    ],
    ['with a bad attribute', { MessageAttributes: { 'a b': attribute } }, STANDARD, INVALID, /attributes name/],
    [
      'with a bad system attribute',
      { MessageSystemAttributes: { a: attribute } },
      STANDARD,
      INVALID,
      /system attribute name 'a'/,
    ],
    ['with a bad delay', { DelaySeconds: 901 }, STANDARD, INVALID, /^Value 901 for parameter DelaySeconds/],
    [
      'with a deduplication id on a standard queue',
      { MessageDeduplicationId: 'd' },
      STANDARD,
      INVALID,
      `Value d for parameter MessageDeduplicationId is invalid. Reason: ${NOT_FOR_THIS}`,
    ],
    [
      'with a delay on a FIFO queue',
      { DelaySeconds: 2, MessageGroupId: 'g' },
      CONTENT_BASED,
      INVALID,
      `Value 2 for parameter DelaySeconds is invalid. Reason: ${NOT_FOR_THIS}`,
    ],
    [
      'without a group on a FIFO queue',
      {},
      CONTENT_BASED,
      'MissingRequiredParameterException',
      'The request must contain the parameter MessageGroupId.',
    ],
    [
      'without a deduplication id where there is none from its content',
      { MessageGroupId: 'g' },
      FIFO,
      INVALID,
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    ],
    ['with a bad group', { MessageGroupId: 'a b' }, STANDARD, INVALID, /^Value a b for parameter MessageGroupId/],
    [
      'with a bad deduplication id',
      { MessageGroupId: 'g', MessageDeduplicationId: '' },
      CONTENT_BASED,
      INVALID,
      /MessageDeduplicationId can only include/,
    ],
  ];
  for (const [what, input, queue, kind, message] of cases) {
    it(what, () => assert.throws(() => checkSendMessage(send(input), queue), awsError(kind, message)));
  }
});

test('a message of exactly the maximum is accepted', () => {
  const queue = { ...STANDARD, maximumMessageBytes: 1024 };
  checkSendMessage(send({ MessageBody: 'é'.repeat(512) }), queue);
  const attributes = { a: { DataType: 'String', StringValue: 'x'.repeat(1000) } };
  checkSendMessage(send({ MessageBody: 'x'.repeat(17), MessageAttributes: attributes }), queue);
});

describe('in a batch', () => {
  it('each entry succeeds or fails by itself', () => {
    const queue = { ...STANDARD, maximumMessageBytes: 1024 };
    const entries = batch(
      {},
      { MessageBody: '' },
      { MessageBody: 'x'.repeat(1025) },
      { DelaySeconds: -1 },
      { MessageBody: '\u0000' },
    );
    const [good, ...bad] = checkSendMessageBatch(entries, queue);
    assert.deepEqual(good, { body: Buffer.from('hello'), deduplicationId: undefined });
    assert.deepEqual(
      bad.map((error, i) => error instanceof AwsError && failedEntry(`id-${i + 1}`, error)),
      [
        {
          Id: 'id-1',
          SenderFault: true,
          Code: 'MissingParameter',
          Message: 'The request must contain the parameter SendMessageBatchRequestEntry.2.MessageBody.',
        },
        {
          Id: 'id-2',
          SenderFault: true,
          Code: 'InvalidParameterValue',
          Message: 'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
        },
        {
          Id: 'id-3',
          SenderFault: true,
          Code: 'InvalidParameterValue',
          Message: 'Value -1 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
        },
        {
          Id: 'id-4',
          SenderFault: true,
          Code: 'InvalidMessageContents',
          Message: new AwsError('InvalidMessageContents').message,
        },
      ],
    );
  });

  const whole: [
    what: string,
    entries: readonly SendEntry[],
    queue: SendRules,
    kind: ErrorKind,
    message: string | RegExp,
  ][] = [
    [
      'no entries',
      batch(),
      STANDARD,
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    ],
    [
      'a bad id',
      batch({ Id: 'a:b' }),
      STANDARD,
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    ],
    ['a long id', batch({ Id: 'x'.repeat(81) }), STANDARD, 'InvalidBatchEntryId', /.*/],
    [
      'an id twice',
      batch({ Id: 'a' }, { Id: 'b' }, { Id: 'a' }),
      STANDARD,
      'BatchEntryIdsNotDistinct',
      'Id a repeated.',
    ],
    [
      'no group for FIFO',
      batch({ MessageGroupId: 'g' }, {}),
      CONTENT_BASED,
      'InvalidParameterValueException',
      'The request must contain the parameter MessageGroupId.',
    ],
    [
      'no deduplication id for FIFO',
      batch({ MessageGroupId: 'g' }),
      FIFO,
      'InvalidParameterValueException',
      /ContentBasedDeduplication enabled/,
    ],
    [
      'more than a MiB together',
      batch({ MessageBody: 'x'.repeat(MIB) }, { MessageBody: 'y' }),
      STANDARD,
      'BatchRequestTooLong',
      'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
    ],
  ];
  for (const [what, entries, queue, kind, message] of whole) {
    it(`${what} fails all of it`, () => {
      assert.throws(() => checkSendMessageBatch(entries, queue), awsError(kind, message));
    });
  }

  it('attributes count towards its size', () => {
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x'.repeat(93) } };
    const of = (bytes: number) => batch({ MessageBody: 'x'.repeat(bytes), MessageAttributes });
    checkSendMessageBatch(of(MIB - 100), STANDARD);
    assert.throws(() => checkSendMessageBatch(of(MIB - 99), STANDARD), awsError('BatchRequestTooLong', /1048577/));
  });

  it('ids have 1 to 80 characters', () => {
    checkBatchEntries([{ Id: 'x'.repeat(80) }, { Id: 'A-z_0' }], 'E');
    for (const Id of ['', ' ', 'é', 'a\n']) {
      assert.throws(() => checkBatchEntries([{ Id }], 'E'), awsError('InvalidBatchEntryId', /.*/));
    }
  });
});
