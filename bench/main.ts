/**
 * `npm run bench`: Trilog beside Apache Kafka on this machine, driven by Kafka's own tools, as a Markdown table of medians
 * and ratios. Progress goes to standard error, the table to standard output, every sample to `--json FILE`.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, kafkaJars, repositoryRoot } from '../test/support/java.ts';
import { type BrokerName, brokerNames, type Durability } from './brokers.ts';
import { describeMachine, machineLine } from './machine.ts';
import { Report } from './report.ts';
import { resident, start } from './scenarios/footprint.ts';
import { latency } from './scenarios/latency.ts';
import { machineLimit } from './scenarios/machine-limit.ts';
import { partitionCost, throughput } from './scenarios/throughput.ts';
import { log, type Session, withBrokers } from './session.ts';

const scenarioNames = ['throughput', 'latency', 'partitions', 'start', 'memory', 'limit'] as const;
type ScenarioName = (typeof scenarioNames)[number];
const durabilities: readonly Durability[] = ['as-shipped', 'equal', 'page-cache'];

const usage = `Usage: npm run bench -- [options]
  --only NAME         one scenario, may be repeated: ${scenarioNames.join(', ')}
  --rounds N          measured rounds after the warm-up round (3)
  --records N         1 KB records a load (500000)
  --durability NAME   may be repeated: ${durabilities.join(', ')} (the first two)
  --quick             1 round of 50000 records
  --no-kafka          Trilog alone
  --only-peer         Kafka alone
  --trilog-arg=ARG    one more argument for Trilog, may be repeated
  --dir FOLDER        where brokers keep their data (.cache/bench)
  --json FILE         every sample, as JSON
`;

function fail(message: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}

function positive(text: string, flag: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : fail(`--${flag} takes a positive whole number`);
}

function each<T extends string>(given: readonly string[] | undefined, all: readonly T[], preset: readonly T[]) {
  for (const name of given ?? []) if (!all.includes(name as T)) fail(`unknown name "${name}"`);
  return given === undefined ? preset : all.filter((name) => given.includes(name));
}

const flags = {
  only: { type: 'string', multiple: true },
  rounds: { type: 'string' },
  records: { type: 'string' },
  durability: { type: 'string', multiple: true },
  quick: { type: 'boolean', default: false },
  'no-kafka': { type: 'boolean', default: false },
  'only-peer': { type: 'boolean', default: false },
  'trilog-arg': { type: 'string', multiple: true },
  dir: { type: 'string', default: join(cacheFolder, 'bench') },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

function readFlags() {
  try {
    return parseArgs({ options: flags }).values;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function readOptions() {
  const values = readFlags();
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  if (values['no-kafka'] && values['only-peer']) fail('--no-kafka and --only-peer leave no broker');
  const wanted: readonly BrokerName[] = values['no-kafka'] ? ['trilog'] : values['only-peer'] ? ['kafka'] : brokerNames;
  return {
    wanted,
    scenarios: each<ScenarioName>(values.only, scenarioNames, scenarioNames),
    durabilities: each<Durability>(values.durability, durabilities, ['as-shipped', 'equal']),
    rounds: positive(values.rounds ?? (values.quick ? '1' : '3'), 'rounds'),
    records: positive(values.records ?? (values.quick ? '50000' : '500000'), 'records'),
    trilogArgs: values['trilog-arg'] ?? [],
    folder: resolve(values.dir),
    json: values.json,
  };
}

/** The load tools are Kafka's jars too, so without them only what needs none can run. */
async function availableScenarios(scenarios: readonly ScenarioName[]): Promise<readonly ScenarioName[]> {
  try {
    await kafkaJars();
    return scenarios;
  } catch (error) {
    log(`Kafka's tools are not to be had, so only the start and the machine's limit are measured. ${error}`);
    return scenarios.filter((name) => name === 'start' || name === 'limit');
  }
}

async function runLoads(session: Session, scenarios: readonly ScenarioName[], durability: Durability): Promise<void> {
  const loads = durability === 'as-shipped' ? ['throughput', 'latency', 'partitions'] : ['throughput', 'latency'];
  const wanted = scenarios.filter((name) => loads.includes(name));
  if (wanted.length === 0) return;
  await withBrokers(session, durability, async (brokers) => {
    if (wanted.includes('throughput')) {
      await throughput(session, brokers, durability, 1);
      await throughput(session, brokers, durability, 12);
    }
    if (wanted.includes('latency')) await latency(session, brokers, durability);
    if (wanted.includes('partitions')) await partitionCost(session, brokers);
  });
}

async function main(): Promise<void> {
  const options = readOptions();
  const needsTrilog = options.wanted.includes('trilog');
  if (needsTrilog && !existsSync(join(repositoryRoot, 'dist', 'main.js')))
    fail('dist/main.js is missing: npm run build');
  const scenarios = await availableScenarios(options.scenarios);
  const withPeer = scenarios.length === options.scenarios.length;
  const names = withPeer ? options.wanted : options.wanted.filter((name) => name === 'trilog');
  await mkdir(options.folder, { recursive: true });
  // A folder of this run alone, so that removing it can never take anything else along.
  const workFolder = await mkdtemp(join(options.folder, 'run-'));
  const report = new Report();
  const machine = describeMachine(workFolder);
  const session: Session = { ...options, workFolder, brokerNames: names, report };

  for (const durability of options.durabilities) await runLoads(session, scenarios, durability);
  if (scenarios.includes('start')) await start(session);
  if (scenarios.includes('memory')) await resident(session);
  if (scenarios.includes('limit')) await machineLimit(session);
  await rm(workFolder, { recursive: true, force: true });

  const how = `${options.rounds} rounds after a warm-up round, ${options.records} records of 1 KB, medians`;
  console.log(`${machineLine(machine)}\n\n${how}\n\n${report.markdown()}`);
  if (options.json !== undefined) {
    const content = {
      machine,
      rounds: options.rounds,
      records: options.records,
      rows: report.rows(),
      errors: report.errors,
    };
    await writeFile(options.json, `${JSON.stringify(content, undefined, 2)}\n`);
  }
  if (report.errors.length > 0) process.exitCode = 1;
}

await main();
