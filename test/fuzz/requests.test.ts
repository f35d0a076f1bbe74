/**
 * Hostile bytes on connections to a whole node: the node goes on, nothing is thrown outside, other connections don't notice,
 * and no stack trace is logged at the default level.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import { API_LIST } from '../../src/gateway/kafka/protocol/apis.ts';
import { buildBatch } from '../../src/record/build.ts';
import { randomStruct, seededDraw } from '../base/schema/random-value.ts';
import { metadata, produce } from '../crash/apis.ts';
import { encodeRequest } from '../crash/wire-client.ts';
import type { AnyMessage } from '../gateway/kafka/protocol/every-message.ts';
import { type MemoryConnection, TestNode } from './node.ts';

const TIME_MS_MAX = 5000;
const limits = { interruptAfterTimeLimit: TIME_MS_MAX, markInterruptAsFailure: false, includeErrorInReport: true };
const REQUEST_BYTES_MAX = 128 * 1024;

const FLAGS = {
  'kafka-request-bytes-max': String(REQUEST_BYTES_MAX),
  'message-max-bytes': '65536',
  'topics-max': '50',
  'partitions-max': '200',
  'auto-create-topics': 'false',
};

/** A valid frame of some API and version with random values in it. */
const validFrame = fc
  .tuple(fc.nat({ max: API_LIST.length - 1 }), fc.nat({ max: 20 }), fc.nat())
  .map(([which, versionSeed, seed]) => {
    const api = API_LIST[which];
    assert.ok(api !== undefined);
    const { minVersion, maxVersion } = api.request;
    const version = minVersion + (versionSeed % (maxVersion - minVersion + 1));
    const value = randomStruct(api.request.fields, version, api.request.isFlexible(version), seededDraw(seed));
    const message = api as unknown as { request: AnyMessage; response: AnyMessage };
    return encodeRequest(message as never, version, seed, value);
  });

const mutatedFrame = fc
  .tuple(
    validFrame,
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat()), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .map(([frame, changes]) => {
    const bytes = Buffer.from(frame);
    for (const [share, value] of changes) {
      const at = 4 + Math.floor((bytes.length - 4) * share);
      // Whole lengths and counts are what lies best: large, negative, or off by one.
      if (value % 3 === 0 && at + 4 <= bytes.length)
        bytes.writeInt32BE([-1, 2 ** 31 - 1, -(2 ** 31), 65_536][value % 4] ?? 0, at);
      else if (at < bytes.length) bytes[at] = value & 0xff;
    }
    return bytes;
  });

const randomBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const randomBody = fc
  .tuple(fc.integer({ min: -2, max: 100 }), fc.integer({ min: -1, max: 20 }), randomBytes)
  .map(([key, version, body]) => {
    const frame = Buffer.alloc(12 + body.length);
    frame.writeInt32BE(frame.length - 4, 0);
    frame.writeInt16BE(key, 4);
    frame.writeInt16BE(version, 6);
    body.copy(frame, 12);
    return frame;
  });
const lyingLength = fc.tuple(fc.integer(), randomBytes).map(([length, body]) => {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeInt32BE(length, 0);
  body.copy(frame, 4);
  return frame;
});

async function assertServing(node: TestNode, bystander: MemoryConnection): Promise<void> {
  const topics = [{ topicId: UUID_ZERO, name: 'steady' }];
  const { topics: answers } = await bystander.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
  assert.equal(answers[0]?.name, 'steady');
  assert.equal(bystander.isClosed, false);
  assert.equal(node.fatal, undefined);
}

function assertNoStack(node: TestNode): void {
  for (const { level, fields, message } of node.lines) {
    if (level === 'debug') continue;
    const text = `${message} ${JSON.stringify(Object.values(fields).map((value) => (value instanceof Error ? value.stack : value)))}`;
    assert.doesNotMatch(text, /\bat .+:\d+:\d+/, text);
    assert.notEqual(message, 'closed a Kafka connection because its request failed inside', text);
  }
  node.lines.length = 0;
}

async function survives(node: TestNode, bystander: MemoryConnection, frames: readonly Buffer[], cutAt: number) {
  const attacker = node.connect();
  const bytes = Buffer.concat(frames);
  const cut = bytes.length === 0 ? 0 : cutAt % bytes.length;
  attacker.send(Buffer.from(bytes.subarray(0, cut)));
  attacker.send(Buffer.from(bytes.subarray(cut)));
  await node.scheduler.settle();
  await assertServing(node, bystander);
  attacker.destroy();
  await node.scheduler.settle();
  assertNoStack(node);
}

describe('hostile requests', () => {
  for (const [name, frame] of Object.entries({
    'random bytes': randomBytes,
    'random bodies behind a valid header': randomBody,
    'lying lengths': lyingLength,
    'valid frames with random values': validFrame,
    'valid frames with a few bytes changed': mutatedFrame,
  })) {
    it(`close one connection at most: ${name}`, async () => {
      const node = await TestNode.start(1, FLAGS);
      const bystander = node.connect();
      await fc.assert(
        fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 3 }), fc.nat(), (frames, cutAt) =>
          survives(node, bystander, frames, cutAt),
        ),
        { numRuns: 3000, ...limits, interruptAfterTimeLimit: TIME_MS_MAX / 2 },
      );
      // Rebalances and sessions that hostile clients began end by their timers, and nothing breaks then either.
      await node.scheduler.advance(60_000);
      await assertServing(node, node.connect());
      assertNoStack(node);
    });
  }

  it('a frame that is split at any byte is the same frame', async () => {
    const node = await TestNode.start(2);
    const setup = node.connect();
    const topics = [{ topicId: UUID_ZERO, name: 'split' }];
    await setup.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
    const records = [{ offsetDelta: 0, timestampMs: 1, key: null, value: Buffer.from('split') }];
    const body = {
      transactionalId: null,
      acks: -1,
      timeoutMs: 1000,
      topicData: [
        {
          name: 'split',
          topicId: UUID_ZERO,
          partitionData: [{ index: 0, records: buildBatch({ baseOffset: 0, records }) }],
        },
      ],
    };
    const length = encodeRequest(produce as never, 9, 7, body).length;
    for (let at = 1; at < length; at += 1) {
      const frame = encodeRequest(produce as never, 9, 7, { ...body, topicData: structuredCloneOf(body.topicData) });
      const connection = node.connect();
      connection.send(Buffer.from(frame.subarray(0, at)));
      connection.send(Buffer.from(frame.subarray(at)));
      await node.scheduler.settle(() => connection.received.length > 0);
      assert.equal(connection.received.length, 1, `split at ${at}`);
      connection.destroy();
    }
    const [topic] = (await setup.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false })).topics;
    assert.equal(topic?.errorCode, 0);
  });
});

/** The node patches batches in place, so each request needs its own bytes. */
function structuredCloneOf<T extends { partitionData: { records: Buffer }[] }>(topics: T[]): T[] {
  return topics.map((topic) => ({
    ...topic,
    partitionData: topic.partitionData.map((data) => ({ ...data, records: Buffer.from(data.records) })),
  }));
}
