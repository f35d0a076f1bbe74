import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../../../src/base/schema/errors.ts';
import { decodeContentHeader } from '../../../../src/gateway/amqp/protocol/content-header.ts';
import { bytesOf } from './golden-methods.ts';

test('a content header gives class, weight, body size and the properties as a slice', () => {
  const payload = bytesOf('003c 0001 0000000100000002 1000 02');
  const { classId, weight, bodySize, properties } = decodeContentHeader(payload, 0, payload.length);
  assert.deepEqual([classId, weight, bodySize], [60, 1, 2 ** 32 + 2]);
  assert.ok(properties.buffer === payload.buffer && properties.equals(bytesOf('1000 02')));
  for (let end = 0; end < 12; end++) assert.throws(() => decodeContentHeader(payload, 0, end), DecodeError);
});

test('the largest body size is larger than any limit', () => {
  const payload = bytesOf('003c 0000 ffffffffffffffff 0000');
  assert.ok(decodeContentHeader(payload, 0, payload.length).bodySize > Number.MAX_SAFE_INTEGER);
});
