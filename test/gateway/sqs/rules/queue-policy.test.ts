import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { ErrorKind } from '../../../../src/gateway/sqs/protocol/errors.ts';
import {
  addPermission,
  type Permission,
  policyActionOf,
  removePermission,
} from '../../../../src/gateway/sqs/rules/queue-policy.ts';
import { evaluatePolicy } from '../../../../src/security/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../../src/security/policy/parse-policy.ts';
import { awsError } from '../protocol/helpers.ts';

const ARN = 'arn:aws:sqs:r:000000000000:q';
const PERMISSION: Permission = { label: 'send', accountIds: ['111111111111'], actions: ['SendMessage'] };

const add = (policy: string | undefined, change: Partial<Permission> = {}) =>
  addPermission(policy, ARN, { ...PERMISSION, ...change });

test('the first permission makes a policy, further ones are added to it', () => {
  const first = add(undefined);
  assert.deepEqual(JSON.parse(first), {
    Version: '2012-10-17',
    Id: `${ARN}/SQSDefaultPolicy`,
    Statement: [
      {
        Sid: 'send',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        Action: 'SQS:SendMessage',
        Resource: ARN,
      },
    ],
  });
  const second = add(first, {
    label: 'both',
    accountIds: ['1'.repeat(12), '2'.repeat(12)],
    actions: ['ReceiveMessage', '*'],
  });
  assert.deepEqual(JSON.parse(second).Statement[1], {
    Sid: 'both',
    Effect: 'Allow',
    Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'] },
    Action: ['SQS:ReceiveMessage', 'SQS:*'],
    Resource: ARN,
  });
  assert.deepEqual(JSON.parse(removePermission(second, 'send')).Statement.length, 1);
  assert.equal(removePermission(first, 'send'), '');
});

test('a permission is added to a policy that somebody wrote', () => {
  const own =
    '{"Version":"2008-10-17","Statement":{"Sid":"own","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}';
  const { Version, Statement } = JSON.parse(add(own));
  assert.equal(Version, '2008-10-17');
  assert.deepEqual(
    Statement.map(({ Sid }: { Sid: string }) => Sid),
    ['own', 'send'],
  );
});

test('the same permission again changes nothing, another of its label is refused', () => {
  const policy = add(undefined);
  assert.equal(add(policy), policy);
  assert.throws(
    () => add(policy, { actions: ['DeleteMessage'] }),
    awsError('InvalidParameterValueException', 'Value send for parameter Label is invalid. Reason: Already exists.'),
  );
});

test('what is permitted so is allowed by the policy, batches included', () => {
  const policy = parsePolicy(add(undefined));
  const decide = (action: Parameters<typeof policyActionOf>[0], accountId: string) =>
    evaluatePolicy(policy, {
      principal: { accountId, arn: `arn:aws:iam::${accountId}:user/a` },
      action: policyActionOf(action),
      resource: ARN,
      context: new Map(),
    });
  assert.equal(decide('SendMessage', '111111111111'), 'allow');
  assert.equal(decide('SendMessageBatch', '111111111111'), 'allow');
  assert.equal(decide('ReceiveMessage', '111111111111'), 'none');
  assert.equal(decide('SendMessage', '222222222222'), 'none');
  assert.deepEqual(
    (['DeleteMessageBatch', 'ChangeMessageVisibilityBatch', 'PurgeQueue'] as const).map(policyActionOf),
    ['sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:PurgeQueue'],
  );
});

describe('a permission is refused', () => {
  const INVALID: ErrorKind = 'InvalidParameterValueException';
  const MISSING: ErrorKind = 'MissingRequiredParameterException';
  const OWNER = 'Reason: Only the queue owner is allowed to invoke this action.';
  const WSDL = 'Reason: Please refer to the appropriate WSDL for a list of valid actions.';
  const cases: [what: string, change: Partial<Permission>, kind: ErrorKind, message: string | RegExp][] = [
    ['with a bad label', { label: 'a b' }, INVALID, /^Value a b for parameter Label is invalid/],
    ['without accounts', { accountIds: [] }, MISSING, 'The request must contain the parameter AWSAccountIds.'],
    ['without actions', { actions: [] }, MISSING, 'The request must contain the parameter ActionName.'],
    [
      'with too many actions',
      { actions: new Array(8).fill('SendMessage') },
      'OverLimit',
      '8 Actions were found, maximum allowed is 7.',
    ],
    [
      'of a batch',
      { actions: ['SendMessageBatch'] },
      INVALID,
      `Value SQS:SendMessageBatch for parameter ActionName is invalid. ${WSDL}`,
    ],
    [
      'of what does not exist',
      { actions: ['Nothing'] },
      INVALID,
      `Value SQS:Nothing for parameter ActionName is invalid. ${WSDL}`,
    ],
    [
      'of what is the owners alone',
      { actions: ['CreateQueue'] },
      INVALID,
      `Value SQS:CreateQueue for parameter ActionName is invalid. ${OWNER}`,
    ],
    [
      'for an account that is none',
      { accountIds: ['alice'] },
      INVALID,
      'Value [alice] for parameter PrincipalId is invalid. Reason: Unable to verify.',
    ],
  ];
  for (const [what, change, kind, message] of cases) {
    it(what, () => assert.throws(() => add(undefined, change), awsError(kind, message)));
  }

  it('where there are twenty statements', () => {
    let policy: string | undefined;
    for (let i = 0; i < 20; i++) policy = add(policy, { label: `l${i}` });
    assert.throws(() => add(policy), awsError('OverLimit', '21 Statements were found, maximum allowed is 20.'));
  });

  it('to be removed that is not there', () => {
    for (const policy of [undefined, add(undefined)]) {
      assert.throws(
        () => removePermission(policy, 'gone'),
        awsError(INVALID, "Value gone for parameter Label is invalid. Reason: can't find label."),
      );
    }
  });
});
