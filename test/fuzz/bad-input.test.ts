/** Bad input by kind: each gets the protocol's own error or closes that one connection. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import { apiVersionsRequest, apiVersionsResponse } from '../../src/gateway/kafka/protocol/api-versions.ts';
import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { buildBatch } from '../../src/record/build.ts';
import { fetching, metadata, produce } from '../crash/apis.ts';
import { decodeResponse, encodeRequest } from '../crash/wire-client.ts';
import { type MemoryConnection, TestNode } from './node.ts';

const apiVersions = { request: apiVersionsRequest, response: apiVersionsResponse };

interface Sent {
  readonly topic?: string;
  readonly acks?: number;
  readonly records?: Buffer;
}

function produceBody({ topic = 'orders', acks = -1, records = batch(0) }: Sent) {
  const topicData = [{ name: topic, topicId: UUID_ZERO, partitionData: [{ index: 0, records }] }];
  return { transactionalId: null, acks, timeoutMs: 1000, topicData };
}

function batch(baseSequence: number, valueBytes = 10): Buffer {
  const records = [{ offsetDelta: 0, timestampMs: 1, key: null, value: Buffer.alloc(valueBytes) }];
  return buildBatch({ baseOffset: 0, records, producerId: 7, producerEpoch: 0, baseSequence });
}

async function produceError(connection: MemoryConnection, sent: Sent): Promise<number | undefined> {
  const { responses } = await connection.request(produce, 9, produceBody(sent));
  return responses[0]?.partitionResponses[0]?.errorCode;
}

async function nodeWithTopic(flags: Readonly<Record<string, string>> = {}) {
  const node = await TestNode.start(5, flags);
  const connection = node.connect();
  const topics = [{ topicId: UUID_ZERO, name: 'orders' }];
  await connection.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
  return { node, connection };
}

function header(apiKey: number, version: number, length = 8): Buffer {
  const frame = Buffer.alloc(4 + 8);
  frame.writeInt32BE(length, 0);
  frame.writeInt16BE(apiKey, 4);
  frame.writeInt16BE(version, 6);
  return frame;
}

describe('bad input', () => {
  for (const [name, bytes] of Object.entries({
    'an unknown API': header(999, 0),
    'an unknown version': header(3, 99),
    'a truncated request': header(3, 9),
    'a frame over the limit': header(3, 9, 2 ** 30),
    'a negative length': header(3, 9, -5),
  })) {
    it(`${name} closes that connection and no other`, async () => {
      const { node, connection } = await nodeWithTopic();
      const other = node.connect();
      other.send(bytes);
      await node.scheduler.settle();
      assert.equal(other.isClosed, true);
      assert.equal(await produceError(connection, {}), ErrorCode.NONE);
      assert.equal(node.lines.filter(({ level }) => level === 'error').length, 0);
    });
  }

  it('an unknown version of ApiVersions is answered in version 0 with UNSUPPORTED_VERSION', async () => {
    const { node } = await nodeWithTopic();
    const connection = node.connect();
    connection.send(header(18, 99));
    await node.scheduler.settle();
    const [frame] = connection.received;
    assert.ok(frame !== undefined && !connection.isClosed);
    const response = decodeResponse(apiVersions, 0, frame);
    assert.equal(response.errorCode, ErrorCode.UNSUPPORTED_VERSION);
    assert.deepEqual(
      response.apiKeys.map(({ apiKey }) => apiKey),
      [18],
    );
  });

  it('batches that are damaged, of another format or out of order are refused, and the partition goes on', async () => {
    const { connection } = await nodeWithTopic();
    const damaged = batch(0);
    damaged[damaged.length - 1] = 0xff;
    assert.equal(await produceError(connection, { records: damaged }), ErrorCode.CORRUPT_MESSAGE);
    const old = batch(0);
    old[16] = 1;
    assert.ok(
      [ErrorCode.INVALID_RECORD, ErrorCode.CORRUPT_MESSAGE].includes(
        (await produceError(connection, { records: old })) as never,
      ),
    );
    const cut = batch(0).subarray(0, 40);
    assert.ok(
      [ErrorCode.INVALID_RECORD, ErrorCode.CORRUPT_MESSAGE].includes(
        (await produceError(connection, { records: cut })) as never,
      ),
    );
    assert.equal(await produceError(connection, { records: batch(0) }), ErrorCode.NONE);
    assert.equal(await produceError(connection, { records: batch(5) }), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert.equal(await produceError(connection, { topic: 'nowhere' }), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assert.equal(await produceError(connection, { acks: 2 }), ErrorCode.INVALID_REQUIRED_ACKS);
    assert.equal(await produceError(connection, { records: batch(1) }), ErrorCode.NONE);
  });

  it('acks=0 is not answered, and its error closes the connection', async () => {
    const { node, connection } = await nodeWithTopic();
    connection.received.length = 0;
    connection.send(encodeRequest(produce as never, 9, 1, produceBody({ acks: 0 })));
    await node.scheduler.settle();
    assert.equal(connection.received.length, 0);
    assert.equal(connection.isClosed, false);
    connection.send(encodeRequest(produce as never, 9, 2, produceBody({ acks: 0, topic: 'nowhere' })));
    await node.scheduler.settle();
    assert.equal(connection.isClosed, true);
  });

  it('a client that does not read gets no more requests handled once about a megabyte is unread', async () => {
    const { node, connection } = await nodeWithTopic();
    for (let i = 0; i < 20; i += 1) {
      assert.equal(await produceError(connection, { records: batch(i, 100_000) }), ErrorCode.NONE);
    }
    const deaf = node.connect();
    deaf.isReading = false;
    const wanted = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 400_000 }];
    for (let i = 0; i < 200; i += 1) {
      const topics = [{ topic: 'orders', topicId: UUID_ZERO, partitions: wanted }];
      const body = { maxWaitMs: 0, minBytes: 1, maxBytes: 400_000, isolationLevel: 0, topics };
      deaf.send(encodeRequest(fetching as never, 12, i, body));
      await node.scheduler.settle();
    }
    assert.equal(deaf.isPaused, true);
    assert.ok(deaf.bufferedBytes < 2 * 1024 * 1024, `${deaf.bufferedBytes} bytes are buffered`);
  });

  it('connections beyond the maximum are closed at once, and idle ones after a while', async () => {
    const { node, connection } = await nodeWithTopic({ 'kafka-connections-max': '2', 'kafka-idle-timeout-ms': '1000' });
    const second = node.connect();
    assert.equal(second.isClosed, false);
    assert.equal(node.connect().isClosed, true);
    await node.scheduler.advance(3000);
    assert.deepEqual([connection.isClosed, second.isClosed], [true, true]);
    assert.equal(node.connect().isClosed, false);
  });
});
