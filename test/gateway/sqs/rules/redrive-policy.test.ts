import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import {
  allowsSource,
  checkDeadLetterQueue,
  formatRedriveAllowPolicy,
  formatRedrivePolicy,
  parseRedriveAllowPolicy,
  parseRedrivePolicy,
} from '../../../../src/gateway/sqs/rules/redrive-policy.ts';
import { awsError } from '../protocol/helpers.ts';

const ARN = 'arn:aws:sqs:r:000000000000:dead';

describe('a redrive policy', () => {
  it('names a queue and a number, which some clients write as text', () => {
    const policy = { deadLetterTargetArn: ARN, maxReceiveCount: 5 };
    assert.deepEqual(parseRedrivePolicy(`{"maxReceiveCount":"5","deadLetterTargetArn":"${ARN}"}`), policy);
    assert.deepEqual(parseRedrivePolicy(formatRedrivePolicy(policy)), policy);
    for (const count of [1, 1000]) {
      assert.equal(
        parseRedrivePolicy(formatRedrivePolicy({ ...policy, maxReceiveCount: count })).maxReceiveCount,
        count,
      );
    }
  });

  for (const text of [' ', 'x', '4', '[]', 'null', '"x"']) {
    it(`is not ${text}`, () => {
      assert.throws(
        () => parseRedrivePolicy(text),
        awsError(
          'InvalidAttributeValue',
          'Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map.',
        ),
      );
    });
  }

  const RANGE = 'valid values are from 1 to 1000 both inclusive';
  const refused: [document: object, reason: string][] = [
    [{}, 'Redrive policy does not contain mandatory attribute: maxReceiveCount'],
    [{ maxReceiveCount: 5 }, 'Redrive policy does not contain mandatory attribute: deadLetterTargetArn'],
    [{ deadLetterTargetArn: ARN, maxReceiveCount: 0 }, `Invalid value for maxReceiveCount: 0, ${RANGE}`],
    [{ deadLetterTargetArn: ARN, maxReceiveCount: -36 }, `Invalid value for maxReceiveCount: -36, ${RANGE}`],
    [{ deadLetterTargetArn: ARN, maxReceiveCount: 1001 }, `Invalid value for maxReceiveCount: 1001, ${RANGE}`],
    [{ deadLetterTargetArn: ARN, maxReceiveCount: 1.5 }, `Invalid value for maxReceiveCount: 1.5, ${RANGE}`],
    [{ deadLetterTargetArn: ARN, maxReceiveCount: null }, `Invalid value for maxReceiveCount: null, ${RANGE}`],
    [{ deadLetterTargetArn: 'dummy', maxReceiveCount: 42 }, 'Invalid value for deadLetterTargetArn'],
    [{ deadLetterTargetArn: 5, maxReceiveCount: 42 }, 'Invalid value for deadLetterTargetArn'],
    [
      { deadLetterTargetArn: 'arn:aws:sns:r:0:t', maxReceiveCount: 5 },
      'Only SQS queues are valid resources for deadLetterTargetArn',
    ],
    [
      { deadLetterTargetArn: ARN, maxReceiveCount: 5, more: 1 },
      'Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn]',
    ],
  ];
  for (const [document, reason] of refused) {
    const text = JSON.stringify(document);
    it(`is not ${text}`, () => {
      assert.throws(
        () => parseRedrivePolicy(text),
        awsError(
          'InvalidParameterValueException',
          `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}.`,
        ),
      );
    });
  }
});

test('a dead-letter queue exists and is of the kind of its source', () => {
  const policy = { deadLetterTargetArn: ARN, maxReceiveCount: 5 };
  for (const fifo of [true, false]) {
    checkDeadLetterQueue(policy, { fifo }, { fifo });
    assert.throws(
      () => checkDeadLetterQueue(policy, { fifo }, { fifo: !fifo }),
      awsError(
        'InvalidParameterValueException',
        /Reason: Dead-letter queue must be same type of queue as the source\.$/,
      ),
    );
  }
  assert.throws(
    () => checkDeadLetterQueue(policy, { fifo: false }, undefined),
    awsError(
      'InvalidParameterValueException',
      `Value {"deadLetterTargetArn":"${ARN}","maxReceiveCount":5} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
    ),
  );
});

describe('a redrive allow policy', () => {
  const sources = (count: number) => Array.from({ length: count }, (_, i) => `${ARN}${i}`);

  it('allows all, none, or up to ten queues', () => {
    const named = { redrivePermission: 'byQueue', sourceQueueArns: sources(10) } as const;
    const cases: [text: string, allowed: boolean[]][] = [
      ['{"redrivePermission":"allowAll"}', [true, true]],
      ['{"redrivePermission":"denyAll"}', [false, false]],
      [JSON.stringify(named), [true, false]],
    ];
    for (const [text, allowed] of cases) {
      const policy = parseRedriveAllowPolicy(text);
      assert.equal(formatRedriveAllowPolicy(policy), text);
      assert.deepEqual(
        [`${ARN}3`, `${ARN}x`].map((arn) => allowsSource(policy, arn)),
        allowed,
      );
    }
    assert.equal(allowsSource(undefined, ARN), true);
  });

  const FORMAT =
    "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.";
  const malformed = [
    'badjson',
    '[]',
    '444',
    '{}',
    '{"redrivePermission":"dummy"}',
    '{"redrivePermission":"allowAll","more":1}',
    `{"redrivePermission":"byQueue","sourceQueueArns":"${ARN}"}`,
    '{"redrivePermission":"byQueue","sourceQueueArns":[{}]}',
  ];
  for (const text of malformed) {
    it(`is not ${text}`, () =>
      assert.throws(() => parseRedriveAllowPolicy(text), awsError('InvalidAttributeValue', FORMAT)));
  }

  const refused: [document: object, complaint: string][] = [
    [
      { redrivePermission: 'byQueue' },
      'When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.',
    ],
    [
      { redrivePermission: 'byQueue', sourceQueueArns: [] },
      'When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.',
    ],
    [
      { redrivePermission: 'byQueue', sourceQueueArns: sources(11) },
      'The maximum number of source queue ARNs you can specify is 10.',
    ],
    [
      { redrivePermission: 'denyAll', sourceQueueArns: [ARN] },
      'To specify one or more source queue ARNs, you must set redrivePermission to byQueue.',
    ],
  ];
  for (const [document, complaint] of refused) {
    const text = JSON.stringify(document);
    it(`is not ${text.slice(0, 60)}`, () => {
      const message = `Value ${text} for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't create the redrive allow policy. ${complaint}`;
      assert.throws(() => parseRedriveAllowPolicy(text), awsError('InvalidParameterValueException', message));
    });
  }
});
