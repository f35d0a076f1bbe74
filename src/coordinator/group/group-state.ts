/**
 * The states of a classic group, by Kafka's names, and what each owns.
 *
 *   Empty               → PreparingRebalance   the first member joins
 *   PreparingRebalance  → CompletingRebalance  everybody rejoined, or the rebalance timeout passed
 *   PreparingRebalance  → Empty                nobody is left when the join phase ends
 *   CompletingRebalance → Stable               the leader's assignment arrived
 *   CompletingRebalance → PreparingRebalance   a member joins, leaves, fails, or misses SyncGroup
 *   Stable              → PreparingRebalance   the same, or the leader asks for it by joining again
 *   any                 → Dead                 the group was deleted
 *
 * Only replay of records goes straight from Empty to Stable and back, because rebalances are not recorded.
 */
import { assert } from '../../base/assert.ts';
import type { Timer } from '../../base/clock.ts';
import type { GroupStateName } from './requests.ts';

interface Empty {
  readonly name: 'Empty';
}

interface PreparingRebalance {
  readonly name: 'PreparingRebalance';
  /** Began in an empty group: ends by its delay only, which new members extend. */
  readonly initial: boolean;
  /** Someone new joined since the delay was last looked at. */
  memberAdded: boolean;
  timer: Timer | undefined;
}

interface CompletingRebalance {
  readonly name: 'CompletingRebalance';
  readonly pendingSync: Set<string>;
  readonly timer: Timer | undefined;
}

interface Stable {
  readonly name: 'Stable';
  /** Members that have not fetched their assignment of this generation yet; evicted when the timer fires. */
  readonly pendingSync: Set<string>;
  readonly timer: Timer | undefined;
}

interface Dead {
  readonly name: 'Dead';
}

export type GroupState = Empty | PreparingRebalance | CompletingRebalance | Stable | Dead;

const TRANSITIONS: Record<GroupStateName, readonly GroupStateName[]> = {
  Empty: ['PreparingRebalance', 'Stable', 'Empty', 'Dead'],
  PreparingRebalance: ['CompletingRebalance', 'Empty', 'Dead'],
  CompletingRebalance: ['Stable', 'PreparingRebalance', 'Dead'],
  Stable: ['PreparingRebalance', 'Empty', 'Dead'],
  Dead: [],
};

export function assertTransition(from: GroupStateName, to: GroupStateName): void {
  assert(TRANSITIONS[from].includes(to), `a group cannot go from ${from} to ${to}`);
}

export function timerOf(state: GroupState): Timer | undefined {
  return 'timer' in state ? state.timer : undefined;
}
