/**
 * Start-up after `kill -9` is bounded by the checkpoint and not by how much is stored: fills a data folder to several
 * sizes, kills the broker, and measures from the start of the process to its first answer. Run with
 * `node --import tsx bench/startup.ts [MB...]`; by default 100 MB and 10 GB. Needs that much free disk, and gives it back.
 */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UUID_ZERO } from '../src/catalog/uuid.ts';
import { buildBatch } from '../src/record/build.ts';
import { metadata, produce } from '../test/crash/apis.ts';
import { WireClient } from '../test/crash/wire-client.ts';
import { startTrilog } from '../test/support/broker-process.ts';

const MEGABYTE = 1e6;
const SIZES_MB = [100, 10_000];
const ROUNDS = 5;
const BATCH_BYTES = 1_000_000;
const IN_FLIGHT = 8;
const PARTITIONS = 4;
const SPARE_BYTES = 5e9;
const topic = 'filled';
/** Filling goes to the page cache; killing the process takes nothing from there. */
const args = ['--fsync', 'never', '--default-partitions', String(PARTITIONS)];

async function fill(port: number, megabytes: number): Promise<void> {
  const client = await WireClient.open(port);
  const topics = [{ topicId: UUID_ZERO, name: topic }];
  await client.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
  const value = Buffer.alloc(BATCH_BYTES - 200, 'x');
  const records = buildBatch({
    baseOffset: 0,
    records: [{ offsetDelta: 0, timestampMs: Date.now(), key: null, value }],
  });
  let left = Math.ceil((megabytes * MEGABYTE) / BATCH_BYTES);
  const lane = async () => {
    for (; left > 0; ) {
      left -= 1;
      const partitionData = [{ index: left % PARTITIONS, records }];
      const topicData = [{ name: topic, topicId: UUID_ZERO, partitionData }];
      const { responses } = await client.request(produce, 9, {
        transactionalId: null,
        acks: -1,
        timeoutMs: 60_000,
        topicData,
      });
      const errorCode = responses[0]?.partitionResponses[0]?.errorCode;
      if (errorCode !== 0) throw new Error(`produce failed with error ${errorCode}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  client.close();
}

/** Milliseconds from spawning the broker to its answer to Metadata. */
async function measure(dataDir: string): Promise<number> {
  const broker = await startTrilog({ dataDir, args });
  const client = await WireClient.open(broker.port);
  const topics = [{ topicId: UUID_ZERO, name: topic }];
  const response = await client.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
  const tookMs = performance.now() - broker.spawnedAtMs;
  if (response.topics[0]?.partitions.length !== PARTITIONS)
    throw new Error(`topic ${topic} is not there after the crash`);
  client.close();
  await broker.kill9();
  return tookMs;
}

const sizes = process.argv.slice(2).map(Number);
const rows: Record<string, string>[] = [];
for (const megabytes of sizes.length > 0 ? sizes : SIZES_MB) {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < megabytes * MEGABYTE + SPARE_BYTES) throw new Error(`${megabytes} MB do not fit on the disk`);
  const dataDir = await mkdtemp(join(tmpdir(), 'trilog-startup-'));
  try {
    const broker = await startTrilog({ dataDir, args });
    const startedMs = performance.now();
    await fill(broker.port, megabytes);
    const fillMs = performance.now() - startedMs;
    await broker.kill9();
    const times: number[] = [];
    // The first start seals and checkpoints what the fill left; each further one finds the crash of the one before.
    for (let round = 0; round < ROUNDS; round += 1) times.push(await measure(dataDir));
    const [first = 0, ...others] = times;
    others.sort((a, b) => a - b);
    rows.push({
      'stored, MB': String(megabytes),
      'filled in, s': (fillMs / 1000).toFixed(1),
      'first start, ms': first.toFixed(0),
      'median of later starts, ms': (others[others.length >> 1] ?? 0).toFixed(0),
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
console.table(rows);
