import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { evaluatePolicy, type PolicyRequest } from '../../../src/security/policy/evaluate-policy.ts';
import { PolicyError, parsePolicy } from '../../../src/security/policy/parse-policy.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:111111111111:orders';
const ALICE = { accountId: '111111111111', arn: 'arn:aws:iam::111111111111:user/alice' };
const BOB = { accountId: '222222222222', arn: 'arn:aws:iam::222222222222:user/bob' };

const ALLOW = { Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: '*' };

function decide(statements: object | object[], request: Partial<PolicyRequest> = {}): string {
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  const asked = { principal: ALICE, action: 'sqs:SendMessage', resource: QUEUE, context: new Map<string, string>() };
  return evaluatePolicy(policy, { ...asked, ...request });
}

const allows = (statement: object, request: Partial<PolicyRequest> = {}) =>
  decide({ ...ALLOW, ...statement }, request) === 'allow';

test('what no statement speaks of is up to the owner', () => {
  assert.equal(decide({ ...ALLOW, Action: 'sqs:ReceiveMessage' }), 'none');
});

test('a statement that denies wins over those that allow, in any order', () => {
  const deny = { ...ALLOW, Effect: 'Deny' };
  assert.equal(decide([ALLOW, deny]), 'deny');
  assert.equal(decide([deny, ALLOW]), 'deny');
  assert.equal(decide([{ ...deny, Action: 'sqs:DeleteQueue' }, ALLOW]), 'allow');
});

test('actions have wildcards and no case', () => {
  for (const Action of [
    '*',
    'sqs:*',
    'SQS:sendmessage',
    'sqs:Send*',
    'sqs:S?ndMessage',
    ['sqs:GetQueueUrl', 'sqs:SendMessage'],
  ]) {
    assert.ok(allows({ Action }), String(Action));
  }
  for (const Action of ['sqs:Send', 'sqs:SendMessageBatch', 'sns:*', 'sqs:?SendMessage', '']) {
    assert.ok(!allows({ Action }), String(Action));
  }
  const not = { ...ALLOW, Action: undefined, NotAction: ['sqs:DeleteQueue'] };
  assert.equal(decide(not), 'allow');
  assert.equal(decide(not, { action: 'sqs:DeleteQueue' }), 'none');
});

test('resources have wildcards and a case', () => {
  for (const Resource of ['*', QUEUE, 'arn:aws:sqs:*:111111111111:ord*', ['x', QUEUE]]) assert.ok(allows({ Resource }));
  for (const Resource of [QUEUE.toUpperCase(), `${QUEUE}x`, 'orders']) assert.ok(!allows({ Resource }));
  assert.ok(!allows({ Resource: undefined, NotResource: 'arn:aws:sqs:*' }));
});

describe('principals', () => {
  const cases: [principal: unknown, alice: boolean, bob: boolean, nobody: boolean][] = [
    ['*', true, true, true],
    [{ AWS: '*' }, true, true, true],
    [{ AWS: '111111111111' }, true, false, false],
    [{ AWS: ['222222222222', 'arn:aws:iam::111111111111:root'] }, true, true, false],
    [{ AWS: BOB.arn }, false, true, false],
    [{ AWS: 'arn:aws:iam::222222222222:user/*' }, false, false, false],
    [{ Service: 'sns.amazonaws.com' }, false, false, false],
    [{ Service: 'sns.amazonaws.com', AWS: ALICE.arn }, true, false, false],
  ];
  for (const [Principal, ...expected] of cases) {
    it(JSON.stringify(Principal), () => {
      const who = [ALICE, BOB, undefined];
      assert.deepEqual(
        who.map((principal) => allows({ Principal }, { principal })),
        expected,
      );
      const not = { Principal: undefined, NotPrincipal: Principal };
      assert.deepEqual(
        who.map((principal) => allows(not, { principal })),
        expected.map((yes) => !yes),
      );
    });
  }
});

describe('the condition', () => {
  const context = new Map([
    ['aws:sourceip', '10.1.2.3'],
    ['aws:securetransport', 'false'],
    ['aws:sourcearn', 'arn:aws:sns:eu-west-1:111111111111:topic/a'],
    ['aws:username', 'alice'],
  ]);
  const cases: [condition: Record<string, Record<string, unknown>>, holds: boolean][] = [
    [{ StringEquals: { 'aws:username': 'alice' } }, true],
    [{ StringEquals: { 'AWS:UserName': ['bob', 'alice'] } }, true],
    [{ StringEquals: { 'aws:username': 'Alice' } }, false],
    [{ StringEqualsIgnoreCase: { 'aws:username': 'Alice' } }, true],
    [{ StringNotEqualsIgnoreCase: { 'aws:username': 'Alice' } }, false],
    [{ StringNotEquals: { 'aws:username': ['bob', 'alice'] } }, false],
    [{ StringNotEquals: { 'aws:username': 'bob' } }, true],
    [{ StringLike: { 'aws:username': 'al*' } }, true],
    [{ StringNotLike: { 'aws:username': 'al*' } }, false],
    [{ ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:*:111111111111:*' } }, true],
    [{ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*' } }, false],
    [{ ArnNotEquals: { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:*:topic/b' } }, true],
    [{ ArnNotLike: { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:*:topic/?' } }, false],
    [{ Bool: { 'aws:SecureTransport': 'true' } }, false],
    [{ Bool: { 'aws:SecureTransport': false } }, true],
    [{ IpAddress: { 'aws:SourceIp': ['192.168.0.0/16', '10.0.0.0/8'] } }, true],
    [{ IpAddress: { 'aws:SourceIp': '10.1.2.4' } }, false],
    [{ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, false],
    [{ Null: { 'aws:PrincipalTag/x': 'true' } }, true],
    [{ Null: { 'aws:username': true } }, false],
    [{ Null: { 'aws:username': 'false' } }, true],
    // Of what the request knows nothing.
    [{ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, false],
    [{ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }, true],
    [{ StringEqualsIfExists: { 'aws:username': 'bob' } }, false],
    [{ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }, true],
    // All of several must hold.
    [{ StringEquals: { 'aws:username': 'alice' }, Bool: { 'aws:SecureTransport': 'false' } }, true],
    [{ StringEquals: { 'aws:username': 'alice', 'aws:PrincipalOrgID': 'o-1' } }, false],
    // What is not supported never holds.
    [{ NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } }, false],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:username': 'alice' } }, false],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy language
    [{ StringEquals: { 'aws:username': '${aws:username}' } }, false],
    [{ toString: { 'aws:username': 'alice' } }, false],
  ];
  for (const [Condition, holds] of cases) {
    it(`${JSON.stringify(Condition)} ${holds ? 'holds' : 'does not hold'}`, () => {
      assert.equal(allows({ Condition }, { context }), holds);
      assert.equal(decide({ ...ALLOW, Effect: 'Deny', Condition }, { context }), holds ? 'deny' : 'none');
    });
  }
});

describe('ranges of addresses', () => {
  const cases: [range: string, address: string, inside: boolean][] = [
    ['0.0.0.0/0', '255.255.255.255', true],
    ['10.0.0.0/9', '10.127.255.255', true],
    ['10.0.0.0/9', '10.128.0.0', false],
    ['10.0.0.1/32', '10.0.0.1', true],
    ['10.0.0.0/8', '::ffff:10.9.9.9', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::1', '::1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::/0', '10.0.0.1', true],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', true],
  ];
  for (const [range, address, inside] of cases) {
    it(`${range} ${inside ? 'has' : 'has not'} ${address}`, () => {
      const request = { context: new Map([['aws:sourceip', address]]) };
      assert.equal(allows({ Condition: { IpAddress: { 'aws:SourceIp': range } } }, request), inside);
    });
  }

  it('that are none have no address in them', () => {
    const bad = [
      '',
      '10.0.0.0/33',
      '10.0.0/8',
      '256.0.0.0/8',
      '::/129',
      '1::2::3',
      ':::',
      '1:2:3',
      '10.0.0.0/8/8',
      'x/0',
      '12345::',
    ];
    for (const range of bad) {
      const request = { context: new Map([['aws:sourceip', '10.0.0.0']]) };
      assert.ok(!allows({ Condition: { IpAddress: { 'aws:SourceIp': range } } }, request), range);
    }
    const garbage = { context: new Map([['aws:sourceip', '10.0.0.0.0']]) };
    assert.ok(!allows({ Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }, garbage));
  });
});

describe('a policy is refused', () => {
  const policy = (change: object) => JSON.stringify({ Version: '2012-10-17', Statement: ALLOW, ...change });
  const statement = (change: object) => policy({ Statement: [{ ...ALLOW, ...change }] });
  const cases: [what: string, text: string][] = [
    ['that is not JSON', 'x'],
    ['that is not an object', '[]'],
    ['that is null', 'null'],
    ['with members that no policy has', policy({ Extra: 1 })],
    ['of another version', policy({ Version: '2020-01-01' })],
    ['with an Id that is not text', policy({ Id: 5 })],
    ['without statements', policy({ Statement: [] })],
    ['whose statement is missing', policy({ Statement: undefined })],
    ['whose statement is text', policy({ Statement: 'Allow' })],
    ['with members that no statement has', statement({ Extra: 1 })],
    ['without an effect', statement({ Effect: undefined })],
    ['with another effect', statement({ Effect: 'allow' })],
    ['without a principal', statement({ Principal: undefined })],
    ['with two principals', statement({ NotPrincipal: '*' })],
    ['with a principal of another kind', statement({ Principal: { Azure: 'x' } })],
    ['with a principal that is a name', statement({ Principal: 'alice' })],
    ['without an action', statement({ Action: undefined })],
    ['with no actions', statement({ Action: [] })],
    ['with an action that is not text', statement({ Action: [5] })],
    ['without a resource', statement({ Resource: undefined })],
    ['with a condition that is not an object', statement({ Condition: [] })],
    ['with an operator that is not an object', statement({ Condition: { StringEquals: 'x' } })],
    ['with a value that is an object', statement({ Condition: { StringEquals: { k: {} } } })],
    ['with a Sid that is not text', statement({ Sid: 1 })],
    ['with more values than anybody needs', statement({ Resource: new Array(101).fill('*') })],
    ['of more than 20 KiB', policy({ Id: 'x'.repeat(20_480) })],
  ];
  for (const [what, text] of cases) {
    it(what, () => {
      assert.throws(
        () => parsePolicy(text),
        (error) => error instanceof PolicyError && error.kind === 'malformed',
      );
    });
  }

  it('with more than 20 statements', () => {
    parsePolicy(policy({ Statement: new Array(20).fill(ALLOW) }));
    assert.throws(
      () => parsePolicy(policy({ Statement: new Array(22).fill(ALLOW) })),
      /^PolicyError: 22 statements were found in the submitted policy, max allowed is 20$/,
    );
  });
});

test('patterns full of stars take no time to speak of', () => {
  const hard = `${'a*'.repeat(500)}b`;
  assert.ok(!allows({ Resource: hard }, { resource: 'a'.repeat(5000) }));
  assert.ok(allows({ Resource: `${'*'.repeat(100)}` }, { resource: 'x' }));
  assert.ok(allows({ Resource: 'a*b?c*' }, { resource: 'aXbbbXc' }));
});
