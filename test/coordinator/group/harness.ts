/** A coordinator with a manual clock, seeded randomness and a journal in memory, and the clients' side of the protocol. */
import assert from 'node:assert/strict';
import { silentLogger } from '../../../src/base/logger.ts';
import type { Random } from '../../../src/base/random.ts';
import { GroupCoordinator } from '../../../src/coordinator/group/coordinator.ts';
import type { GroupRecord } from '../../../src/coordinator/group/records.ts';
import type {
  JoinGroupRequest,
  JoinGroupResult,
  JoinProtocol,
  OffsetToCommit,
  SyncGroupRequest,
  SyncGroupResult,
} from '../../../src/coordinator/group/requests.ts';
import type { GroupSettings } from '../../../src/coordinator/group/settings.ts';
import { ManualClock } from './manual-clock.ts';

export const GROUP = 'readers';
export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;
export const TOPIC_ID = 'dG9waWMtaWQtMDAwMDAwMQ';

export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0;
  }

  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.uint32() & 0xff));
  }

  below(limit: number): number {
    return this.uint32() % limit;
  }
}

/** The consumer protocol's subscription, version 1 with empty user data and no owned partitions. */
export function subscription(...topics: string[]): Buffer {
  const int = (value: number, bytes: 2 | 4) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const names = topics.flatMap((topic) => [int(Buffer.byteLength(topic), 2), Buffer.from(topic)]);
  return Buffer.concat([int(1, 2), int(topics.length, 4), ...names, int(-1, 4), int(0, 4)]);
}

export function protocols(...names: string[]): JoinProtocol[] {
  return names.map((name) => ({ name, metadata: subscription('clicks') }));
}

/** What an operation answered, looked at without waiting: undefined while the answer is parked. */
export interface Answer<T> {
  value: T | undefined;
}

export class Harness {
  readonly journal: GroupRecord[];
  readonly commits: number[] = [];
  readonly coordinator: GroupCoordinator;

  constructor(
    readonly settings: Partial<GroupSettings> = {},
    recovered: Iterable<GroupRecord> = [],
    readonly clock = new ManualClock(),
    readonly random = new SeededRandom(1),
  ) {
    this.journal = [...recovered];
    this.coordinator = new GroupCoordinator({
      clock,
      random,
      settings,
      logger: silentLogger,
      journal: {
        commit: (records) => {
          this.commits.push(records.length);
          for (const record of records) {
            // Whatever JSON would lose must not be needed.
            const read = JSON.parse(JSON.stringify(record)) as GroupRecord;
            this.journal.push(read);
            this.coordinator.apply(read);
          }
        },
      },
    });
    for (const record of this.journal) this.coordinator.apply(record);
    this.coordinator.start();
  }

  /** The node died and came back; by default with all records, or from what the caller says was kept. */
  restarted(records: Iterable<GroupRecord> = this.journal, settings = this.settings): Harness {
    this.coordinator.stop();
    return new Harness(settings, records, this.clock, this.random);
  }

  join(overrides: Partial<JoinGroupRequest> = {}): JoinGroupResult | Promise<JoinGroupResult> {
    return this.coordinator.joinGroup({
      groupId: GROUP,
      memberId: '',
      groupInstanceId: null,
      clientId: 'client',
      clientHost: '/10.0.0.1',
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      protocolType: 'consumer',
      protocols: protocols('range'),
      requireKnownMemberId: true,
      supportsSkippingAssignment: true,
      reason: null,
      ...overrides,
    });
  }

  /** Refusals and answers that need no waiting. */
  joinNow(overrides: Partial<JoinGroupRequest> = {}): JoinGroupResult {
    const result = this.join(overrides);
    assert.ok(!(result instanceof Promise), 'JoinGroup was parked');
    return result;
  }

  /** Both steps; the answer comes when the rebalance is through. */
  joinTwice(overrides: Partial<JoinGroupRequest> = {}): Answer<JoinGroupResult> {
    const { error, memberId } = this.joinNow(overrides);
    assert.equal(error, 'member_id_required');
    return this.parked(this.join({ ...overrides, memberId }));
  }

  sync(member: JoinGroupResult, overrides: Partial<SyncGroupRequest> = {}): SyncGroupResult | Promise<SyncGroupResult> {
    return this.coordinator.syncGroup({
      groupId: GROUP,
      memberId: member.memberId,
      groupInstanceId: null,
      generation: member.generation,
      protocolType: member.protocolType,
      protocol: member.protocol,
      assignments: member.members.map(({ memberId }) => ({ memberId, assignment: Buffer.from(`for ${memberId}`) })),
      ...overrides,
    });
  }

  parked<T>(outcome: T | Promise<T>): Answer<T> {
    const answer: Answer<T> = { value: undefined };
    if (outcome instanceof Promise) void outcome.then((value) => (answer.value = value));
    else answer.value = outcome;
    return answer;
  }

  /** Lets time pass, then everything that became possible happen. */
  async elapse(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settle();
  }

  /** A stable group of `count` dynamic members; the leader comes first. */
  async stableGroup(count: number, overrides: Partial<JoinGroupRequest> = {}): Promise<JoinGroupResult[]> {
    const answers = Array.from({ length: count }, () => this.joinTwice(overrides));
    await this.elapse(0);
    return this.syncAll(answers);
  }

  /** Everybody got the generation and syncs it. */
  async syncAll(answers: readonly Answer<JoinGroupResult>[]): Promise<JoinGroupResult[]> {
    const members = answers.map(({ value }) => {
      assert.ok(value !== undefined, 'JoinGroup is still parked');
      assert.equal(value.error, undefined);
      return value;
    });
    const synced = members.map((member) => this.parked(this.sync(member)));
    await settle();
    for (const [i, { value }] of synced.entries()) {
      assert.equal(value?.error, undefined);
      assert.equal(value?.assignment.toString(), `for ${members[i]?.memberId}`);
    }
    return members.sort((a, b) => b.members.length - a.members.length);
  }

  heartbeat(member: JoinGroupResult, generation = member.generation) {
    return this.coordinator.heartbeat({ groupId: GROUP, memberId: member.memberId, groupInstanceId: null, generation });
  }

  leave(member: JoinGroupResult) {
    return this.coordinator.leaveGroup({
      groupId: GROUP,
      members: [{ memberId: member.memberId, groupInstanceId: null, reason: 'done' }],
    });
  }

  get state(): string {
    return this.coordinator.describeGroup(GROUP).state;
  }

  commit(
    offsets: Record<string, number>,
    overrides: { member?: JoinGroupResult; retentionTimeMs?: number; groupId?: string; metadata?: string } = {},
  ) {
    const { member } = overrides;
    return this.coordinator.offsetCommit({
      groupId: overrides.groupId ?? GROUP,
      memberId: member?.memberId ?? '',
      groupInstanceId: null,
      generation: member?.generation ?? -1,
      retentionTimeMs: overrides.retentionTimeMs ?? -1,
      tellsGroupNotFound: true,
      topics: topicOffsets(offsets, overrides.metadata),
    });
  }

  commitIn(producerId: number, offsets: Record<string, number>, member?: JoinGroupResult) {
    return this.coordinator.commitTransactionalOffsets({
      groupId: GROUP,
      producerId,
      producerEpoch: 0,
      memberId: member?.memberId ?? '',
      groupInstanceId: null,
      generation: member?.generation ?? -1,
      topics: topicOffsets(offsets),
    });
  }

  /** Offset or error by partition, `topic-0` style. */
  offsets(requireStable = false, groupId = GROUP): Record<string, number | string> {
    const { topics } = this.coordinator.offsetFetch({ groupId, topics: undefined, requireStable });
    const found: Record<string, number | string> = {};
    for (const { topic, partitions } of topics) {
      for (const { partition, offset, error } of partitions) found[`${topic}-${partition}`] = error ?? offset;
    }
    return found;
  }
}

function topicOffsets(offsets: Record<string, number>, metadata: string | null = null) {
  const topics = new Map<string, OffsetToCommit[]>();
  for (const [name, offset] of Object.entries(offsets)) {
    const [topic = '', partition = ''] = name.split('-');
    const partitions = topics.get(topic) ?? [];
    topics.set(topic, partitions);
    partitions.push({ partition: Number(partition), offset, leaderEpoch: 5, metadata });
  }
  return [...topics].map(([topic, partitions]) => ({ topic, topicId: TOPIC_ID, partitions }));
}

/** Promises that can settle have settled. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

export function answered<T>(answer: Answer<T>): T {
  assert.ok(answer.value !== undefined, 'the request is still parked');
  return answer.value;
}

export function first<T>(items: readonly T[]): T {
  const [item] = items;
  assert.ok(item !== undefined);
  return item;
}
