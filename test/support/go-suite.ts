/** Runs a Go library's own test suite, from the module that `test/conformance/go` pins, and says what came of it. */
import { join } from 'node:path';
import { ClientProcess } from './clients-process.ts';

export interface GoSuite {
  readonly title: string;
  readonly package: string;
  /** More arguments of `go test`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeLimitMs: number;
}

type Outcome = { readonly result: string; readonly name: string; readonly ms: number };

const SLOW_MS = 2_000;
const OUTCOME = /^--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)/;

/** Prints the outcome; true if nothing failed. */
export async function runGoSuite({ title, package: path, args, env, timeLimitMs }: GoSuite): Promise<boolean> {
  const startedMs = performance.now();
  const timeout = `${Math.round(timeLimitMs / 1000) - 30}s`;
  const suite = new ClientProcess('go', ['test', '-count=1', '-timeout', timeout, '-v', ...args, path], {
    cwd: join(import.meta.dirname, '../conformance/go'),
    env: { GOFLAGS: '-mod=readonly -buildvcs=false', ...env },
    timeLimitMs,
  });
  const outcomes: Outcome[] = [];
  for await (const line of suite.eachLine()) {
    const [, result, name, seconds] = OUTCOME.exec(line) ?? [];
    if (result !== undefined && name !== undefined) outcomes.push({ result, name, ms: Number(seconds) * 1000 });
  }
  const { code } = await suite.exited;
  console.log(`${title}: ${Math.round((performance.now() - startedMs) / 1000)} s, exit code ${code}`);
  tell(outcomes);
  if (code !== 0) console.log(failureText(suite.lines) || suite.describe());
  return code === 0;
}

function tell(outcomes: readonly Outcome[]): void {
  const named = (result: string) => outcomes.filter((outcome) => outcome.result === result).map(({ name }) => name);
  const slow = outcomes.filter(({ ms }) => ms > SLOW_MS).sort((a, b) => b.ms - a.ms);
  console.log(`${named('PASS').length} passed, ${named('FAIL').length} failed, ${named('SKIP').length} skipped`);
  console.log(`slowest: ${slow.map(({ name, ms }) => `${name} ${(ms / 1000).toFixed(1)} s`).join(', ')}`);
  for (const name of named('SKIP')) console.log(`skipped: ${name}`);
  for (const name of named('FAIL')) console.log(`FAILED: ${name}`);
}

/** The lines around each failure: what a test logged comes before its outcome. */
function failureText(lines: readonly string[]): string {
  const shown = new Set<number>();
  lines.forEach((line, index) => {
    if (!/--- FAIL|panic:|test timed out/.test(line)) return;
    for (let near = index - 5; near <= index + 15; near += 1) shown.add(near);
  });
  return lines.filter((_, index) => shown.has(index)).join('\n');
}
