/**
 * Where Trilog's processor time goes: runs one load against Trilog under `node --cpu-prof` and prints the functions with
 * the most time of their own. The profile files stay, for a browser's developer tools. The consume load is written by
 * an unprofiled run first. Usage: node --import tsx bench/profile.ts [produce|consume|latency] [records] [partitions]
 *                                 node --import tsx bench/profile.ts [amqp-transient|amqp-confirms] [seconds] [bytes]
 *                                 node --import tsx bench/profile.ts [sqs-send|sqs-receive] [connections] [batch]
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTrilog, type TrilogProcess } from '../test/support/broker-process.ts';
import { cacheFolder } from '../test/support/java.ts';
import { confirmsArgs, transientArgs } from './amqp/loads.ts';
import { perfTest } from './amqp/perf-test.ts';
import * as sqs from './sqs/load.ts';
import { consume, createTopic, endToEndLatency, produce, recordBytes } from './tools.ts';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const topic = 'profiled';
const shownMax = 40;

function ownTimes(profile: CpuProfile): [name: string, microseconds: number][] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === '' ? '' : ` ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`;
      return [id, `${functionName || '(anonymous)'}${place}`];
    }),
  );
  const times = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    const name = names.get(id) ?? '(unknown)';
    times.set(name, (times.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0));
  });
  return [...times].sort((a, b) => b[1] - a[1]);
}

async function printProfile(file: string): Promise<void> {
  const times = ownTimes(JSON.parse(await readFile(file, 'utf8')) as CpuProfile);
  const totalUs = times.reduce((sum, [, us]) => sum + us, 0);
  const idleUs = times.find(([name]) => name === '(idle)')?.[1] ?? 0;
  const busyUs = totalUs - idleUs;
  console.log(`\n${file}\nbusy ${(busyUs / 1e6).toFixed(2)} s of ${(totalUs / 1e6).toFixed(2)} s; share of busy time:`);
  for (const [name, us] of times.filter(([name]) => name !== '(idle)').slice(0, shownMax)) {
    console.log(`${((us / busyUs) * 100).toFixed(1).padStart(6)} %  ${(us / 1000).toFixed(0).padStart(7)} ms  ${name}`);
  }
}

interface Load {
  /** Before the profiled run. */
  prepare?(trilog: TrilogProcess): Promise<unknown>;
  run(trilog: TrilogProcess): Promise<string>;
}

const perSecond = (rate: number | undefined, what: string) => `${Math.round(rate ?? Number.NaN)} ${what}/s`;

function kafkaLoad(kind: string, records: number, partitions: number): Load {
  const make = (trilog: TrilogProcess) => createTopic(trilog.bootstrap, topic, partitions);
  const write = (trilog: TrilogProcess) => produce(trilog.bootstrap, topic, records);
  if (kind === 'consume') {
    return {
      prepare: async (trilog) => {
        await make(trilog);
        await write(trilog);
      },
      run: async (trilog) => perSecond(await consume(trilog.bootstrap, topic, records), 'records'),
    };
  }
  if (kind === 'latency') {
    const measure = (trilog: TrilogProcess) => endToEndLatency(trilog.bootstrap, topic, records);
    return { prepare: make, run: async (trilog) => JSON.stringify(await measure(trilog)) };
  }
  return { prepare: make, run: async (trilog) => perSecond((await write(trilog)).steadyRecordsPerSecond, 'records') };
}

function amqpLoad(args: readonly string[], seconds: number): Load {
  const measure = (trilog: TrilogProcess) => perfTest(trilog.amqpPort, [...args, '-z', String(seconds)], seconds);
  return { run: async (trilog) => perSecond((await measure(trilog)).receivedPerSecond, 'messages') };
}

function sqsLoad(kind: 'send' | 'receive', connections: number, batch: number): Load {
  const limits = { connections, seconds: 60, messages: batch === 1 ? 60_000 : 300_000 };
  let queueUrl = '';
  const fill = async ({ sqsPort }: TrilogProcess, size: number) => {
    queueUrl = await sqs.createQueue(sqsPort, false);
    return perSecond((await sqs.send(sqsPort, limits, { queueUrl, batch: size })).perSecond, 'messages');
  };
  if (kind === 'send') return { run: (trilog) => fill(trilog, batch) };
  const drain = ({ sqsPort }: TrilogProcess) => sqs.consume(sqsPort, limits, queueUrl, batch);
  return {
    prepare: (trilog) => fill(trilog, 10),
    run: async (trilog) => perSecond((await drain(trilog)).perSecond, 'messages'),
  };
}

/** Each with what the two numbers of the command line mean. */
const loads: Readonly<Record<string, (first: number | undefined, second: number | undefined) => Load>> = {
  produce: (records = 500_000, partitions = 12) => kafkaLoad('produce', records, partitions),
  consume: (records = 500_000, partitions = 12) => kafkaLoad('consume', records, partitions),
  latency: (records = 500_000, partitions = 12) => kafkaLoad('latency', records, partitions),
  'amqp-transient': (seconds = 20, bytes = 16) => amqpLoad(transientArgs(bytes, topic), seconds),
  'sqs-send': (connections = 64, batch = 1) => sqsLoad('send', connections, batch),
  'sqs-receive': (connections = 64, batch = 1) => sqsLoad('receive', connections, batch),
  'amqp-confirms': (seconds = 20, bytes = recordBytes) => amqpLoad(confirmsArgs(bytes, topic), seconds),
};

async function profiled(load: Load, dataDir: string, profiles: string): Promise<string> {
  const unprofiled = await startTrilog({ dataDir, entry: 'built' });
  try {
    await load.prepare?.(unprofiled);
  } finally {
    await unprofiled.stop();
  }
  const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--enable-source-maps'];
  const trilog = await startTrilog({ dataDir, nodeArgs, entry: 'built' });
  try {
    return await load.run(trilog);
  } finally {
    await trilog.stop();
  }
}

async function main(): Promise<void> {
  const [kind = 'produce', ...numbers] = process.argv.slice(2);
  const load = loads[kind]?.(...(numbers.map(Number) as [number?, number?]));
  if (load === undefined) throw new Error(`no load "${kind}"; there are ${Object.keys(loads).join(', ')}`);
  const base = join(cacheFolder, 'profiles');
  await mkdir(base, { recursive: true });
  const profiles = await mkdtemp(join(base, `${kind}-`));
  const dataDir = await mkdtemp(join(base, 'data-'));
  try {
    console.log(`${kind}: ${await profiled(load, dataDir, profiles)} (while profiled)`);
    for (const file of (await readdir(profiles)).sort()) await printProfile(join(profiles, file));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
