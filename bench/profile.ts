/**
 * Where Trilog's processor time goes: runs one load against Trilog under `node --cpu-prof` and prints the functions with
 * the most time of their own. The profile files stay, for a browser's developer tools. The consume load is written by
 * an unprofiled run first. Usage: node --import tsx bench/profile.ts [produce|consume|latency] [records] [partitions]
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTrilog, type TrilogProcess } from '../test/support/broker-process.ts';
import { cacheFolder } from '../test/support/java.ts';
import { consume, createTopic, endToEndLatency, produce } from './tools.ts';

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

async function load(trilog: TrilogProcess, kind: string, records: number): Promise<string> {
  if (kind === 'consume') return `${Math.round(await consume(trilog.bootstrap, topic, records))} records/s`;
  if (kind === 'latency') return JSON.stringify(await endToEndLatency(trilog.bootstrap, topic, records));
  return `${Math.round((await produce(trilog.bootstrap, topic, records)).steadyRecordsPerSecond)} records/s`;
}

async function main(): Promise<void> {
  const [kind = 'produce', recordsText = '500000', partitionsText = '12'] = process.argv.slice(2);
  if (!['produce', 'consume', 'latency'].includes(kind)) throw new Error(`no load "${kind}"`);
  const records = Number(recordsText);
  const base = join(cacheFolder, 'profiles');
  await mkdir(base, { recursive: true });
  const profiles = await mkdtemp(join(base, `${kind}-`));
  const dataDir = await mkdtemp(join(base, 'data-'));
  try {
    const unprofiled = await startTrilog({ dataDir, entry: 'built' });
    await createTopic(unprofiled.bootstrap, topic, Number(partitionsText));
    if (kind === 'consume') await produce(unprofiled.bootstrap, topic, records);
    await unprofiled.stop();
    const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--enable-source-maps'];
    const profiled = await startTrilog({ dataDir, nodeArgs, entry: 'built' });
    try {
      console.log(`${kind}: ${await load(profiled, kind, records)} (while profiled)`);
    } finally {
      await profiled.stop();
    }
    for (const file of (await readdir(profiles)).sort()) await printProfile(join(profiles, file));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
