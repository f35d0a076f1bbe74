/**
 * The own test suite of amqp091-go, RabbitMQ's Go client (from the module proxy), against a broker. It takes minutes, so it is
 * not part of `npm test`. Run: `node --import tsx test/conformance/amqp091-go.ts [go test flags]`; it starts Trilog unless
 * `TRILOG_TEST_AMQP=host:port` names a broker. The suite's tests of recovery drop connections with the management API, at the
 * port that is RabbitMQ's; where nobody serves it there, they are left out.
 */
import { startTrilog } from '../support/broker-process.ts';
import { runGoSuite } from '../support/go-suite.ts';

/** Fixed in the suite. */
const MANAGEMENT = 'http://localhost:15672/api/whoami';

const external = process.env.TRILOG_TEST_AMQP;
const trilog = external === undefined ? await startTrilog() : undefined;
const address = external ?? `127.0.0.1:${trilog?.amqpPort}`;
const hasManagement = await fetch(MANAGEMENT).then(
  () => true,
  () => false,
);
if (!hasManagement) console.log(`nobody serves ${MANAGEMENT}: tests of recovery are left out`);
const passed = await runGoSuite({
  title: `amqp091-go against ${address}`,
  package: 'github.com/rabbitmq/amqp091-go',
  args: [
    '-tags',
    'integration',
    ...(hasManagement ? [] : ['-skip', '^TestConnectionRecovery']),
    ...process.argv.slice(2),
  ],
  env: { AMQP_URL: `amqp://guest:guest@${address}/` },
  timeLimitMs: 10 * 60_000,
});
await trilog?.stop();
process.exitCode = passed ? 0 : 1;
