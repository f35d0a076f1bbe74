/**
 * franz-go's own test suite (Go, from the module proxy) against a broker. It takes minutes, so it is not part of
 * `npm test`. Run: `node --import tsx test/conformance/franz-go.ts [go test flags]`; it starts Trilog unless
 * `TRILOG_TEST_BOOTSTRAP=host:port` names a broker. `KGO_TEST_RECORDS` sets the records per test (50000).
 */
import { startTrilog } from '../support/broker-process.ts';
import { externalBootstrap } from '../support/clients-broker.ts';
import { runGoSuite } from '../support/go-suite.ts';

const external = externalBootstrap();
const trilog = external === undefined ? await startTrilog() : undefined;
const bootstrap = external ?? trilog?.bootstrap ?? '';
const passed = await runGoSuite({
  title: `franz-go against ${bootstrap}`,
  package: 'github.com/twmb/franz-go/pkg/kgo',
  args: process.argv.slice(2),
  env: { KGO_SEEDS: bootstrap, KGO_TEST_RF: '1', KGO_TEST_RECORDS: process.env.KGO_TEST_RECORDS ?? '50000' },
  timeLimitMs: 15 * 60_000,
});
await trilog?.stop();
process.exitCode = passed ? 0 : 1;
