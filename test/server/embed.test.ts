import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { type Broker, startTrilog } from '../../src/server/embed.ts';

function clientOf({ kafkaAddress: { host, port } }: Broker): Kafka {
  return new Kafka({ brokers: [`${host}:${port}`], logLevel: logLevel.NOTHING });
}

async function send(broker: Broker, value: string): Promise<string | undefined> {
  const producer = clientOf(broker).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const [sent] = await producer.send({ topic: 'embedded', messages: [{ value }] });
  await producer.disconnect();
  return sent?.baseOffset;
}

describe('an embedded broker', () => {
  it('serves a client from memory on a free port', async () => {
    const broker = await startTrilog({
      storage: 'memory',
      'kafka-port': 0,
      'amqp-port': 0,
      'sqs-port': 0,
      'management-port': 0,
    });
    try {
      assert.equal(await send(broker, 'a'), '0');
      assert.equal(await send(broker, 'b'), '1');
    } finally {
      await broker.stop();
    }
    assert.equal(await broker.stopped, undefined);
  });

  it('goes on where it stopped on disk, and refuses a directory in use', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'trilog-embed-'));
    const options = { 'data-dir': directory, 'kafka-port': 0, 'amqp-port': 0, 'sqs-port': 0, 'management-port': 0 };
    try {
      const first = await startTrilog(options);
      assert.equal(await send(first, 'a'), '0');
      await assert.rejects(startTrilog(options), /in use by process/);
      await first.stop();
      const second = await startTrilog(options);
      assert.equal(await send(second, 'b'), '1');
      await second.stop();
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('refuses an option that does not exist', () => {
    assert.throws(() => startTrilog({ 'kafka-prot': 1 }), /kafka-prot/);
  });
});
