import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../../../src/base/schema/errors.ts';
import { Writer } from '../../../../src/base/schema/writer.ts';
import { apis } from '../../../../src/gateway/kafka/protocol/apis.ts';
import {
  encodeResponse,
  readRequestStart,
  requestHeader,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../../../src/gateway/kafka/protocol/headers.ts';

test('the client id keeps its classic form in the flexible request header', () => {
  const classic = Buffer.from('000300080000002a0002636c', 'hex');
  const expected = { requestApiKey: 3, requestApiVersion: 8, correlationId: 42, clientId: 'cl' };
  assert.deepEqual(requestHeader.decodePrefix(classic, 0, classic.length, 1), { value: expected, end: 12 });
  const flexible = Buffer.from('000300090000002a0002636c00ff', 'hex');
  const result = requestHeader.decodePrefix(flexible, 0, flexible.length, 2);
  assert.deepEqual(result, { value: { ...expected, requestApiVersion: 9 }, end: 13 });
});

test('a client id may be null', () => {
  const bytes = Buffer.from('000300080000002affff', 'hex');
  assert.equal(requestHeader.decode(bytes, 0, bytes.length, 1).clientId, null);
});

test('the start of a request is read without knowing its version', () => {
  const bytes = Buffer.from('ff0012007f0000002a', 'hex');
  assert.deepEqual(readRequestStart(bytes, 1, 9), { apiKey: 18, apiVersion: 127, correlationId: 42 });
  assert.throws(() => readRequestStart(bytes, 2, 9), DecodeError);
});

test('flexible versions of a request have the flexible header, unknown newer ones too', () => {
  assert.equal(requestHeaderVersion(apis.metadata.request, 8), 1);
  assert.equal(requestHeaderVersion(apis.metadata.request, 9), 2);
  assert.equal(requestHeaderVersion(apis.apiVersions.request, 99), 2);
});

test('the ApiVersions response never has the flexible header', () => {
  assert.equal(responseHeaderVersion(apis.metadata.response, 8), 0);
  assert.equal(responseHeaderVersion(apis.metadata.response, 9), 1);
  assert.equal(responseHeaderVersion(apis.apiVersions.response, 4), 0);
});

test('a response frame has its length, its header and its body', () => {
  const writer = new Writer();
  const hex = (version: number) =>
    Buffer.concat(encodeResponse(writer, apis.heartbeat.response, version, 42, { errorCode: 27 })).toString('hex');
  assert.equal(hex(0), '00000006' + '0000002a' + '001b');
  assert.equal(hex(4), '0000000c' + '0000002a' + '00' + '00000000' + '001b' + '00');
});
