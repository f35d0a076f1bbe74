/**
 * A disk that fills up: a small tmpfs of its own, which takes root to mount. Producers get an error, consumers go on, a crash
 * while it is full loses nothing, and deleting a topic makes room for the other.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../src/gateway/kafka/protocol/delete-topics.ts';
import { buildBatch } from '../../src/record/build.ts';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { mountTmpfs, resizeTmpfs } from '../support/tmpfs.ts';
import { metadata, produce } from './apis.ts';
import { readAll } from './consumer.ts';
import { WireClient } from './wire-client.ts';

const KAFKA_STORAGE_ERROR = 56;
const VALUE_BYTES = 32 * 1024;
const deleteTopics = { request: deleteTopicsRequest, response: deleteTopicsResponse };

async function send(client: WireClient, topic: string, id: string): Promise<number> {
  const records = buildBatch({
    baseOffset: 0,
    records: [{ offsetDelta: 0, timestampMs: 1, key: Buffer.from(id), value: Buffer.alloc(VALUE_BYTES, id) }],
  });
  const { responses } = await client.request(produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: topic, topicId: UUID_ZERO, partitionData: [{ index: 0, records }] }],
  });
  return responses[0]?.partitionResponses[0]?.errorCode ?? -1;
}

/** Sends until there is no room; answers what was acknowledged. */
async function fill(client: WireClient, topic: string): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let i = 0; i < 10_000; i += 1) {
    const id = `${topic} ${i}`;
    const errorCode = await send(client, topic, id);
    if (errorCode === KAFKA_STORAGE_ERROR) return acknowledged;
    assert.equal(errorCode, 0);
    acknowledged.push(id);
  }
  throw new Error('the disk never filled up');
}

async function idsOf(client: WireClient, topic: string): Promise<string[]> {
  const [view] = await readAll(client, { topic, partitions: 1 }, 'read_uncommitted');
  return (view?.records ?? []).map(({ id }) => id);
}

describe('a full disk', () => {
  it('refuses producers, serves consumers, survives kill -9, and is usable again after a topic is deleted', async (t) => {
    const dataDir = await mountTmpfs(t, 32);
    if (dataDir === undefined) return;
    const args = ['--segment-bytes-max', '1048576', '--disk-reserve-bytes', '6291456', '--cleaner-interval-ms', '100'];
    let broker: TrilogProcess = await startTrilog({ dataDir, args });
    t.after(() => broker.kill9());
    let client = await WireClient.open(broker.port);
    const topics = ['doomed', 'kept'].map((name) => ({ topicId: UUID_ZERO, name }));
    await client.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
    const kept: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      kept.push(`kept ${i}`);
      assert.equal(await send(client, 'kept', `kept ${i}`), 0);
    }
    const doomed = await fill(client, 'doomed');
    assert.ok(doomed.length > 100, `only ${doomed.length} records fit`);
    assert.deepEqual(await idsOf(client, 'doomed'), doomed);

    await broker.kill9();
    broker = await startTrilog({ dataDir, args });
    client = await WireClient.open(broker.port);
    assert.equal(await send(client, 'kept', 'refused'), KAFKA_STORAGE_ERROR, 'it is still full after a restart');
    assert.deepEqual(await idsOf(client, 'doomed'), doomed);
    assert.deepEqual(await idsOf(client, 'kept'), kept);

    await client.request(deleteTopics, 5, { topicNames: ['doomed'], timeoutMs: 1000 });
    for (let attempt = 0; (await send(client, 'kept', 'last')) !== 0; attempt += 1) {
      assert.ok(attempt < 200, `there is no room 10 s after the topic was deleted:\n${broker.output()}`);
      await delay(50);
    }
    assert.deepEqual(await idsOf(client, 'kept'), [...kept, 'last']);
    assert.deepEqual(await broker.stop(), { code: 0, signal: null }, broker.output());
  });

  it('keeps what was acknowledged when others take the last byte', async (t) => {
    const dataDir = await mountTmpfs(t, 16);
    if (dataDir === undefined) return;
    const args = ['--segment-bytes-max', '1048576', '--disk-reserve-bytes', '0', '--cleaner-interval-ms', '100'];
    let broker: TrilogProcess = await startTrilog({ dataDir, args });
    t.after(() => broker.kill9());
    let client = await WireClient.open(broker.port);
    const topics = [{ topicId: UUID_ZERO, name: 'kept' }];
    await client.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
    const acknowledged: string[] = [];
    // Without a reserve the write itself finds no space: its response is held back until there is some.
    for (let i = 0; ; i += 1) {
      const id = `kept ${i}`;
      const errorCode = await Promise.race([send(client, 'kept', id), delay(1500, 'held back')]);
      if (errorCode !== 0) break;
      acknowledged.push(id);
    }
    client.close();
    client = await WireClient.open(broker.port);
    const seen = await idsOf(client, 'kept');
    assert.deepEqual(seen, acknowledged, 'consumers go on and see what was acknowledged');
    await broker.kill9();
    resizeTmpfs(dataDir, 32);
    broker = await startTrilog({ dataDir, args });
    client = await WireClient.open(broker.port);
    const after = await idsOf(client, 'kept');
    assert.deepEqual(after.slice(0, acknowledged.length), acknowledged);
    assert.equal(await send(client, 'kept', 'more'), 0);
  });
});
