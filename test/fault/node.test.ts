/** A whole node over a medium that fails: one path to the end, nothing acknowledged lost, and reads fail alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { buildBatch } from '../../src/record/build.ts';
import { fetching, metadata, produce } from '../crash/apis.ts';
import { type MemoryConnection, TestNode } from '../fuzz/node.ts';

async function send(connection: MemoryConnection): Promise<number> {
  const records = [{ offsetDelta: 0, timestampMs: 1, key: null, value: Buffer.alloc(4000, 1) }];
  const partitionData = [{ index: 0, records: buildBatch({ baseOffset: 0, records }) }];
  const topicData = [{ name: 'orders', topicId: UUID_ZERO, partitionData }];
  const body = { transactionalId: null, acks: -1, timeoutMs: 1000, topicData };
  const { responses } = await connection.request(produce, 9, body);
  return responses[0]?.partitionResponses[0]?.errorCode ?? -1;
}

async function fetchAt(connection: MemoryConnection, fetchOffset: number) {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 8000 }];
  const topics = [{ topic: 'orders', topicId: UUID_ZERO, partitions }];
  const body = { maxWaitMs: 0, minBytes: 1, maxBytes: 8000, isolationLevel: 0, topics };
  const { responses } = await connection.request(fetching, 12, body);
  const answer = responses[0]?.partitions[0];
  assert.ok(answer !== undefined);
  return answer;
}

async function nodeWithTopic(seed: number): Promise<TestNode> {
  const node = await TestNode.start(seed, { 'tail-cache-bytes-max': '0' });
  const topics = [{ topicId: UUID_ZERO, name: 'orders' }];
  await node.connect().request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
  return node;
}

describe('a node whose medium fails', () => {
  for (const operation of ['write', 'sync', 'seal', 'put'] as const) {
    it(`stops through one path when a ${operation} fails, and loses nothing acknowledged`, async () => {
      const node = await nodeWithTopic(3);
      const connection = node.connect();
      let acknowledged = 0;
      for (; acknowledged < 10; acknowledged += 1) assert.equal(await send(connection), ErrorCode.NONE);
      let left = 3;
      node.medium.faults = (failing) => {
        if (failing !== operation) return 'none';
        left -= 1;
        return left < 0 ? 'lost' : 'none';
      };
      for (let i = 0; i < 100 && node.fatal === undefined; i += 1) {
        const answer = await send(connection).catch(() => undefined);
        if (answer === ErrorCode.NONE) acknowledged += 1;
      }
      assert.match(String(node.fatal), /EIO/);
      // A checkpoint that fails leaves the WAL whole: what it still takes until the process has ended is safe.
      if (operation === 'put') acknowledged += (await send(node.connect())) === ErrorCode.NONE ? 1 : 0;
      else await assert.rejects(send(node.connect()), /no response/, 'nothing is acknowledged after the failure');
      await node.restart();
      const { highWatermark } = await fetchAt(node.connect(), 0);
      assert.ok(highWatermark >= acknowledged, `${acknowledged} were acknowledged, ${highWatermark} are there`);
    });
  }

  it('answers a fetch whose read fails with KAFKA_STORAGE_ERROR and goes on', async () => {
    const node = await nodeWithTopic(4);
    const connection = node.connect();
    for (let i = 0; i < 40; i += 1) assert.equal(await send(connection), ErrorCode.NONE);
    node.medium.faults = (operation) => (operation === 'read' ? 'lost' : 'none');
    assert.equal((await fetchAt(connection, 0)).errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    assert.equal(connection.isClosed, false);
    assert.equal(await send(connection), ErrorCode.NONE);
    node.medium.faults = () => 'none';
    const { errorCode, records } = await fetchAt(connection, 0);
    assert.equal(errorCode, ErrorCode.NONE);
    assert.ok((records?.length ?? 0) > 0);
    assert.equal(node.fatal, undefined);
  });
});
