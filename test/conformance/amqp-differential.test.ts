/**
 * The same frames to RabbitMQ 3.10 and to Trilog; what came back must be the same: codes and texts of errors, what is delivered and
 * in which order, what dead letters tell. `TRILOG_TEST_RABBIT=port` names a RabbitMQ on this machine that runs already. A known
 * difference is written down in `amqp-differential/known-differences.ts` with its reason, and fails when it is gone.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startAmqpBroker } from '../support/amqp-broker.ts';
import { uniqueName } from '../support/clients-wait.ts';
import { installMsMax, startRabbit, whyNoRabbit } from '../support/rabbitmq-peer.ts';
import { connectionScenarios } from './amqp-differential/connection-scenarios.ts';
import { consumeScenarios } from './amqp-differential/consume-scenarios.ts';
import { AmqpConversation, type Entry } from './amqp-differential/conversation.ts';
import { deadLetterScenarios } from './amqp-differential/dead-letter-scenarios.ts';
import type { Json } from './amqp-differential/describe.ts';
import { exchangeScenarios } from './amqp-differential/exchange-scenarios.ts';
import { KNOWN_DIFFERENCES, OTHER_WORDS } from './amqp-differential/known-differences.ts';
import { Normaliser } from './amqp-differential/normalise.ts';
import { priorityScenarios } from './amqp-differential/priority-scenarios.ts';
import { publishScenarios } from './amqp-differential/publish-scenarios.ts';
import { queueEndScenarios } from './amqp-differential/queue-end-scenarios.ts';
import { queueScenarios } from './amqp-differential/queue-scenarios.ts';
import { routingScenarios } from './amqp-differential/routing-scenarios.ts';
import type { AmqpScenario } from './amqp-differential/scenario.ts';

const SCENARIOS: readonly AmqpScenario[] = [
  ...connectionScenarios,
  ...exchangeScenarios,
  ...queueScenarios,
  ...queueEndScenarios,
  ...publishScenarios,
  ...consumeScenarios,
  ...priorityScenarios,
  ...deadLetterScenarios,
  ...routingScenarios,
];
/** How long it must be quiet before nothing more is expected; a difference is looked at again with more patience. */
const QUIET_MS = [40, 200, 600];
const TIME_LIMIT_MS = installMsMax + 240_000;
const AT_ONCE = 6;

test('RabbitMQ and Trilog answer alike', { timeout: TIME_LIMIT_MS, concurrency: AT_ONCE }, async (t) => {
  if (!(await hasPeer(t))) return;
  const [rabbit, { port: trilog }] = await Promise.all([peerPort(t), startAmqpBroker(t)]);
  const wanted = process.env.TRILOG_TEST_SCENARIO ?? '';
  const scenarios = SCENARIOS.filter(({ title }) => title.includes(wanted));
  await Promise.all(scenarios.map((scenario) => t.test(scenario.title, () => compare(scenario, rabbit, trilog))));
});

async function compare(scenario: AmqpScenario, rabbit: number, trilog: number): Promise<void> {
  let differences: string[] = [];
  for (const quietMs of QUIET_MS) {
    const [expected, seen] = await Promise.all([play(scenario, rabbit, quietMs), play(scenario, trilog, quietMs)]);
    differences = differencesOf(scenario, expected, seen);
    if (differences.length === 0) return;
  }
  assert.fail(`${differences.length} differ\n${differences.join('\n')}`);
}

async function play(scenario: AmqpScenario, port: number, quietMs: number): Promise<Entry[]> {
  const prefix = `${uniqueName('diff')}-`;
  const broker = new AmqpConversation(port, prefix, quietMs);
  try {
    await scenario.run(broker);
  } catch (error) {
    // What was answered until then is still worth comparing.
    broker.note('the scenario', `broke off: ${String(error)}`);
  } finally {
    await broker.end();
  }
  const normaliser = new Normaliser(prefix);
  return broker.transcript.map(({ asked, answer }) => ({ asked, answer: normaliser.normalise(answer) }));
}

/** Compares answer by answer, and says all that differ at once: one answer is readable on its own. */
function differencesOf({ title }: AmqpScenario, expected: readonly Entry[], seen: readonly Entry[]): string[] {
  const differences: string[] = [];
  if (expected.some(({ asked }) => asked === 'the scenario'))
    differences.push(`RabbitMQ itself: ${JSON.stringify(expected.at(-1)?.answer)}: mend the scenario`);
  expected.forEach(({ asked, answer }, index) => {
    const other = seen[index]?.answer ?? null;
    const isSame = JSON.stringify(answer) === JSON.stringify(other);
    const key = `${title} / ${asked}`;
    const isKnown = key in KNOWN_DIFFERENCES || key in OTHER_WORDS;
    if (isKnown && isSame) differences.push(`${asked}: no longer different; remove it from the known differences`);
    if (isSame || key in KNOWN_DIFFERENCES) return;
    if (key in OTHER_WORDS && withoutTexts(answer) === withoutTexts(other)) return;
    differences.push(`${asked}:\n  RabbitMQ: ${JSON.stringify(answer)}\n  Trilog:   ${JSON.stringify(other)}`);
  });
  if (seen.length > expected.length) differences.push(`Trilog: ${JSON.stringify(seen.at(-1))}`);
  return differences;
}

function withoutTexts(answer: Json): string {
  return JSON.stringify(answer, (name, value) => (name === 'replyText' ? undefined : value));
}

/** False where RabbitMQ can't be had; with CI=true that is a failure. */
async function hasPeer(t: TestContext): Promise<boolean> {
  if (process.env.TRILOG_TEST_RABBIT !== undefined) return true;
  const reason = await whyNoRabbit();
  if (reason === undefined) return true;
  if (process.env.CI === 'true') throw new Error(`${reason}; with CI=true every suite must run`);
  t.skip(reason);
  return false;
}

async function peerPort(t: TestContext): Promise<number> {
  const external = process.env.TRILOG_TEST_RABBIT;
  if (external !== undefined) return Number(external);
  const peer = await startRabbit();
  t.after(() => peer.stop());
  return peer.port;
}
