/**
 * Incremental fetch sessions (KIP-227): what a consumer follows is remembered, so that a request names only what changed and
 * a response only what is new. At the maximum the session unused for longest makes room if it has been idle for a
 * while; otherwise the client gets none and goes on with full requests.
 */
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { ErrorCode } from './protocol/error-codes.ts';

/** One partition that a consumer follows. */
export interface FetchPartition {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  fetchOffset: number;
  maxBytes: number;
  currentLeaderEpoch: number;
  /** What the last response said; -1 before the first. */
  sentHighWatermark: number;
  sentStartOffset: number;
}

export interface FetchSession {
  readonly id: number;
  /** Whether the client names topics by id. */
  readonly usesTopicIds: boolean;
  nextEpoch: number;
  lastUsedMs: number;
  /** In the order in which they are served; those that got data go to the end. */
  readonly partitions: Map<string, FetchPartition>;
}

/** A session idle for this long may be taken for a new one. */
const EVICTABLE_AFTER_MS = 120_000;
const EPOCH_MAX = 2 ** 31 - 1;

export function partitionKey(topic: string, topicId: string, index: number): string {
  return `${index}:${topic === '' ? topicId : topic}`;
}

export class FetchSessions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sessionsMax: number;
  /** Least recently used first. */
  readonly #sessions = new Map<number, FetchSession>();

  constructor(clock: Clock, random: Random, sessionsMax: number) {
    this.#clock = clock;
    this.#random = random;
    this.#sessionsMax = sessionsMax;
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Undefined: no room. */
  create(partitions: Map<string, FetchPartition>, usesTopicIds: boolean): FetchSession | undefined {
    if (this.#sessions.size >= this.#sessionsMax && !this.#evict()) return undefined;
    let id = 0;
    while (id === 0 || this.#sessions.has(id)) id = this.#random.uint32() & 0x7fff_ffff;
    const session = { id, usesTopicIds, nextEpoch: 1, lastUsedMs: this.#clock.monotonicMs(), partitions };
    this.#sessions.set(id, session);
    return session;
  }

  /** The session for its next request, or why there is none. */
  continue(id: number, epoch: number, usesTopicIds: boolean): FetchSession | ErrorCode {
    const session = this.#sessions.get(id);
    if (session === undefined) return ErrorCode.FETCH_SESSION_ID_NOT_FOUND;
    if (session.nextEpoch !== epoch) return ErrorCode.INVALID_FETCH_SESSION_EPOCH;
    if (session.usesTopicIds !== usesTopicIds) return ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR;
    session.nextEpoch = epoch === EPOCH_MAX ? 1 : epoch + 1;
    session.lastUsedMs = this.#clock.monotonicMs();
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  close(id: number): void {
    this.#sessions.delete(id);
  }

  #evict(): boolean {
    const [oldest] = this.#sessions.values();
    if (oldest === undefined || this.#clock.monotonicMs() - oldest.lastUsedMs < EVICTABLE_AFTER_MS) return false;
    this.#sessions.delete(oldest.id);
    return true;
  }
}
