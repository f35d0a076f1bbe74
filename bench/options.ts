/** The flags of `npm run bench`. What makes no sense ends the process with the usage. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../test/support/java.ts';
import { amqpScenarios } from './amqp/run.ts';
import type { Durability } from './brokers.ts';
import { sqsScenarios } from './sqs/scenarios.ts';

export const kafkaScenarios = ['throughput', 'latency', 'partitions', 'start', 'memory', 'limit'] as const;
export type KafkaScenario = (typeof kafkaScenarios)[number];
const scenarioNames = [...kafkaScenarios, ...amqpScenarios, ...sqsScenarios] as const;
export type ScenarioName = (typeof scenarioNames)[number];
const durabilities: readonly Durability[] = ['as-shipped', 'equal', 'page-cache'];

const usage = `Usage: npm run bench -- [options]
  --only NAME         one scenario, or all that begin with NAME and a dash; may be repeated:
                      ${kafkaScenarios.join(', ')},
                      ${amqpScenarios.join(', ')},
                      ${sqsScenarios.join(', ')}
  --rounds N          measured rounds after the warm-up round (3)
  --records N         Kafka: 1 KB records a load (500000)
  --seconds N         AMQP, SQS: length of a load (15)
  --backlog N         AMQP, SQS: messages that wait (1000000)
  --durability NAME   Kafka, may be repeated: ${durabilities.join(', ')} (the first two)
  --quick             1 short round: 50000 records, 4 seconds, a backlog of 50000
  --no-kafka          without Kafka
  --no-rabbitmq       without RabbitMQ
  --no-elasticmq      without ElasticMQ
  --no-moto           without moto
  --only-peer         without Trilog
  --trilog-arg=ARG    one more argument for Trilog, may be repeated
  --dir FOLDER        where brokers keep their data (.cache/bench)
  --json FILE         every sample, as JSON
`;

export interface Options {
  readonly scenarios: readonly ScenarioName[];
  readonly withTrilog: boolean;
  readonly withKafka: boolean;
  readonly withRabbit: boolean;
  readonly withElasticMq: boolean;
  readonly withMoto: boolean;
  readonly durabilities: readonly Durability[];
  readonly rounds: number;
  readonly records: number;
  readonly seconds: number;
  readonly backlog: number;
  readonly trilogArgs: readonly string[];
  readonly folder: string;
  readonly json: string | undefined;
}

export function fail(message: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}

function positive(text: string, flag: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : fail(`--${flag} takes a positive whole number`);
}

function each<T extends string>(given: readonly string[] | undefined, all: readonly T[], preset: readonly T[]) {
  const isMeant = (name: T, wanted: string) => name === wanted || name.startsWith(`${wanted}-`);
  for (const wanted of given ?? []) if (!all.some((name) => isMeant(name, wanted))) fail(`unknown name "${wanted}"`);
  return given === undefined ? preset : all.filter((name) => given.some((wanted) => isMeant(name, wanted)));
}

const flags = {
  only: { type: 'string', multiple: true },
  rounds: { type: 'string' },
  records: { type: 'string' },
  seconds: { type: 'string' },
  backlog: { type: 'string' },
  durability: { type: 'string', multiple: true },
  quick: { type: 'boolean', default: false },
  'no-kafka': { type: 'boolean', default: false },
  'no-rabbitmq': { type: 'boolean', default: false },
  'no-elasticmq': { type: 'boolean', default: false },
  'no-moto': { type: 'boolean', default: false },
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

export function readOptions(): Options {
  const values = readFlags();
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const { quick } = values;
  const number = (flag: 'rounds' | 'records' | 'seconds' | 'backlog', short: number, preset: number) =>
    positive(values[flag] ?? String(quick ? short : preset), flag);
  return {
    scenarios: each<ScenarioName>(values.only, scenarioNames, scenarioNames),
    withTrilog: !values['only-peer'],
    withKafka: !values['no-kafka'],
    withRabbit: !values['no-rabbitmq'],
    withElasticMq: !values['no-elasticmq'],
    withMoto: !values['no-moto'],
    durabilities: each<Durability>(values.durability, durabilities, ['as-shipped', 'equal']),
    rounds: number('rounds', 1, 3),
    records: number('records', 50_000, 500_000),
    seconds: number('seconds', 4, 15),
    backlog: number('backlog', 50_000, 1_000_000),
    trilogArgs: values['trilog-arg'] ?? [],
    folder: resolve(values.dir),
    json: values.json,
  };
}
