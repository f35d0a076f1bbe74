/**
 * Byte vectors put together by hand from Kafka's protocol guide: they catch what a round trip cannot, a mistake that
 * the encoder and the decoder share.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../../src/base/schema/message.ts';
import { Writer } from '../../../../src/base/schema/writer.ts';
import { apiVersionsRequest, apiVersionsResponse } from '../../../../src/gateway/kafka/protocol/api-versions.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
  decodeConsumerProtocol,
  encodeConsumerProtocol,
} from '../../../../src/gateway/kafka/protocol/consumer-protocol.ts';
import { describeTopicPartitionsRequest } from '../../../../src/gateway/kafka/protocol/describe-topic-partitions.ts';
import { fetchRequest, fetchResponse } from '../../../../src/gateway/kafka/protocol/fetch.ts';
import { findCoordinatorResponse } from '../../../../src/gateway/kafka/protocol/find-coordinator.ts';
import { heartbeatRequest } from '../../../../src/gateway/kafka/protocol/heartbeat.ts';
import { initProducerIdRequest } from '../../../../src/gateway/kafka/protocol/init-producer-id.ts';
import { metadataRequest } from '../../../../src/gateway/kafka/protocol/metadata.ts';
import { offsetFetchRequest } from '../../../../src/gateway/kafka/protocol/offset-fetch.ts';
import { produceRequest, produceResponse } from '../../../../src/gateway/kafka/protocol/produce.ts';

/** `parts` are pieces of hex, one per field. */
function assertDecodes<Out>(
  schema: Message<Out, never>,
  version: number,
  parts: string[],
  expected: Partial<Out>,
): void {
  const buffer = Buffer.from(parts.join(''), 'hex');
  const actual = schema.decode(buffer, 0, buffer.length, version);
  for (const key of Object.keys(expected) as (keyof Out)[]) assert.deepEqual(actual[key], expected[key], String(key));
}

function assertEncodes<In>(schema: Message<unknown, In>, version: number, value: In, parts: string[]): void {
  const writer = new Writer();
  writer.begin();
  schema.encode(writer, value, version);
  assert.equal(Buffer.concat(writer.finish()).toString('hex'), parts.join(''));
}

test('ApiVersions request 0 and 3', () => {
  assertDecodes(apiVersionsRequest, 0, [], { clientSoftwareName: '' });
  assertDecodes(apiVersionsRequest, 3, ['046b676f', '04312e30', '00'], {
    clientSoftwareName: 'kgo',
    clientSoftwareVersion: '1.0',
  });
});

test('ApiVersions response 0 to an unknown version', () => {
  const body = { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] };
  assertEncodes(apiVersionsResponse, 0, body, ['0023', '00000001', '001200000004']);
});

test('ApiVersions response 4 with features', () => {
  const body = {
    apiKeys: [{ apiKey: 0, minVersion: 0, maxVersion: 13 }],
    supportedFeatures: [{ name: 'tv', minVersion: 0, maxVersion: 2 }],
    finalizedFeaturesEpoch: 5,
    finalizedFeatures: [{ name: 'tv', maxVersionLevel: 2, minVersionLevel: 2 }],
  };
  assertEncodes(apiVersionsResponse, 4, body, [
    '0000',
    '02' + '00000000000d' + '00',
    '00000000',
    '03',
    '0009' + '02' + '037476' + '00000002' + '00',
    '0108' + '0000000000000005',
    '0209' + '02' + '037476' + '00020002' + '00',
  ]);
});

test('Metadata request for all topics, in the oldest and in the newest way', () => {
  assertDecodes(metadataRequest, 0, ['00000000'], { topics: [] });
  assertDecodes(metadataRequest, 1, ['ffffffff'], { topics: null, allowAutoTopicCreation: true });
  assertDecodes(metadataRequest, 12, ['00', '00', '01', '00'], {
    topics: null,
    allowAutoTopicCreation: false,
    includeTopicAuthorizedOperations: true,
  });
});

test('Produce request 3', () => {
  const parts = ['ffff', 'ffff', '000005dc', '00000001', '000174', '00000001', '00000002', '00000003' + '010203'];
  const partitionData = [{ index: 2, records: Buffer.from([1, 2, 3]) }];
  assertDecodes(produceRequest, 3, parts, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 1500,
    topicData: [{ name: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitionData }],
  });
});

test('Produce request 13 names its topic by id', () => {
  const id = '000102030405060708090a0b0c0d0e0f';
  const parts = ['0278', '0001', '00007530', '02', id, '02', '00000000', '00', '00', '00', '00'];
  assertDecodes(produceRequest, 13, parts, {
    transactionalId: 'x',
    acks: 1,
    topicData: [{ name: '', topicId: 'AAECAwQFBgcICQoLDA0ODw', partitionData: [{ index: 0, records: null }] }],
  });
});

test('Produce response 3 and 10', () => {
  const partition = { index: 1, baseOffset: 258 };
  const body = { responses: [{ name: 't', topicId: '', partitionResponses: [partition] }] };
  const fields = ['00000001', '0000', '0000000000000102', 'ffffffffffffffff'];
  assertEncodes(produceResponse, 3, body, ['00000001', '000174', '00000001', ...fields, '00000000']);
  const newer = ['ffffffffffffffff', '01', '00', '00'];
  assertEncodes(produceResponse, 10, body, ['02', '0274', '02', ...fields, ...newer, '00', '00000000', '00']);
});

test('Fetch request 12 with an unknown rack', () => {
  const session = ['00000000', 'ffffffff'];
  const partition = ['00000003', 'ffffffff', '0000000000000009', 'ffffffff', 'ffffffffffffffff', '00100000', '00'];
  const parts = ['ffffffff', '000001f4', '00000001', '03200000', '01', ...session];
  parts.push('02', '0274', '02', ...partition, '00', '01', '01', '00');
  assertDecodes(fetchRequest, 12, parts, {
    replicaId: -1,
    maxWaitMs: 500,
    maxBytes: 52428800,
    isolationLevel: 1,
    sessionId: 0,
    sessionEpoch: -1,
    rackId: '',
    forgottenTopicsData: [],
  });
});

test('Fetch response 12 with an aborted transaction, a diverging epoch and records', () => {
  const partition = {
    partitionIndex: 0,
    highWatermark: 20,
    lastStableOffset: 10,
    logStartOffset: 0,
    divergingEpoch: { epoch: 1, endOffset: 2 },
    abortedTransactions: [{ producerId: 4, firstOffset: 6 }],
    records: [Buffer.from([0xca]), Buffer.from([0xfe])],
  };
  assertEncodes(fetchResponse, 12, { responses: [{ topic: 't', topicId: '', partitions: [partition] }] }, [
    '00000000' + '0000' + '00000000',
    '02' + '0274' + '02',
    '00000000' + '0000' + '0000000000000014' + '000000000000000a' + '0000000000000000',
    '02' + '0000000000000004' + '0000000000000006' + '00',
    'ffffffff',
    '03' + 'cafe',
    '01' + '000d' + '00000001' + '0000000000000002' + '00',
    '00' + '00',
  ]);
});

test('FindCoordinator response 2 and 4', () => {
  const node = { nodeId: 1, host: 'h', port: 9092 };
  const single = ['00000000', '0000', 'ffff', '00000001', '000168', '00002384'];
  assertEncodes(findCoordinatorResponse, 2, node, single);
  const many = ['00000000', '02', '0267', '00000001', '0268', '00002384', '0000', '00', '00', '00'];
  assertEncodes(findCoordinatorResponse, 4, { coordinators: [{ key: 'g', ...node }] }, many);
});

test('Heartbeat request 0, 3 and 4', () => {
  const expected = { groupId: 'g', generationId: 7, memberId: 'm' };
  assertDecodes(heartbeatRequest, 0, ['000167', '00000007', '00016d'], { ...expected, groupInstanceId: null });
  const withInstance = ['000167', '00000007', '00016d', '000169'];
  assertDecodes(heartbeatRequest, 3, withInstance, { ...expected, groupInstanceId: 'i' });
  assertDecodes(heartbeatRequest, 4, ['0267', '00000007', '026d', '00', '00'], { ...expected, groupInstanceId: null });
});

test('InitProducerId request 4', () => {
  const parts = ['00', '0000ea60', 'ffffffffffffffff', 'ffff', '00'];
  const expected = { transactionalId: null, transactionTimeoutMs: 60000, producerId: -1, producerEpoch: -1 };
  assertDecodes(initProducerIdRequest, 4, parts, expected);
});

test('OffsetFetch request 8 for all topics of a group', () => {
  assertDecodes(offsetFetchRequest, 8, ['02', '0267', '00', '00', '01', '00'], {
    groups: [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: null }],
    requireStable: true,
  });
});

test('DescribeTopicPartitions request with and without a cursor', () => {
  const head = ['02', '0274', '00', '000007d0'];
  assertDecodes(describeTopicPartitionsRequest, 0, [...head, 'ff', '00'], { cursor: null });
  const cursor = { topicName: 't', partitionIndex: 3 };
  assertDecodes(describeTopicPartitionsRequest, 0, [...head, '01', '0274', '00000003', '00', '00'], { cursor });
});

test('a subscription of a newer version is read as the newest that is known', () => {
  const known = ['00000001', '000174', 'ffffffff', '00000000', 'ffffffff', 'ffff'];
  const buffer = Buffer.from(['0009', ...known, 'abcdef'].join(''), 'hex');
  const subscription = decodeConsumerProtocol(consumerProtocolSubscription, buffer);
  assert.deepEqual(subscription.topics, ['t']);
  assert.equal(subscription.userData, null);
});

test('an assignment is preceded by its version', () => {
  const assignment = { assignedPartitions: [{ topic: 't', partitions: [0, 1] }], userData: Buffer.from([9]) };
  const bytes = encodeConsumerProtocol(new Writer(), consumerProtocolAssignment, assignment, 1);
  const parts = ['0001', '00000001', '000174', '00000002', '00000000', '00000001', '00000001' + '09'];
  assert.equal(bytes.toString('hex'), parts.join(''));
  assert.deepEqual(decodeConsumerProtocol(consumerProtocolAssignment, bytes), assignment);
});
