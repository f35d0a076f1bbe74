/** Members of a consumer group: they join, share the partitions, read, commit, and leave, or vanish without a word. */
import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { heartbeatRequest, heartbeatResponse } from '../../src/gateway/kafka/protocol/heartbeat.ts';
import { joinGroupRequest, joinGroupResponse } from '../../src/gateway/kafka/protocol/join-group.ts';
import { leaveGroupRequest, leaveGroupResponse } from '../../src/gateway/kafka/protocol/leave-group.ts';
import { offsetCommitRequest, offsetCommitResponse } from '../../src/gateway/kafka/protocol/offset-commit.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/gateway/kafka/protocol/offset-fetch.ts';
import { syncGroupRequest, syncGroupResponse } from '../../src/gateway/kafka/protocol/sync-group.ts';
import type { Client } from './client.ts';
import { Fetcher } from './fetcher.ts';
import { type Place, placeKey, Violation } from './history.ts';

/**
 * What is known of one group: no two members have a partition in one generation, and generations don't go back behind one
 * in which somebody was given an assignment. One that was only joined is forgotten by a crash, as in Kafka.
 */
export class GroupHistory {
  assignedGeneration = 0;
  readonly #owners = new Map<string, string>();

  constructor(readonly groupId: string) {}

  joined(generation: number, floor: number): void {
    if (generation < floor) {
      throw new Violation(`the generation of ${this.groupId} went back from ${floor} to ${generation}`);
    }
  }

  assigned(generation: number): void {
    this.assignedGeneration = Math.max(this.assignedGeneration, generation);
  }

  owns(member: string, generation: number, place: string): void {
    const key = `${generation} ${place}`;
    const owner = this.#owners.get(key) ?? member;
    if (owner !== member) {
      throw new Violation(`${owner} and ${member} of ${this.groupId} both have ${place} in generation ${generation}`);
    }
    this.#owners.set(key, member);
  }
}

const SESSION_TIMEOUT_MS = 300;
const REBALANCE_TIMEOUT_MS = 400;
/** A join may wait for the rebalance timeout and the session of a member that vanished. */
const REJOIN: readonly number[] = [
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
];

interface Membership {
  readonly generation: number;
  readonly assigned: readonly Place[];
}

export class GroupMember {
  #memberId = '';

  constructor(
    private readonly client: Client,
    private readonly group: GroupHistory,
    private readonly places: readonly Place[],
  ) {}

  /** Takes part for `rounds` polls, over as many generations as it takes. */
  async run(rounds: number, leaves: boolean): Promise<void> {
    let left = rounds;
    while (left > 0) {
      const membership = await this.client.insist('joining', () => this.#join());
      left = await this.client.insist('taking part', () => this.#takePart(membership, left));
    }
    if (leaves) await this.client.insist('leaving', () => this.#leave());
    this.client.disconnect();
  }

  async #join(): Promise<Membership | undefined> {
    const { client, group } = this;
    const floor = group.assignedGeneration;
    const joined = await client.call(joinGroupRequest, joinGroupResponse, 7, {
      groupId: group.groupId,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      memberId: this.#memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from(client.name) }],
    });
    if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.#memberId = joined.memberId;
      return undefined;
    }
    if (this.#hasToRejoin('JoinGroup', joined.errorCode)) return undefined;
    group.joined(joined.generationId, floor);
    const generation = joined.generationId;
    this.#memberId = joined.memberId;
    const isLeader = joined.leader === joined.memberId;
    const assignments = isLeader ? this.#assign(joined.members.map(({ memberId }) => memberId)) : [];
    const synced = await client.call(syncGroupRequest, syncGroupResponse, 5, {
      groupId: group.groupId,
      generationId: generation,
      memberId: this.#memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments,
    });
    if (this.#hasToRejoin('SyncGroup', synced.errorCode)) return undefined;
    group.assigned(generation);
    const keys = synced.assignment.length === 0 ? [] : (JSON.parse(synced.assignment.toString()) as string[]);
    for (const key of keys) group.owns(this.#memberId, generation, key);
    return { generation, assigned: this.places.filter((place) => keys.includes(placeKey(place))) };
  }

  #assign(members: readonly string[]) {
    return members.map((memberId, i) => {
      const own = this.places.filter((_place, at) => at % members.length === i);
      return { memberId, assignment: Buffer.from(JSON.stringify(own.map(placeKey))) };
    });
  }

  /** Reads and commits. Answers how many rounds are left when it has to join again. */
  async #takePart({ generation, assigned }: Membership, rounds: number): Promise<number | undefined> {
    const { client, group } = this;
    const fetcher = new Fetcher(client, {
      isolation: 'read_committed',
      useSession: false,
      useTopicIds: true,
      maxBytes: 1500,
      maxWaitMs: 20,
    });
    for (const place of assigned) {
      const committed = await fetchOffset(client, group.groupId, place);
      if (committed === undefined) return undefined;
      fetcher.follow(place, Math.max(committed, 0));
    }
    for (let left = rounds; left > 0; left -= 1) {
      if (assigned.length > 0) await fetcher.poll();
      const beat = await client.call(heartbeatRequest, heartbeatResponse, 4, {
        groupId: group.groupId,
        generationId: generation,
        memberId: this.#memberId,
      });
      if (this.#hasToRejoin('Heartbeat', beat.errorCode)) return left;
      for (const { place, position } of fetcher.followed) {
        const identity = { generation, memberId: this.#memberId };
        const code = await commitOffset(client, group.groupId, place, position, identity);
        if (this.#hasToRejoin('OffsetCommit', code)) return left;
      }
      await client.sleep(client.random.below(40));
    }
    return 0;
  }

  async #leave(): Promise<true> {
    const { groupId } = this.group;
    await this.client.call(leaveGroupRequest, leaveGroupResponse, 4, {
      groupId,
      members: [{ memberId: this.#memberId, groupInstanceId: null }],
    });
    return true;
  }

  #hasToRejoin(what: string, errorCode: number): boolean {
    if (errorCode === ErrorCode.NONE) return false;
    if (!REJOIN.includes(errorCode)) throw new Violation(`${this.client.name}: ${what} was refused with ${errorCode}`);
    if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.#memberId = '';
    return true;
  }
}

/** Answers the error code. */
export async function commitOffset(
  client: Client,
  groupId: string,
  place: Place,
  committedOffset: number,
  { generation, memberId }: { generation: number; memberId: string } = { generation: -1, memberId: '' },
): Promise<number> {
  const acknowledge = client.world.registers.write(`${groupId}/${placeKey(place)}`, committedOffset);
  const answer = await client.call(offsetCommitRequest, offsetCommitResponse, 9, {
    groupId,
    generationIdOrMemberEpoch: generation,
    memberId,
    topics: [
      {
        name: place.topic,
        topicId: place.topicId,
        partitions: [{ partitionIndex: place.index, committedOffset, committedMetadata: null }],
      },
    ],
  });
  const errorCode = answer.topics[0]?.partitions[0]?.errorCode ?? -1;
  if (errorCode === ErrorCode.NONE) acknowledge();
  return errorCode;
}

/** -1: nothing is committed. Undefined: ask again. */
export async function fetchOffset(client: Client, groupId: string, place: Place): Promise<number | undefined> {
  const { registers, history } = client.world;
  const startedAt = client.world.event;
  const answer = await client.call(offsetFetchRequest, offsetFetchResponse, 7, {
    groupId,
    topics: [{ name: place.topic, partitionIndexes: [place.index] }],
    requireStable: true,
  });
  const partition = answer.topics[0]?.partitions[0];
  if (partition?.errorCode === ErrorCode.UNSTABLE_OFFSET_COMMIT) return undefined;
  if (partition === undefined || partition.errorCode !== ErrorCode.NONE) {
    throw new Violation(`OffsetFetch of ${groupId} was refused with ${partition?.errorCode ?? answer.errorCode}`);
  }
  const transaction = registers.read(`${groupId}/${placeKey(place)}`, partition.committedOffset, startedAt);
  if (transaction !== undefined) history.ended(transaction, 'committed');
  return partition.committedOffset;
}
