/**
 * The same requests to Apache Kafka 4.2 and to Trilog; what came back must be the same, field by field, up to what each
 * broker chooses for itself. `TRILOG_TEST_PEER=host:port` names a Kafka that runs already. A known difference is written
 * down in `differential/known-differences.ts` with its reason, and fails when it is gone.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startConformanceBroker } from '../support/clients-broker.ts';
import { Conversation, type Json, type JsonObject, ProtocolProbe } from '../support/clients-probe.ts';
import { uniqueName, until } from '../support/clients-wait.ts';
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
const UNKNOWN_MEMBER_ID = 25;
/** One partition for each coordinator's topic: what is ready for one key is ready for all. Timeouts are seen to soon. */
const PEER_CONFIG = {
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.num.partitions': '1',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
};

test('Kafka and Trilog answer alike', async (t) => {
  if (!requireRuntime(t, 'java') || !requireRuntime(t, 'mvn')) return;
  const [kafka, { bootstrap: trilog }, probe] = await Promise.all([
    peerBootstrap(t),
    startConformanceBroker(t),
    startProbe(t),
  ]);
  await untilReady(probe, kafka);
  for (const scenario of SCENARIOS) {
    await t.test(scenario.title, { timeout: SCENARIO_TIME_LIMIT_MS }, async () => {
      const [expected, seen] = await Promise.all([play(scenario, probe, kafka), play(scenario, probe, trilog)]);
      compare(scenario, expected, seen);
    });
  }
});

/** Kafka makes its coordinators' topics when they are first asked for; scenarios begin when that is over. */
async function untilReady(probe: ProtocolProbe, address: string): Promise<void> {
  const broker = new Conversation(probe, address, uniqueName('ready'));
  const errorCode = async (api: string, version: number, body: JsonObject) =>
    Number((await broker.quietly(api, version, body)).errorCode);
  const isUp = (code: number) => code === 0 || code === UNKNOWN_MEMBER_ID;
  for (const keyType of [0, 1]) {
    await until('coordinator', () => errorCode('FindCoordinator', 3, { key: broker.name(''), keyType }), isUp);
  }
  const member = { groupId: broker.name(''), generationId: 1, memberId: 'nobody' };
  await until('group coordinator', () => errorCode('Heartbeat', 3, member), isUp);
  const producer = { transactionalId: broker.name(''), transactionTimeoutMs: 10_000 };
  await until('transaction coordinator', () => errorCode('InitProducerId', 4, producer), isUp);
}

type Transcript = readonly { readonly asked: string; readonly answer: Json }[];

async function play(scenario: Scenario, probe: ProtocolProbe, address: string): Promise<Transcript> {
  const prefix = `${uniqueName('diff')}-`;
  const broker = new Conversation(probe, address, prefix);
  try {
    await scenario.run(broker);
  } catch (error) {
    // What was answered until then is still worth comparing.
    broker.note('the scenario', `broke off: ${String(error).replaceAll(address, 'the broker')}`);
  }
  const normaliser = new Normaliser(prefix);
  return broker.transcript.map(({ asked, answer }) => ({ asked, answer: normaliser.normalise(answer) }));
}

/** Compares answer by answer, and says all that differ at once: one request's answers are readable on their own. */
function compare(scenario: Scenario, expected: Transcript, seen: Transcript): void {
  const differences: string[] = [];
  if (expected.some(({ asked }) => asked === 'the scenario'))
    differences.push('Kafka itself broke off: mend the scenario');
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
}

async function peerBootstrap(t: TestContext): Promise<string> {
  const external = process.env.TRILOG_TEST_PEER;
  if (external !== undefined) return external;
  const peer = await startKafkaPeer({ heap: ['-Xms256m', '-Xmx512m'], config: PEER_CONFIG });
  t.after(() => peer.stop());
  return peer.bootstrap;
}

async function startProbe(t: TestContext): Promise<ProtocolProbe> {
  const probe = await ProtocolProbe.start();
  t.after(() => probe.stop());
  return probe;
}
