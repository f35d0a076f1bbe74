import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDecoder } from '../../../../src/gateway/sqs/protocol/compile-decoder.ts';
import { compileJsonEncoder, compileXmlEncoder } from '../../../../src/gateway/sqs/protocol/compile-encoder.ts';
import { ERRORS } from '../../../../src/gateway/sqs/protocol/errors.ts';
import { type Action, isAction, OPERATIONS } from '../../../../src/gateway/sqs/protocol/operations.ts';
import { GOLDEN_REQUESTS } from './golden-requests.ts';

const actions = Object.keys(OPERATIONS) as Action[];

test('all actions of the service are declared, and nothing else', () => {
  assert.deepEqual(actions.sort(), [
    'AddPermission',
    'CancelMessageMoveTask',
    'ChangeMessageVisibility',
    'ChangeMessageVisibilityBatch',
    'CreateQueue',
    'DeleteMessage',
    'DeleteMessageBatch',
    'DeleteQueue',
    'GetQueueAttributes',
    'GetQueueUrl',
    'ListDeadLetterSourceQueues',
    'ListMessageMoveTasks',
    'ListQueueTags',
    'ListQueues',
    'PurgeQueue',
    'ReceiveMessage',
    'RemovePermission',
    'SendMessage',
    'SendMessageBatch',
    'SetQueueAttributes',
    'StartMessageMoveTask',
    'TagQueue',
    'UntagQueue',
  ]);
  for (const name of ['', 'sendMessage', 'toString', '__proto__', 'constructor']) assert.equal(isAction(name), false);
});

test('every declaration compiles to a decoder and two encoders', () => {
  for (const action of actions) {
    const { input, output } = OPERATIONS[action];
    assert.equal(typeof compileDecoder(input), 'function');
    if (output === undefined) continue;
    assert.equal(typeof compileJsonEncoder(output), 'function');
    assert.equal(typeof compileXmlEncoder(output), 'function');
  }
});

test('every error of an operation is in the table', () => {
  for (const action of actions) {
    for (const kind of OPERATIONS[action].errors) assert.ok(Object.hasOwn(ERRORS, kind), `${action}: ${kind}`);
  }
});

test('there is a golden request for every action', () => {
  assert.deepEqual([...new Set(GOLDEN_REQUESTS.map(({ action }) => action))].sort(), actions.sort());
});
