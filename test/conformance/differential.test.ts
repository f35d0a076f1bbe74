/**
 * The same requests to Apache Kafka 4.2 and to Trilog; what came back must be the same, field by field, up to what each
 * broker chooses for itself. `TRILOG_TEST_PEER=host:port` names a Kafka that runs already. A known difference is written
 * down in `differential/known-differences.ts` with its reason, and fails when it is gone.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startConformanceBroker } from '../support/clients-broker.ts';
import { Conversation, type Json, ProtocolProbe } from '../support/clients-probe.ts';
import { uniqueName } from '../support/clients-wait.ts';
import { startKafkaPeer } from '../support/kafka-peer.ts';
import { requireRuntime } from '../support/runtime.ts';
import { adminScenarios } from './differential/admin-scenarios.ts';
import { connectionScenarios } from './differential/connection-scenarios.ts';
import { groupScenarios } from './differential/group-scenarios.ts';
import { KNOWN_DIFFERENCES } from './differential/known-differences.ts';
import { Normaliser } from './differential/normalise.ts';
import { produceScenarios } from './differential/produce-scenarios.ts';
import type { Scenario } from './differential/scenario.ts';
import { transactionScenarios } from './differential/transaction-scenarios.ts';

const SCENARIOS: readonly Scenario[] = [
  ...connectionScenarios,
  ...produceScenarios,
  ...groupScenarios,
  ...transactionScenarios,
  ...adminScenarios,
];
const SCENARIO_TIME_LIMIT_MS = 45_000;

test('Kafka and Trilog answer alike', async (t) => {
  if (!requireRuntime(t, 'java') || !requireRuntime(t, 'mvn')) return;
  const [kafka, { bootstrap: trilog }, probe] = await Promise.all([
    peerBootstrap(t),
    startConformanceBroker(t),
    startProbe(t),
  ]);
  for (const scenario of SCENARIOS) {
    await t.test(scenario.title, { timeout: SCENARIO_TIME_LIMIT_MS }, async () => {
      const [expected, seen] = await Promise.all([play(scenario, probe, kafka), play(scenario, probe, trilog)]);
      compare(scenario, expected, seen);
    });
  }
});

type Transcript = readonly { readonly asked: string; readonly answer: Json }[];

async function play(scenario: Scenario, probe: ProtocolProbe, address: string): Promise<Transcript> {
  const prefix = `${uniqueName('diff')}-`;
  const broker = new Conversation(probe, address, prefix);
  try {
    await scenario.run(broker);
  } catch (error) {
    const asked = broker.transcript.at(-1);
    throw new Error(`${address} broke off after ${JSON.stringify(asked)}`, { cause: error });
  }
  const normaliser = new Normaliser(prefix);
  return broker.transcript.map(({ asked, answer }) => ({ asked, answer: normaliser.normalise(answer) }));
}

/** Compares answer by answer, and says all that differ at once: one request's answers are readable on their own. */
function compare(scenario: Scenario, expected: Transcript, seen: Transcript): void {
  const differences: string[] = [];
  expected.forEach(({ asked, answer }, index) => {
    const other = seen[index]?.answer ?? null;
    const isSame = JSON.stringify(answer) === JSON.stringify(other);
    const known = KNOWN_DIFFERENCES[`${scenario.title} / ${asked}`];
    if (known !== undefined && isSame)
      differences.push(`${asked}: no longer different; remove it from the known differences`);
    if (known !== undefined || isSame) return;
    differences.push(`${asked}:\n  Kafka:  ${JSON.stringify(answer)}\n  Trilog: ${JSON.stringify(other)}`);
  });
  assert.ok(differences.length === 0, `${differences.length} of ${expected.length} differ\n${differences.join('\n')}`);
  assert.equal(seen.length, expected.length);
}

async function peerBootstrap(t: TestContext): Promise<string> {
  const external = process.env.TRILOG_TEST_PEER;
  if (external !== undefined) return external;
  const peer = await startKafkaPeer({
    heap: ['-Xms256m', '-Xmx512m'],
    config: { 'group.min.session.timeout.ms': '1000' },
  });
  t.after(() => peer.stop());
  return peer.bootstrap;
}

async function startProbe(t: TestContext): Promise<ProtocolProbe> {
  const probe = await ProtocolProbe.start();
  t.after(() => probe.stop());
  return probe;
}
