/** What a restart keeps: the same groups, generations, offsets and pending offsets, from records or from a snapshot. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupRecord } from '../../../src/coordinator/group/records.ts';
import type { JoinGroupResult } from '../../../src/coordinator/group/requests.ts';
import { answered, first, GROUP, Harness, protocols, SESSION_MS, SeededRandom, settle } from './harness.ts';

test('a stable group goes on in its generation after a restart', async () => {
  const h = new Harness();
  const members = await h.stableGroup(2);
  h.commit({ 'clicks-0': 4 }, { member: first(members) });
  const before = h.coordinator.describeGroup(GROUP);
  await h.elapse(SESSION_MS - 1);
  const later = h.restarted();
  assert.deepEqual(later.coordinator.describeGroup(GROUP), before);
  assert.deepEqual(later.offsets(), { 'clicks-0': 4 });
  await later.elapse(SESSION_MS - 1);
  for (const member of members) {
    assert.equal(later.heartbeat(member), undefined, 'sessions began anew');
    assert.equal(later.commit({ 'clicks-0': 5 }, { member }).error, undefined);
    assert.equal(answered(later.parked(later.sync(member))).assignment.toString(), `for ${member.memberId}`);
  }
  const follower = members[1];
  assert.equal(later.joinNow({ memberId: follower?.memberId ?? '' }).error, undefined);
  assert.equal(later.state, 'Stable');
});

test('members that do not come back after a restart lose their session', async () => {
  const h = new Harness();
  await h.stableGroup(2);
  const later = h.restarted();
  await later.elapse(SESSION_MS * 10);
  assert.equal(later.state, 'Empty');
});

test('a rebalance that a crash interrupted starts over from the last stable generation', async () => {
  const h = new Harness();
  const members = await h.stableGroup(2);
  h.joinTwice();
  for (const { memberId } of members) void h.join({ memberId });
  await settle();
  assert.equal(h.state, 'CompletingRebalance');
  const later = h.restarted([...h.coordinator.snapshot()]);
  assert.equal(later.state, 'Stable');
  const rejoins = members.map(({ memberId }) =>
    later.parked(later.join({ memberId, protocols: protocols('range', 'roundrobin') })),
  );
  await settle();
  const [leader] = await later.syncAll(rejoins);
  assert.equal(leader?.generation, 2);
});

test('the vote after a restart knows all that members had offered', async () => {
  const h = new Harness();
  await h.stableGroup(2, { protocols: protocols('range', 'roundrobin') });
  const later = h.restarted();
  assert.equal(later.joinNow({ protocols: protocols('roundrobin') }).error, 'member_id_required');
});

test('a first rebalance leaves nothing behind in a crash', () => {
  const h = new Harness();
  h.joinTwice();
  assert.deepEqual([...h.coordinator.snapshot()], []);
  assert.equal(h.restarted().coordinator.describeGroup(GROUP).error, 'group_not_found');
});

const GROUPS = ['g0', 'g1', 'g2'];
const TOPICS = ['clicks', 'views'];
const PRODUCERS = [1, 2, 3];

/** Clients that do anything at any time, with what they last heard from the coordinator. */
class Crowd {
  readonly #members = new Map<string, JoinGroupResult[]>(GROUPS.map((groupId) => [groupId, []]));
  /** Requests without an answer. */
  waiting = 0;

  constructor(
    readonly h: Harness,
    readonly random: SeededRandom,
  ) {}

  async step(): Promise<void> {
    const { coordinator } = this.h;
    const groupId = this.#pick(GROUPS);
    const members = this.#members.get(groupId) ?? [];
    const member = members.length > 0 ? this.#pick(members) : undefined;
    switch (this.random.below(14)) {
      case 0:
        this.#join(groupId, {});
        break;
      case 1:
        this.#join(groupId, { groupInstanceId: `i${this.random.below(3)}` });
        break;
      case 2:
      case 3:
        if (member !== undefined) this.#join(groupId, { memberId: member.memberId });
        break;
      case 4:
      case 5:
        for (const { memberId, generation, members: joined } of members) {
          const assignments = joined.map((one) => ({ memberId: one.memberId, assignment: this.random.bytes(4) }));
          const request = { groupId, memberId, generation, groupInstanceId: null, protocolType: null, protocol: null };
          this.#wait(coordinator.syncGroup({ ...request, assignments }), () => undefined);
        }
        break;
      case 6:
        if (member !== undefined) coordinator.leaveGroup({ groupId, members: [{ ...member, ...NOBODY }] });
        break;
      case 7:
        await this.h.elapse(this.random.below(SESSION_MS * 2));
        break;
      case 8:
      case 9:
        coordinator.offsetCommit({ ...this.#commit(groupId, member), retentionTimeMs: -1, tellsGroupNotFound: true });
        break;
      case 10: {
        const producerId = this.#pick(PRODUCERS);
        coordinator.commitTransactionalOffsets({ ...this.#commit(groupId, member), producerId, producerEpoch: 0 });
        break;
      }
      case 11:
        coordinator.completeTransaction(this.#pick(PRODUCERS), undefined, this.random.below(2) === 0);
        break;
      case 12:
        this.#administrate(groupId);
        break;
      default:
        coordinator.expireOffsets();
    }
    await settle();
  }

  #administrate(groupId: string): void {
    const { coordinator } = this.h;
    const topic = this.#pick(TOPICS);
    const what = this.random.below(4);
    if (what === 0) coordinator.deleteGroup(groupId);
    else if (what === 1) coordinator.onTopicDeleted(topic);
    else coordinator.offsetDelete({ groupId, topics: [{ topic, partitions: [0, 1, 2] }] });
  }

  #join(groupId: string, overrides: { memberId?: string; groupInstanceId?: string }): void {
    const offered = protocols(...(this.random.below(3) === 0 ? ['range'] : ['roundrobin', 'range']));
    this.#wait(this.h.join({ groupId, protocols: offered, ...overrides }), (result) => this.#heard(groupId, result));
  }

  #wait<T>(outcome: T | Promise<T>, heard: (result: T) => void): void {
    if (!(outcome instanceof Promise)) {
      heard(outcome);
      return;
    }
    this.waiting++;
    void outcome.then((result) => {
      this.waiting--;
      heard(result);
    });
  }

  #heard(groupId: string, result: JoinGroupResult): void {
    const others = (this.#members.get(groupId) ?? []).filter(({ memberId }) => memberId !== result.memberId);
    const usable = result.error === undefined || result.error === 'member_id_required';
    this.#members.set(groupId, usable ? [...others, result].slice(-6) : others);
  }

  #commit(groupId: string, member: JoinGroupResult | undefined) {
    const claims = this.random.below(4) > 0 ? member : undefined;
    const partition = {
      partition: this.random.below(3),
      offset: this.random.below(1_000),
      leaderEpoch: -1,
      metadata: 'm',
    };
    return {
      groupId,
      memberId: claims?.memberId ?? '',
      groupInstanceId: null,
      generation: claims?.generation ?? -1,
      topics: [{ topic: this.#pick(TOPICS), topicId: 'dG9waWMtaWQtMDAwMDAwMQ', partitions: [partition] }],
    };
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.random.below(items.length)];
    assert.ok(item !== undefined);
    return item;
  }
}

const NOBODY = { groupInstanceId: null, reason: null };

/** Everything a client can see of what is durable. */
function seen(h: Harness) {
  return {
    described: GROUPS.map((groupId) => h.coordinator.describeGroup(groupId)),
    offsets: GROUPS.map((groupId) => h.offsets(false, groupId)),
    stable: GROUPS.map((groupId) => h.offsets(true, groupId)),
    pending: PRODUCERS.map((producerId) => h.coordinator.groupsWithPendingOffsets(producerId).sort()),
    snapshot: sorted(h.coordinator.snapshot()),
  };
}

function sorted(records: Iterable<GroupRecord>): string[] {
  return [...records].map((record) => JSON.stringify(record)).sort();
}

/** A group in the middle of a rebalance, or without any record, comes back as what was recorded of it. */
function isRecorded(state: string): boolean {
  return state === 'Stable' || state === 'Empty' || state === 'Dead';
}

for (let seed = 1; seed <= 25; seed++) {
  test(`recovery from records or snapshot equals the live state (seed ${seed})`, async () => {
    const h = new Harness({ offsetsRetentionMs: 60_000 }, [], undefined, new SeededRandom(seed));
    const crowd = new Crowd(h, new SeededRandom(seed + 1_000));
    for (let i = 0; i < 150; i++) {
      await crowd.step();
      if (i % 10 !== 9) continue;
      const live = seen(h);
      const fromSnapshot = seen(new Harness({}, [...h.coordinator.snapshot()]));
      const fromRecords = seen(new Harness({}, h.journal));
      assert.deepEqual(fromRecords, fromSnapshot);
      assert.deepEqual(fromSnapshot.snapshot, live.snapshot);
      assert.deepEqual(fromSnapshot.offsets, live.offsets);
      assert.deepEqual(fromSnapshot.stable, live.stable);
      assert.deepEqual(fromSnapshot.pending, live.pending);
      for (const [g, described] of live.described.entries()) {
        const isKnown = fromSnapshot.described[g]?.error === undefined;
        if (isRecorded(described.state) && isKnown) assert.deepEqual(fromSnapshot.described[g], described);
      }
    }
  });
}

test('every request is answered, and what nobody uses any more goes away', async () => {
  let stable = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const h = new Harness({ offsetsRetentionMs: 60_000 }, [], undefined, new SeededRandom(seed));
    const crowd = new Crowd(h, new SeededRandom(seed + 2_000));
    for (let i = 0; i < 100; i++) {
      await crowd.step();
      stable += h.coordinator.listGroups(['Stable']).length;
    }
    for (let i = 0; i < 20; i++) await h.elapse(60_000);
    for (const producerId of PRODUCERS) h.coordinator.completeTransaction(producerId, undefined, false);
    assert.deepEqual([crowd.waiting, h.clock.timerCount], [0, 0]);
    h.coordinator.expireOffsets();
    assert.deepEqual(h.coordinator.listGroups(), []);
  }
  assert.ok(stable > 100, `groups were stable only ${stable} times`);
});

test('the same seed gives the same records', async () => {
  const run = async () => {
    const h = new Harness({}, [], undefined, new SeededRandom(5));
    const crowd = new Crowd(h, new SeededRandom(6));
    for (let i = 0; i < 200; i++) await crowd.step();
    return h.journal;
  };
  const journal = await run();
  assert.deepEqual(await run(), journal);
  const types = new Set(journal.map(({ type }) => type));
  assert.equal(types.size, 6, `the crowd makes every kind of record, not only ${[...types].join(' ')}`);
});
