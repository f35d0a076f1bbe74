import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_LIST, apiByKey, apis } from '../../../../src/gateway/kafka/protocol/apis.ts';
import { ErrorCode, errorCodeName, isRetriable } from '../../../../src/gateway/kafka/protocol/error-codes.ts';

test('no two APIs have the same key, and each is found by it', () => {
  assert.equal(new Set(API_LIST.map((api) => api.key)).size, API_LIST.length);
  for (const api of API_LIST) assert.equal(apiByKey(api.key), api);
  assert.equal(apiByKey(999), undefined);
});

test('requests and responses of an API have the same versions', () => {
  for (const { name, request, response, versions } of API_LIST) {
    assert.deepEqual([request.minVersion, request.maxVersion], versions, name);
    assert.deepEqual([response.minVersion, response.maxVersion], versions, name);
  }
});

test('requests and responses of an API become flexible in the same version', () => {
  for (const { name, request, response, versions } of API_LIST) {
    for (let version = versions[0]; version <= versions[1]; version++) {
      assert.equal(request.isFlexible(version), response.isFlexible(version), `${name} ${version}`);
    }
  }
});

test('versions are those of Kafka 4.2', () => {
  assert.deepEqual(apis.produce.versions, [3, 13]);
  assert.deepEqual(apis.fetch.versions, [4, 18]);
  assert.deepEqual(apis.metadata.versions, [0, 13]);
  assert.deepEqual(apis.initProducerId.versions, [0, 5]);
});

test('error codes have their numbers, names and retriability', () => {
  assert.equal(ErrorCode.UNSUPPORTED_VERSION, 35);
  assert.equal(errorCodeName(-1), 'UNKNOWN_SERVER_ERROR');
  assert.equal(errorCodeName(9999), 'ERROR_9999');
  assert.ok(isRetriable(ErrorCode.NOT_COORDINATOR));
  assert.ok(!isRetriable(ErrorCode.NONE));
  assert.ok(!isRetriable(ErrorCode.PRODUCER_FENCED));
});

test('error codes are consecutive and unique', () => {
  const codes = Object.values(ErrorCode).sort((a, b) => a - b);
  assert.deepEqual(
    codes,
    Array.from({ length: 135 }, (_, i) => i - 1),
  );
});
