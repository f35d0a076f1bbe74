import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import {
  checkDelaySeconds,
  checkId,
  checkMaxNumberOfMessages,
  checkMaxNumberOfMessagesPerSecond,
  checkMaxResults,
  checkNewVisibilityTimeout,
  checkReceiveVisibilityTimeout,
  checkWaitTimeSeconds,
} from '../../../../src/gateway/sqs/rules/parameters.ts';
import { awsError } from '../protocol/helpers.ts';

type Check = (value: number) => void;

const ranges: [name: string, check: Check, min: number, max: number, reason: string][] = [
  ['DelaySeconds', (value) => checkDelaySeconds(value, false), 0, 900, 'DelaySeconds must be >= 0 and <= 900'],
  ['VisibilityTimeout', checkReceiveVisibilityTimeout, 0, 43_200, 'Must be >= 0 and <= 43200, if provided'],
  [
    'VisibilityTimeout',
    checkNewVisibilityTimeout,
    0,
    43_200,
    'VisibilityTimeout must be an integer between 0 and 43200',
  ],
  ['WaitTimeSeconds', checkWaitTimeSeconds, 0, 20, 'Must be >= 0 and <= 20, if provided'],
  ['MaxNumberOfMessages', checkMaxNumberOfMessages, 1, 10, 'Must be between 1 and 10, if provided'],
  ['MaxNumberOfMessagesPerSecond', checkMaxNumberOfMessagesPerSecond, 1, 500, 'Must be between 1 and 500, if provided'],
];

describe('the range of', () => {
  for (const [name, check, min, max, reason] of ranges) {
    it(`${name} is ${min} to ${max}: ${reason}`, () => {
      for (const value of [min, max]) check(value);
      for (const value of [min - 1, max + 1]) {
        const text = `Value ${value} for parameter ${name} is invalid. Reason: ${reason}.`;
        assert.throws(() => check(value), awsError('InvalidParameterValueException', text));
      }
    });
  }

  it('MaxResults depends on what is listed', () => {
    for (const max of [10, 1000]) {
      for (const value of [undefined, 1, max]) checkMaxResults(value, max);
      const text = `Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and ${max}.`;
      for (const value of [0, -1, max + 1]) {
        assert.throws(() => checkMaxResults(value, max), awsError('InvalidParameterValueException', text));
      }
    }
  });
});

test('what was left out is right', () => {
  checkDelaySeconds(undefined, true);
  checkReceiveVisibilityTimeout(undefined);
  checkWaitTimeSeconds(undefined);
  checkMaxNumberOfMessages(undefined);
  checkMaxNumberOfMessagesPerSecond(undefined);
  checkId(undefined, 'MessageGroupId');
});

test('messages of a FIFO queue have no delay of their own', () => {
  checkDelaySeconds(0, true);
  assert.throws(
    () => checkDelaySeconds(2, true),
    awsError(
      'InvalidParameterValueException',
      'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    ),
  );
});

test('ids have 1 to 128 letters, digits and punctuation marks', () => {
  const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
  for (const id of ['a', punctuation, 'x'.repeat(128)]) checkId(id, 'MessageDeduplicationId');
  for (const id of ['', 'x'.repeat(129), 'a b', 'é', 'a\n', '\u0000']) {
    assert.throws(
      () => checkId(id, 'MessageDeduplicationId'),
      awsError(
        'InvalidParameterValueException',
        `Value ${id} for parameter MessageDeduplicationId is invalid. Reason: MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      ),
    );
  }
});
