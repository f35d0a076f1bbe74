/**
 * All groups of the node as a state machine over `GroupRecord`. `apply` is the same live and in recovery; it arms no
 * timer and answers nobody. Groups that the journal doesn't know yet (a first rebalance is under way) live here too
 * and are left out of the snapshot.
 */
import { assert, unreachable } from '../../base/assert.ts';
import type { StateMachine } from '../../storage/log.ts';
import { Group } from './group.ts';
import type { GroupRecord, OffsetRecord, PendingOffsetRecord } from './records.ts';

export class GroupStore implements StateMachine<GroupRecord> {
  readonly #groups = new Map<string, Group>();
  readonly #groupIdsByProducer = new Map<number, Set<string>>();
  #lastSequence = 0;

  get size(): number {
    return this.#groups.size;
  }

  get groups(): IterableIterator<Group> {
    return this.#groups.values();
  }

  /** For the next offset record; the record must be committed at once. */
  nextSequence(): number {
    this.#lastSequence++;
    return this.#lastSequence;
  }

  get(groupId: string): Group | undefined {
    return this.#groups.get(groupId);
  }

  /** Not durable: it becomes so with its first record. */
  create(groupId: string): Group {
    assert(!this.#groups.has(groupId), 'a group is created once');
    const group = new Group(groupId);
    this.#groups.set(groupId, group);
    return group;
  }

  forgetIfUnused(group: Group): void {
    if (group.state.name === 'Empty' && group.isForgettable) this.#groups.delete(group.groupId);
  }

  groupIdsWithPending(producerId: number): string[] {
    return [...(this.#groupIdsByProducer.get(producerId) ?? [])];
  }

  hasPending(producerId: number, groupId: string): boolean {
    return this.#groupIdsByProducer.get(producerId)?.has(groupId) ?? false;
  }

  apply(record: GroupRecord): void {
    switch (record.type) {
      case 'group':
        this.#groupOf(record.group).install(record);
        return;
      case 'groupDeleted':
        this.#delete(record.group);
        return;
      case 'offset':
        this.#groupOfOffset(record).offsets.put(record);
        return;
      case 'pendingOffset':
        this.#groupOfOffset(record).offsets.putPending(record);
        this.#index(record.producerId, record.group);
        return;
      case 'offsetDeleted':
        for (const producerId of this.#groups.get(record.group)?.offsets.delete(record.topic, record.partition) ?? []) {
          this.#unindex(producerId, record.group);
        }
        return;
      case 'pendingOffsetsCompleted':
        this.#groups.get(record.group)?.offsets.complete(record.producerId, record.committed);
        this.#unindex(record.producerId, record.group);
        return;
      default:
        unreachable(record);
    }
  }

  *snapshot(): Iterable<GroupRecord> {
    for (const group of this.#groups.values()) {
      if (group.durable === undefined) continue;
      yield group.durable;
      yield* group.offsets.records();
    }
  }

  #groupOf(groupId: string): Group {
    return this.#groups.get(groupId) ?? this.create(groupId);
  }

  /** An offset makes its group durable: an empty one without a protocol type, if nothing else was recorded of it. */
  #groupOfOffset(record: OffsetRecord | PendingOffsetRecord): Group {
    this.#lastSequence = Math.max(this.#lastSequence, record.sequence);
    const group = this.#groupOf(record.group);
    group.durable ??= {
      type: 'group',
      group: record.group,
      generation: 0,
      protocolType: null,
      protocol: null,
      leader: null,
      stateTimestampMs: -1,
      members: [],
    };
    return group;
  }

  #delete(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group === undefined) return;
    for (const memberId of [...group.pendingJoins.keys()]) group.dropPendingJoin(memberId);
    for (const producerId of group.offsets.producersWithPending()) this.#unindex(producerId, groupId);
    group.become({ name: 'Dead' });
    this.#groups.delete(groupId);
  }

  #index(producerId: number, groupId: string): void {
    const groupIds = this.#groupIdsByProducer.get(producerId);
    if (groupIds === undefined) this.#groupIdsByProducer.set(producerId, new Set([groupId]));
    else groupIds.add(groupId);
  }

  #unindex(producerId: number, groupId: string): void {
    const groupIds = this.#groupIdsByProducer.get(producerId);
    groupIds?.delete(groupId);
    if (groupIds?.size === 0) this.#groupIdsByProducer.delete(producerId);
  }
}
