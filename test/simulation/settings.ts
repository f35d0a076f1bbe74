/** The node's settings in a simulation: everything small, so that files roll, caches evict and timers fire within a short run. */
import { resolveSettings } from '../../src/config/resolve.ts';
import type { Settings } from '../../src/config/settings.ts';
import type { SeededRandom } from '../support/scheduler.ts';
import type { Protocol } from './network.ts';

const KIB = 1024;
/** Clients of the simulated network have names for addresses, none of which is this machine's. */
const DEFAULTS = resolveSettings({ flags: { 'loopback-users': '-' }, env: {} });

export function simulationSettings(
  random: SeededRandom,
  fsync: Settings['storage']['fsync'],
  protocol: Protocol,
): Settings {
  const pick = (...choices: number[]): number => choices[random.below(choices.length)] as number;
  const settings = commonSettings(pick, fsync);
  if (protocol !== 'sqs') return settings;
  const { queues } = settings;
  return { ...settings, queues: { ...queues, inFlightMax: pick(3, 30, 1000), lookAheadMax: pick(3, 20, 1000) } };
}

function commonSettings(pick: (...choices: number[]) => number, fsync: Settings['storage']['fsync']): Settings {
  return {
    ...DEFAULTS,
    storage: {
      ...DEFAULTS.storage,
      fsync,
      segmentBytesMax: pick(2, 4, 8, 16) * KIB,
      tailCacheBytesMax: pick(0, 1, 4) * KIB,
      readCacheBytesMax: pick(1, 3, 16) * KIB,
      indexCacheBytesMax: pick(0, 1, 8) * KIB,
      walPendingBytesMax: pick(1, 4, 64) * KIB,
      cleanerIntervalMs: pick(20, 100, 1000),
      cleanLivePercentMax: pick(30, 70, 99),
      diskReserveBytes: 0,
    },
    kafka: {
      ...DEFAULTS.kafka,
      fetchSessionsMax: pick(0, 2, 100),
      inFlightRequestsMax: pick(1, 3, 100),
    },
    topics: {
      ...DEFAULTS.topics,
      defaultPartitions: pick(1, 2, 3),
      retentionCheckIntervalMs: pick(100, 1000),
    },
    groups: { ...DEFAULTS.groups, sessionTimeoutMsMin: 10 },
    producers: { ...DEFAULTS.producers, expirationCheckIntervalMs: pick(100, 10_000) },
    queues: {
      ...DEFAULTS.queues,
      settleDelayMs: pick(0, 20, 100),
      unwrittenBytesMax: pick(1, 16) * KIB,
      laneUnwrittenBytesMax: pick(512, 4096),
    },
    // The addresses of this network are names.
    security: { ...DEFAULTS.security, loopbackUsers: '-' },
    sqs: { ...DEFAULTS.sqs, anonymousRemote: true },
    amqp: { ...DEFAULTS.amqp, unconfirmedMax: pick(2, 10, 1000), unsettledMax: pick(8, 1000) },
  };
}
