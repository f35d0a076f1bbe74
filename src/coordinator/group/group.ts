/**
 * One classic group: its members, its state and its offsets. Decides nothing about rebalances (see `rebalance.ts`).
 *
 * Invariants: an Empty group has no members; a group with members has a leader among them; every member shares at
 * least one protocol with all others; `durable` is the last record of the group in the journal, undefined as long as
 * the journal doesn't know the group (such a group is forgotten with its last member).
 */
import { assert } from '../../base/assert.ts';
import type { ErrorKind } from '../../base/errors.ts';
import type { Deadline } from './deadline.ts';
import { GroupOffsets } from './group-offsets.ts';
import { assertTransition, type GroupState, timerOf } from './group-state.ts';
import { fieldsOfRecord, Member } from './member.ts';
import { ProtocolTally } from './protocol-tally.ts';
import type { GroupMetadataRecord } from './records.ts';
import type { JoinedMember, JoinGroupResult, JoinProtocol } from './requests.ts';
import { refusedJoin, refusedSync } from './results.ts';
import { subscribedTopicsOf } from './subscription.ts';

const CONSUMER_PROTOCOL_TYPE = 'consumer';

export class Group {
  readonly offsets = new GroupOffsets();
  /** Member ids handed out by the two-step join and not used yet, with the time they are kept. */
  readonly pendingJoins = new Map<string, Deadline>();
  generation = 0;
  protocolType: string | null = null;
  protocol: string | null = null;
  leader: string | null = null;
  durable: GroupMetadataRecord | undefined;

  #state: GroupState = { name: 'Empty' };
  #members = new Map<string, Member>();
  readonly #memberIdsByInstance = new Map<string, string>();
  #tally = new ProtocolTally();
  #awaitingJoinCount = 0;
  #subscribedTopics: ReadonlySet<string> | undefined;

  constructor(readonly groupId: string) {}

  get state(): GroupState {
    return this.#state;
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  get awaitingJoinCount(): number {
    return this.#awaitingJoinCount;
  }

  get metadataBytes(): number {
    return this.#tally.bytes;
  }

  get everybodyJoined(): boolean {
    return this.#awaitingJoinCount === this.#members.size && this.pendingJoins.size === 0;
  }

  get usesConsumerProtocol(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE;
  }

  /** What the journal does not know and nobody uses may be dropped without a record. */
  get isForgettable(): boolean {
    return this.durable === undefined && this.#members.size === 0 && this.pendingJoins.size === 0;
  }

  /** The current maximum over the members, so it changes as they come and go. */
  get rebalanceTimeoutMs(): number {
    let maxMs = 0;
    for (const member of this.#members.values()) maxMs = Math.max(maxMs, member.rebalanceTimeoutMs);
    return maxMs;
  }

  /** Enters a state; the timer of the one it leaves ends, unless the new state took it over. */
  become(next: GroupState): void {
    assertTransition(this.#state.name, next.name);
    const timer = timerOf(this.#state);
    if (timer !== timerOf(next)) timer?.cancel();
    this.#state = next;
  }

  memberIdOfInstance(groupInstanceId: string): string | undefined {
    return this.#memberIdsByInstance.get(groupInstanceId);
  }

  /** Kafka's check of who speaks: an instance id must be bound to this member id, and the member must be known. */
  checkMember(memberId: string, groupInstanceId: string | null): 'member_id_unknown' | 'member_fenced' | undefined {
    if (groupInstanceId !== null) {
      const bound = this.#memberIdsByInstance.get(groupInstanceId);
      if (bound === undefined) return 'member_id_unknown';
      if (bound !== memberId) return 'member_fenced';
    }
    return this.#members.has(memberId) ? undefined : 'member_id_unknown';
  }

  /** Whether someone with these protocols can be in the group: one of them must be known to all present members. */
  supports(protocolType: string, protocols: readonly JoinProtocol[]): boolean {
    if (this.#state.name === 'Empty') return protocolType !== '' && protocols.length > 0;
    return (
      this.protocolType === protocolType &&
      protocols.some(({ name }) => this.#tally.offersOf(name) === this.#members.size)
    );
  }

  /** The first member decides the protocol type. */
  add(member: Member, protocolType: string): void {
    assert(!this.#members.has(member.memberId), 'a member is added once');
    if (this.#members.size === 0) this.protocolType = protocolType;
    this.leader ??= member.memberId;
    this.#members.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.#memberIdsByInstance.set(member.groupInstanceId, member.memberId);
    this.#tally.add(member.protocols);
    this.dropPendingJoin(member.memberId);
  }

  dropPendingJoin(memberId: string): boolean {
    this.pendingJoins.get(memberId)?.cancel();
    return this.pendingJoins.delete(memberId);
  }

  /**
   * Parked requests of the member are answered `member_id_unknown`, so that a live client joins again. A rebalance must
   * follow: the member stays in the generation's list of those who have to sync.
   */
  remove(memberId: string): void {
    this.dropPendingJoin(memberId);
    const member = this.#members.get(memberId);
    if (member === undefined) return;
    this.answerJoin(member, refusedJoin('member_id_unknown', ''));
    member.completeSync(refusedSync('member_id_unknown'));
    member.session?.cancel();
    this.#members.delete(memberId);
    if (member.groupInstanceId !== null) this.#memberIdsByInstance.delete(member.groupInstanceId);
    this.#tally.remove(member.protocols);
    if (this.leader === memberId) this.leader = this.#members.keys().next().value ?? null;
  }

  update(
    member: Member,
    protocols: readonly JoinProtocol[],
    rebalanceTimeoutMs: number,
    sessionTimeoutMs: number,
  ): void {
    this.#tally.remove(member.protocols);
    member.protocols = protocols;
    this.#tally.add(protocols);
    member.rebalanceTimeoutMs = rebalanceTimeoutMs;
    member.sessionTimeoutMs = sessionTimeoutMs;
  }

  /** The instance came back under a new member id: it inherits everything, and whoever used the old id is fenced. */
  replaceStatic(oldMemberId: string, newMemberId: string): Member {
    const old = this.#members.get(oldMemberId);
    assert(old !== undefined && old.groupInstanceId !== null, 'only a static member is replaced');
    this.answerJoin(old, refusedJoin('member_fenced', oldMemberId));
    old.completeSync(refusedSync('member_fenced'));
    old.session?.cancel();
    const member = new Member({ ...old, memberId: newMemberId });
    this.#members.delete(oldMemberId);
    this.#members.set(newMemberId, member);
    this.#memberIdsByInstance.set(old.groupInstanceId, newMemberId);
    if (this.leader === oldMemberId) this.leader = newMemberId;
    if ('pendingSync' in this.#state && this.#state.pendingSync.delete(oldMemberId)) {
      this.#state.pendingSync.add(newMemberId);
    }
    return member;
  }

  /** A request that was parked before belongs to a client that gave up on it: it is told to try again. */
  parkJoin(member: Member, answer: (result: JoinGroupResult) => void): void {
    this.answerJoin(member, refusedJoin('rebalance_in_progress', member.memberId));
    member.answerJoin = answer;
    this.#awaitingJoinCount++;
  }

  answerJoin(member: Member, result: JoinGroupResult): boolean {
    const answer = member.answerJoin;
    if (answer === undefined) return false;
    member.answerJoin = undefined;
    this.#awaitingJoinCount--;
    answer(result);
    return true;
  }

  /** The coordinator stops: timers end, and whoever waits is told the error. */
  abandon(error: ErrorKind): void {
    timerOf(this.#state)?.cancel();
    for (const memberId of [...this.pendingJoins.keys()]) this.dropPendingJoin(memberId);
    for (const member of this.#members.values()) {
      member.session?.cancel();
      this.answerJoin(member, refusedJoin(error, member.memberId));
      member.completeSync(refusedSync(error));
    }
  }

  /** Hands the lead to someone who rejoined, if the leader did not. False when nobody rejoined. */
  electJoinedLeader(): boolean {
    const leader = this.leader === null ? undefined : this.#members.get(this.leader);
    if (leader?.answerJoin !== undefined) return true;
    for (const member of this.#members.values()) {
      if (member.answerJoin === undefined) continue;
      this.leader = member.memberId;
      return true;
    }
    return false;
  }

  vote(): string {
    const ballots = [...this.#members.values()].map(({ protocols }) => protocols);
    return this.#tally.vote(ballots, this.#members.size);
  }

  startGeneration(): void {
    this.generation++;
    this.protocol = this.vote();
    this.#subscribedTopics = this.#parseSubscriptions();
  }

  joinedMembers(): JoinedMember[] {
    return [...this.#members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadataFor(this.protocol),
    }));
  }

  /** When the subscription is not known, a consumer group counts as subscribed to everything, other groups to nothing. */
  isSubscribedTo(topic: string): boolean {
    return this.#subscribedTopics?.has(topic) ?? this.usesConsumerProtocol;
  }

  get knowsSubscription(): boolean {
    return this.#subscribedTopics !== undefined;
  }

  /** The group as it would come back after a crash if `assignmentOf` were the members' assignments. */
  toRecord(nowMs: number, assignmentOf: (member: Member) => Buffer): GroupMetadataRecord {
    return {
      type: 'group',
      group: this.groupId,
      generation: this.generation,
      protocolType: this.protocolType,
      protocol: this.protocol,
      leader: this.leader,
      stateTimestampMs: nowMs,
      members: [...this.#members.values()].map((member) => member.toRecord(assignmentOf(member))),
    };
  }

  /** Takes over a record. Live, its members are the present ones and keep their parked requests and sessions. */
  install(record: GroupMetadataRecord): void {
    this.durable = record;
    this.generation = record.generation;
    this.protocolType = record.protocolType;
    this.protocol = record.protocol;
    this.leader = record.leader;
    this.#installMembers(record);
    this.#subscribedTopics = this.#parseSubscriptions();
    if (record.members.length === 0) this.become({ name: 'Empty' });
    else if (this.#state.name === 'CompletingRebalance') this.become({ ...this.#state, name: 'Stable' });
    else if (this.#state.name === 'Empty') this.become({ name: 'Stable', pendingSync: new Set(), timer: undefined });
    else assert(this.#state.name === 'Stable', 'members are recorded by SyncGroup and by a static rejoin only');
  }

  #installMembers(record: GroupMetadataRecord): void {
    const before = this.#members;
    this.#members = new Map();
    this.#memberIdsByInstance.clear();
    this.#tally = new ProtocolTally();
    for (const memberRecord of record.members) {
      const fields = fieldsOfRecord(memberRecord);
      const member = before.get(fields.memberId) ?? new Member(fields);
      member.takeOver(fields);
      this.#members.set(member.memberId, member);
      if (member.groupInstanceId !== null) this.#memberIdsByInstance.set(member.groupInstanceId, member.memberId);
      this.#tally.add(member.protocols);
    }
  }

  #parseSubscriptions(): ReadonlySet<string> | undefined {
    if (!this.usesConsumerProtocol) return undefined;
    const topics = new Set<string>();
    for (const member of this.#members.values()) {
      const subscribed = subscribedTopicsOf(member.metadataFor(this.protocol));
      if (subscribed === undefined) return undefined;
      for (const topic of subscribed) topics.add(topic);
    }
    return topics;
  }
}
