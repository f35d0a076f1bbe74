/**
 * The words on the command line. Builds the flags from the settings table and says what to do: print something, refuse,
 * or start with the flags as they were written. Values are read and checked by `config/`, not here.
 */
import { Command, CommanderError, Option } from 'commander';
import { CONFIG_FLAG, listSettings } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';

export type CommandLine =
  | { readonly action: 'print'; readonly text: string }
  | { readonly action: 'refuse'; readonly message: string }
  | {
      readonly action: 'start';
      readonly flags: Readonly<Record<string, string>>;
      readonly configPath: string | undefined;
    };

/** Headings of `--help`, by slice of the table: a new slice does not compile without one. */
const HEADINGS: Readonly<Record<keyof Settings, string>> = {
  node: 'Node:',
  storage: 'Storage:',
  kafka: 'Kafka listener:',
  amqp: 'AMQP listeners:',
  sqs: 'SQS listener:',
  management: 'Management API:',
  topics: 'Topics:',
  queues: 'Queues and exchanges:',
  security: 'Users:',
  groups: 'Consumer groups:',
  producers: 'Producers:',
  transactions: 'Transactions:',
};

const HELP_WIDTH = 100;
const HELP_INDENT = 6;

const SOURCES_HELP = `
Every setting can also be given as an environment variable (--kafka-port is TRILOG_KAFKA_PORT) or in the
YAML file that --${CONFIG_FLAG} names (kafka-port: 9092). A flag beats the environment, which beats the file.
Bytes take the units B, KiB, MiB, GiB, TiB; durations take ms, s, min, h, d: "64 MiB", 7d. Without a unit a
number counts bytes or milliseconds.`;

/** @param args without the names of the runtime and the script. */
export function parseCommandLine(args: readonly string[], version: string): CommandLine {
  let printed = '';
  let refused = '';
  const program = buildProgram(version).configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: (text) => {
      refused += text;
    },
    getOutHelpWidth: () => HELP_WIDTH,
  });
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { action: 'print', text: printed };
    return { action: 'refuse', message: refused.replace(/^error: /, '').trim() };
  }
  const written: Record<string, unknown> = program.opts();
  const flags: Record<string, string> = {};
  let configPath: string | undefined;
  for (const option of program.options) {
    const value = written[option.attributeName()];
    if (typeof value !== 'string') continue;
    const name = option.name();
    if (name === CONFIG_FLAG) configPath = value;
    else flags[name] = value;
  }
  return { action: 'start', flags, configPath };
}

function buildProgram(version: string): Command {
  const program = new Command('trilog')
    .description('A message broker. Starts, recovers what it holds, and serves until SIGTERM or SIGINT.')
    .usage('[settings]')
    .version(version, '--version', 'Print the version.')
    .helpOption('--help', 'Print this text.')
    .allowExcessArguments(false)
    .exitOverride()
    .configureHelp({
      formatItem: (term, _termWidth, description, helper) => {
        const margin = ' '.repeat(HELP_INDENT);
        const lines = helper.boxWrap(description, HELP_WIDTH - HELP_INDENT).split('\n');
        return [`  ${term}`, ...lines.map((line) => margin + line)].join('\n');
      },
    })
    .addOption(new Option(`--${CONFIG_FLAG} <path>`, 'YAML file with settings (TRILOG_CONFIG).'));
  for (const { slice, setting } of listSettings()) {
    const heading = HEADINGS[slice];
    const words = setting.type === 'choice' || setting.type === 'boolean';
    const form = words ? setting.range.replaceAll(' ', '') : setting.type;
    const range = words ? '' : `${setting.range}; `;
    const description = `${setting.doc} [${range}default ${setting.defaultText}]`;
    program.addOption(new Option(`--${setting.flag} <${form}>`, description).helpGroup(heading));
  }
  return program.addHelpText('after', SOURCES_HELP);
}
