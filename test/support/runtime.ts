/**
 * Real-client suites need a foreign runtime. Where it is absent they skip and say so; with `CI=true` that is a failure,
 * so that a green CI run means that everything ran.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

/** Where Node's own archives and packages keep the headers that addons are compiled with. */
export const nodeHeaders = join(dirname(process.execPath), '../include/node');

/** How each runtime is asked whether it is there. */
const PROBES = {
  python3: ['python3', '--version'],
  java: ['java', '-version'],
  mvn: ['mvn', '--version'],
  go: ['go', 'version'],
  'g++': ['g++', '--version'],
  'node.h': ['test', '-f', join(nodeHeaders, 'node.h')],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type Runtime = keyof typeof PROBES;

const answers = new Map<Runtime, boolean>();

function hasRuntime(runtime: Runtime): boolean {
  let answer = answers.get(runtime);
  if (answer === undefined) {
    const [command, ...args] = PROBES[runtime];
    answer = spawnSync(command, args, { stdio: 'ignore' }).status === 0;
    answers.set(runtime, answer);
  }
  return answer;
}

/** What of a test's context is needed here. */
interface Skippable {
  skip(message: string): void;
}

/**
 * Use as `if (!requireRuntime(t, 'java')) return;`: skipping marks the test but does not leave it.
 * @throws under `CI=true` when the runtime is absent.
 */
export function requireRuntime(
  t: Skippable,
  runtime: Runtime,
  has: (runtime: Runtime) => boolean = hasRuntime,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (has(runtime)) return true;
  if (env.CI === 'true') throw new Error(`${runtime} is not installed; with CI=true every suite must run`);
  t.skip(`${runtime} is not installed`);
  return false;
}
