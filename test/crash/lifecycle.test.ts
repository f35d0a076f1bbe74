/** Start and stop of the process: one node per data folder, locks of the dead, and a stop that no client can hold up. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import { connectAmqp } from '../support/amqp-socket.ts';
import { startTrilog } from '../support/broker-process.ts';
import { fetching, metadata } from './apis.ts';
import { ConnectionLost, WireClient } from './wire-client.ts';

const STOP_MS_MAX = 5000;

describe('the process', () => {
  it('refuses a data folder in use, and takes over the lock of a killed one', async (t) => {
    const first = await startTrilog();
    const { dataDir } = first;
    t.after(() => rm(dataDir, { recursive: true, force: true }));
    await assert.rejects(
      startTrilog({ dataDir }),
      new RegExp(`${dataDir} is in use by process ${first.pid}: stop that one`),
    );
    await WireClient.open(first.port).then((client) => client.close());
    await first.kill9();
    const second = await startTrilog({ dataDir });
    assert.deepEqual(await second.stop(), { code: 0, signal: null }, second.output());
  });

  it('stops on SIGTERM within five seconds although clients of either protocol are connected, poll or are deaf', async () => {
    const broker = await startTrilog();
    const clients = await Promise.all(Array.from({ length: 20 }, () => WireClient.open(broker.port)));
    const topics = [{ topicId: UUID_ZERO, name: 'polled' }];
    await clients[0]?.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
    const polls = clients.map((client) =>
      client.request(fetching, 12, {
        maxWaitMs: 60_000,
        minBytes: 1,
        maxBytes: 1024,
        isolationLevel: 0,
        topics: [
          {
            topic: 'polled',
            topicId: UUID_ZERO,
            partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1024 }],
          },
        ],
      }),
    );
    const ends = Promise.allSettled(polls);
    const deaf = await WireClient.open(broker.port);
    deaf.socket.pause();
    await connectAmqp(broker.amqpPort);
    const startedMs = performance.now();
    const exit = await broker.stop();
    const tookMs = performance.now() - startedMs;
    assert.deepEqual(exit, { code: 0, signal: null }, broker.output());
    assert.ok(tookMs < STOP_MS_MAX, `it took ${tookMs} ms`);
    for (const end of await ends) {
      assert.ok(end.status === 'fulfilled' || end.reason instanceof ConnectionLost);
    }
    deaf.close();
  });
});
