/**
 * `npm run bench`: Trilog beside Apache Kafka and RabbitMQ on this machine, driven by their own load tools, as a Markdown table
 * of medians and ratios for each peer. Progress goes to standard error, the tables to standard output, every sample to
 * `--json FILE`.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  elasticMqJars,
  elasticMqVersion,
  kafkaJars,
  perfTestJars,
  perfTestVersion,
  repositoryRoot,
} from '../test/support/java.ts';
import { pythonWithMoto } from '../test/support/python.ts';
import { hasRabbit, rabbitVersion } from '../test/support/rabbitmq-peer.ts';
import { type AmqpScenario, amqpScenarios, runAmqp } from './amqp/run.ts';
import type { BrokerName, Durability } from './brokers.ts';
import { describeMachine, machineLine } from './machine.ts';
import { fail, type KafkaScenario, kafkaScenarios, type Options, readOptions } from './options.ts';
import { Report } from './report.ts';
import { resident, start } from './scenarios/footprint.ts';
import { latency } from './scenarios/latency.ts';
import { machineLimit } from './scenarios/machine-limit.ts';
import { partitionCost, throughput } from './scenarios/throughput.ts';
import { log, type Session, withBrokers } from './session.ts';
import { runSqs, sqsScenarios } from './sqs/scenarios.ts';

/** Whether there is what loads are made with; says why not. */
async function isAvailable(what: string, jars: () => Promise<string>): Promise<boolean> {
  try {
    await jars();
    return true;
  } catch (error) {
    log(`${what} is not to be had, so what needs it is not measured. ${error}`);
    return false;
  }
}

async function runLoads(session: Session, scenarios: readonly KafkaScenario[], durability: Durability): Promise<void> {
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

function namesOf({ withTrilog }: Options, peer: BrokerName, withPeer: boolean): readonly BrokerName[] {
  const names = [...(withPeer ? [peer] : []), ...(withTrilog ? (['trilog'] as const) : [])];
  return names.length > 0 ? names : fail('no broker is left to measure');
}

/** The load tools are Kafka's jars too, so without them only what needs none can run. */
async function runKafka(options: Options, workFolder: string): Promise<Report | undefined> {
  const wanted = kafkaScenarios.filter((name) => options.scenarios.includes(name));
  if (wanted.length === 0) return undefined;
  const hasTools = await isAvailable('Kafka', kafkaJars);
  const scenarios = hasTools ? wanted : wanted.filter((name) => name === 'start' || name === 'limit');
  const report = new Report({ name: 'kafka', title: 'Kafka 4.2' });
  const session = {
    ...options,
    workFolder,
    report,
    brokerNames: namesOf(options, 'kafka', hasTools && options.withKafka),
  };
  for (const durability of options.durabilities) await runLoads(session, scenarios, durability);
  if (scenarios.includes('start')) await start(session);
  if (scenarios.includes('memory')) await resident(session);
  if (scenarios.includes('limit')) await machineLimit(session);
  return report;
}

async function runRabbit(options: Options, workFolder: string): Promise<Report | undefined> {
  const wanted: readonly AmqpScenario[] = amqpScenarios.filter((name) => options.scenarios.includes(name));
  if (wanted.length === 0) return undefined;
  const hasTool = await isAvailable(`RabbitMQ PerfTest ${perfTestVersion}`, perfTestJars);
  const withRabbit = options.withRabbit && hasRabbit();
  if (options.withRabbit && !withRabbit) log('RabbitMQ is not installed (Debian: rabbitmq-server): Trilog runs alone');
  const report = new Report({
    name: 'rabbitmq',
    title: `RabbitMQ ${(withRabbit ? await rabbitVersion() : undefined) ?? ''}`.trim(),
  });
  const session = { ...options, workFolder, report, brokerNames: namesOf(options, 'rabbitmq', withRabbit) };
  for (const name of wanted) if (hasTool || name === 'amqp-topic') await runAmqp(session, name, options.backlog);
  return report;
}

async function runSqsScenarios(options: Options, workFolder: string): Promise<readonly Report[]> {
  const wanted = sqsScenarios.filter((name) => options.scenarios.includes(name));
  if (wanted.length === 0) return [];
  const reports: Report[] = [];
  if (options.withElasticMq && (await isAvailable('ElasticMQ', elasticMqJars))) {
    reports.push(new Report({ name: 'elasticmq', title: `ElasticMQ ${elasticMqVersion}` }));
  }
  if (options.withMoto && (await isAvailable('moto', pythonWithMoto))) {
    reports.push(new Report({ name: 'moto', title: 'moto' }));
  }
  // Without any peer there is still a table for Trilog's own figures.
  const [report = new Report({ name: 'elasticmq', title: 'ElasticMQ' }), ...others] = reports;
  const all = [report, ...others];
  const brokerNames = [...reports.map(({ peer }) => peer.name), ...(options.withTrilog ? (['trilog'] as const) : [])];
  const session = { ...options, workFolder, report, reports: all, brokerNames };
  for (const name of wanted) await runSqs(session, name, options.backlog);
  return all;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.withTrilog && !existsSync(join(repositoryRoot, 'dist', 'main.js'))) {
    fail('dist/main.js is missing: npm run build');
  }
  await mkdir(options.folder, { recursive: true });
  // A folder of this run alone, so that removing it can never take anything else along.
  const workFolder = await mkdtemp(join(options.folder, 'run-'));
  const machine = describeMachine(workFolder);
  const { rounds, records, seconds } = options;
  const kafka = await runKafka(options, workFolder);
  const rabbitmq = await runRabbit(options, workFolder);
  const sqs = await runSqsScenarios(options, workFolder);
  await rm(workFolder, { recursive: true, force: true });

  console.log(machineLine(machine));
  const how = `${rounds} rounds after a warm-up round, medians`;
  if (kafka !== undefined) console.log(`\n${how}, ${records} records of 1 KB\n\n${kafka.markdown()}`);
  if (rabbitmq !== undefined) console.log(`\n${how}, ${seconds} seconds a load\n\n${rabbitmq.markdown()}`);
  for (const report of sqs) console.log(`\n${how}, ${seconds} seconds a load\n\n${report.markdown()}`);
  const reports = [kafka, rabbitmq, ...sqs].filter((report) => report !== undefined);
  if (options.json !== undefined) {
    const content = { machine, rounds, records, seconds, peers: reports.map((report) => report.content()) };
    await writeFile(options.json, `${JSON.stringify(content, undefined, 2)}\n`);
  }
  if (reports.some((report) => report.errors.length > 0)) process.exitCode = 1;
}

await main();
