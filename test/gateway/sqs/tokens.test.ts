import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessDenied, authenticationError } from '../../../src/gateway/sqs/authentication.ts';
import {
  decodeNextToken,
  decodeTaskHandle,
  encodeNextToken,
  encodeTaskHandle,
} from '../../../src/gateway/sqs/tokens.ts';
import { SigV4Error, type SigV4Failure } from '../../../src/security/sigv4/sigv4-error.ts';
import { awsError } from './protocol/helpers.ts';

const GARBAGE = [
  '',
  'x',
  '%',
  Buffer.from('null').toString('base64'),
  Buffer.from('{}').toString('base64'),
  'e'.repeat(5000),
];

test('the handle of a move task names the task and its source', () => {
  const task = { taskId: 'é-1', sourceArn: 'arn:aws:sqs:r:0:q' };
  assert.deepEqual(decodeTaskHandle(encodeTaskHandle(task)), task);
  for (const handle of GARBAGE) {
    assert.throws(
      () => decodeTaskHandle(handle),
      awsError('InvalidParameterValueException', 'Value for parameter TaskHandle is invalid.'),
    );
  }
});

test('a token says after what a list goes on', () => {
  for (const name of ['', 'orders.fifo', 'é']) assert.equal(decodeNextToken(encodeNextToken(name)), name);
  for (const token of GARBAGE) {
    assert.throws(
      () => decodeNextToken(token),
      awsError('InvalidParameterValueException', /^Invalid or expired next token/),
    );
  }
});

test('a signature that was not accepted is answered with the code of its failure', () => {
  const codes: [SigV4Failure, string][] = [
    ['missing', 'MissingAuthenticationToken'],
    ['incomplete', 'IncompleteSignature'],
    ['unknown_access_key', 'InvalidClientTokenId'],
    ['mismatch', 'SignatureDoesNotMatch'],
  ];
  for (const [failure, code] of codes) {
    const error = authenticationError(new SigV4Error(failure, 'why'));
    assert.deepEqual([error.spec.queryCode, error.message], [code, 'why']);
  }
  const bug = new Error('a bug');
  assert.throws(() => authenticationError(bug), bug);
  assert.equal(accessDenied('arn:q').message, 'Access to the resource arn:q is denied.');
});
