/**
 * franz-go's own test suite (Go, from the module proxy) against a broker. It takes minutes, so it is not part of
 * `npm test`. Run: `node --import tsx test/conformance/franz-go.ts [go test flags]`; it starts Trilog unless
 * `TRILOG_TEST_BOOTSTRAP=host:port` names a broker. `KGO_TEST_RECORDS` sets the records per test (50000).
 */
import { join } from 'node:path';
import { startTrilog } from '../support/broker-process.ts';
import { externalBootstrap } from '../support/clients-broker.ts';
import { ClientProcess } from '../support/clients-process.ts';

const TIME_LIMIT_MS = 15 * 60_000;
const SLOW_MS = 2_000;
const GO_MODULE = join(import.meta.dirname, 'go');
const PACKAGE = 'github.com/twmb/franz-go/pkg/kgo';
const OUTCOME = /^--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)/;

type Outcome = { readonly result: string; readonly name: string; readonly ms: number };

const external = externalBootstrap();
const trilog = external === undefined ? await startTrilog() : undefined;
const bootstrap = external ?? trilog?.bootstrap ?? '';
const startedMs = performance.now();
const args = ['test', '-count=1', '-timeout', '14m', '-v', ...process.argv.slice(2), PACKAGE];
const suite = new ClientProcess('go', args, {
  cwd: GO_MODULE,
  env: {
    KGO_SEEDS: bootstrap,
    KGO_TEST_RF: '1',
    KGO_TEST_RECORDS: process.env.KGO_TEST_RECORDS ?? '50000',
    GOFLAGS: '-mod=readonly -buildvcs=false',
  },
  timeLimitMs: TIME_LIMIT_MS,
});
const outcomes: Outcome[] = [];
for await (const line of suite.eachLine()) {
  const [, result, name, seconds] = OUTCOME.exec(line) ?? [];
  if (result !== undefined && name !== undefined) outcomes.push({ result, name, ms: Number(seconds) * 1000 });
}
const { code } = await suite.exited;
await trilog?.stop();

const named = (result: string) => outcomes.filter((outcome) => outcome.result === result).map(({ name }) => name);
const slow = outcomes.filter(({ ms }) => ms > SLOW_MS).sort((a, b) => b.ms - a.ms);
console.log(
  `franz-go against ${bootstrap}: ${Math.round((performance.now() - startedMs) / 1000)} s, exit code ${code}`,
);
console.log(`${named('PASS').length} passed, ${named('FAIL').length} failed, ${named('SKIP').length} skipped`);
console.log(`slowest: ${slow.map(({ name, ms }) => `${name} ${(ms / 1000).toFixed(1)} s`).join(', ')}`);
for (const name of named('SKIP')) console.log(`skipped: ${name}`);
for (const name of named('FAIL')) console.log(`FAILED: ${name}`);
if (code !== 0) console.log(failureText(suite.lines) || suite.describe());
process.exitCode = code === 0 ? 0 : 1;

/** The lines around each failure: what a test logged comes before its outcome. */
function failureText(lines: readonly string[]): string {
  const shown = new Set<number>();
  lines.forEach((line, index) => {
    if (!/--- FAIL|panic:|test timed out/.test(line)) return;
    for (let near = index - 5; near <= index + 15; near += 1) shown.add(near);
  });
  return lines.filter((_, index) => shown.has(index)).join('\n');
}
