#!/usr/bin/env node
/** The `trilog` command: hands the real process to the command line, and its exit code to the operating system. */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from './base/system-clock.ts';
import { run } from './cli/run.ts';
import { startBroker } from './server/broker.ts';

/** Compiled or not, this file is one folder below the root of the package. */
const packageRoot = new URL('../', import.meta.url);
const packageFile = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { version: string };
const example = fileURLToPath(new URL('examples/kafka-hello.mjs', packageRoot));

const exitCode = await run({
  args: process.argv.slice(2),
  env: process.env,
  version: packageFile.version,
  examplePath: existsSync(example) ? relative(process.cwd(), example) : undefined,
  clock: systemClock,
  startBroker,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  readFile: (path) => readFileSync(path, 'utf8'),
  onSignal: (listener) => {
    process.on('SIGTERM', listener);
    process.on('SIGINT', listener);
  },
  onUncaught: (listener) => {
    process.on('uncaughtException', listener);
    process.on('unhandledRejection', listener);
  },
});
process.exit(exitCode);
