/** Who may do what: owners, others, and policies of queues. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SqsWorld, urlOf, type Who } from './world.ts';

function signedBy(accountId: string): Who {
  return { principal: { accountId, arn: `arn:aws:iam::${accountId}:user/u`, senderId: `ID${accountId}` } };
}

const OWNER = signedBy('000000000000');
const FRIEND = signedBy('111111111111');
const STRANGER = signedBy('222222222222');
const Q = urlOf('q');
const SEND = { QueueUrl: Q, MessageBody: 'm' };

async function withPolicy(...statements: object[]): Promise<SqsWorld> {
  const world = new SqsWorld();
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await world.create('q', statements.length === 0 ? {} : { Policy: policy });
  return world;
}

describe('without a policy', () => {
  it('the owner may do everything and others nothing', async () => {
    const world = await withPolicy();
    await world.ok('SendMessage', SEND, OWNER);
    for (const [action, input] of [
      ['SendMessage', SEND],
      ['GetQueueUrl', { QueueName: 'q' }],
      ['ListQueues', {}],
      ['CreateQueue', { QueueName: 'r' }],
      ['StartMessageMoveTask', { SourceArn: 'arn:aws:sqs:us-east-1:000000000000:q' }],
    ] as const) {
      const { kind, message } = await world.refused(action, input, STRANGER);
      assert.equal(kind, 'AccessDeniedException', action);
      assert.match(message, /^Access to the resource arn:aws:sqs:us-east-1:000000000000:\w* is denied\.$/);
    }
    assert.deepEqual(await world.bodies(Q), ['m']);
  });

  it('those who need not sign may do everything', async () => {
    const world = await withPolicy({ Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*' });
    await world.ok('SendMessage', SEND);
  });
});

describe('a policy', () => {
  it('denies the owner too', async () => {
    const world = await withPolicy({ Effect: 'Deny', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' });
    assert.equal((await world.refused('SendMessage', SEND, OWNER)).kind, 'AccessDeniedException');
    const Entries = [{ Id: 'a', MessageBody: 'm' }];
    const batch = await world.refused('SendMessageBatch', { QueueUrl: Q, Entries }, OWNER);
    assert.equal(batch.kind, 'AccessDeniedException');
    await world.ok('ReceiveMessage', { QueueUrl: Q }, OWNER);
  });

  it('looks at where a request comes from', async () => {
    const condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };
    const world = await withPolicy({
      Effect: 'Allow',
      Principal: '*',
      Action: 'SQS:*',
      Resource: '*',
      Condition: condition,
    });
    await world.ok('SendMessage', SEND, { ...STRANGER, context: new Map([['aws:sourceip', '10.1.2.3']]) });
    const elsewhere = { ...STRANGER, context: new Map([['aws:sourceip', '192.0.2.1']]) };
    assert.equal((await world.refused('SendMessage', SEND, elsewhere)).kind, 'AccessDeniedException');
  });

  it('is made and unmade by AddPermission and RemovePermission', async () => {
    const world = await withPolicy();
    const AWSAccountIds = ['111111111111'];
    const permission = { QueueUrl: Q, Label: 'friend', AWSAccountIds, Actions: ['SendMessage', 'ReceiveMessage'] };
    await world.ok('AddPermission', permission, OWNER);
    await world.ok('SendMessage', SEND, FRIEND);
    await world.ok('ReceiveMessage', { QueueUrl: Q }, FRIEND);
    assert.equal((await world.refused('PurgeQueue', { QueueUrl: Q }, FRIEND)).kind, 'AccessDeniedException');
    assert.equal((await world.refused('SendMessage', SEND, STRANGER)).kind, 'AccessDeniedException');
    const { Statement } = JSON.parse((await world.attribute(Q, 'Policy')) ?? '');
    assert.equal(Statement[0].Sid, 'friend');
    await world.ok('RemovePermission', { QueueUrl: Q, Label: 'friend' }, OWNER);
    assert.equal((await world.refused('SendMessage', SEND, FRIEND)).kind, 'AccessDeniedException');
    assert.equal(await world.attribute(Q, 'Policy'), undefined);
  });
});
