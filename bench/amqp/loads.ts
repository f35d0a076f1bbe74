/** The loads that PerfTest makes, as it is told to make them, and what Trilog aims at in each. */
import { recordBytes } from '../tools.ts';

export interface PerfLoad {
  readonly scenario: string;
  readonly title: string;
  /** `name` is of this run only, for queues and exchanges. */
  readonly args: (name: string) => readonly string[];
  /** Times the peer's rate. */
  readonly rateAim?: number;
  /** Times the peer's p99; latency is shown only where there is an aim. */
  readonly latencyAim?: number;
  /** Its queue outlives PerfTest. */
  readonly leavesQueue?: boolean;
}

const size = (bytes: number): readonly string[] => ['-s', String(bytes)];
const oneToOne = (queue: string): readonly string[] => ['-x', '1', '-y', '1', '-u', queue];
const persistent = ['-f', 'persistent', '-ad', 'false'];

/** Queues `name-1` to `name-N`. */
const queues = (name: string, count: number): readonly string[] => [
  ...['--queue-pattern', `${name}-%d`],
  ...['--queue-pattern-from', '1', '--queue-pattern-to', String(count)],
];

export const transientTitle = (bytes: number) => `transient, ${bytes === recordBytes ? '1 KB' : `${bytes} B`}, 1 → 1`;
export const transientArgs = (bytes: number, queue: string) => [...oneToOne(queue), '-a', ...size(bytes)];
export const confirmsArgs = (bytes: number, queue: string) => [
  ...[...oneToOne(queue), ...persistent],
  ...['-c', '500', '-q', '500', ...size(bytes)],
];
export const transientSizes: readonly number[] = [16, recordBytes];

export const perfLoads: readonly PerfLoad[] = [
  ...transientSizes.map((bytes) => ({
    ...{ scenario: 'amqp-transient', title: transientTitle(bytes), rateAim: 3 },
    args: (name: string) => transientArgs(bytes, name),
  })),
  {
    ...{ scenario: 'amqp-confirms', title: 'persistent, confirms, classic queue', rateAim: 5, leavesQueue: true },
    args: (name) => confirmsArgs(recordBytes, name),
  },
  {
    ...{ scenario: 'amqp-confirms', title: 'persistent, confirms, quorum queue', rateAim: 5, leavesQueue: true },
    args: (name) => [...confirmsArgs(recordBytes, name), '--quorum-queue'],
  },
  {
    ...{ scenario: 'amqp-queues', title: '500 queues at 10/s' },
    args: (name) => [...queues(name, 500), '-x', '500', '-y', '500', '-r', '10', ...size(100)],
  },
  {
    ...{ scenario: 'amqp-latency', title: 'persistent, confirms, at 5,000/s', latencyAim: 0.5, leavesQueue: true },
    args: (name) => [...oneToOne(name), ...persistent, '-c', '200', '-q', '200', '-r', '5000', ...size(recordBytes)],
  },
  {
    ...{ scenario: 'amqp-fanout', title: 'fanout, 1 KB, 1 → 10' },
    args: (name) => [
      ...queues(name, 10),
      ...['-x', '1', '-y', '10', '-t', 'fanout', '-e', `${name}-exchange`, '-a'],
      ...size(recordBytes),
    ],
  },
];
