/**
 * The policies of one scope in one vhost, and which of them holds for what: of those that match, the one of the highest
 * priority; of several such the first by name.
 */
import { Pattern } from '../../base/pattern/pattern.ts';
import type { Policy, PolicyTarget } from './policy.ts';
import { POLICY_KEYS } from './policy-keys.ts';
import { QUEUE_TYPES, type QueueType } from './queue-settings.ts';

/** What a policy can hold for. */
export type PolicySubject = 'exchange' | QueueType;

interface Entry {
  readonly policy: Policy;
  readonly pattern: Pattern;
  readonly subjects: ReadonlySet<PolicySubject>;
}

const SUBJECTS: Readonly<Record<PolicyTarget, readonly PolicySubject[]>> = {
  all: ['exchange', ...QUEUE_TYPES],
  exchanges: ['exchange'],
  queues: QUEUE_TYPES,
  classic_queues: ['classic'],
  quorum_queues: ['quorum'],
  streams: ['stream'],
};

export class PolicyTable {
  readonly #byName = new Map<string, Entry>();
  #byPriority: readonly Entry[] = [];

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): Policy | undefined {
    return this.#byName.get(name)?.policy;
  }

  *all(): Generator<Policy> {
    for (const { policy } of this.#byName.values()) yield policy;
  }

  set(policy: Policy): void {
    const entry = { policy, pattern: new Pattern(policy.pattern), subjects: subjectsOf(policy) };
    this.#byName.set(policy.name, entry);
    this.#sort();
  }

  delete(name: string): void {
    this.#byName.delete(name);
    this.#sort();
  }

  match(subject: PolicySubject, name: string): Policy | undefined {
    return this.#byPriority.find((entry) => matches(entry, subject, name))?.policy;
  }

  /** Whether the policy of that name matches, not regarding others of a higher priority. */
  concerns(policyName: string, subject: PolicySubject, name: string): boolean {
    const entry = this.#byName.get(policyName);
    return entry !== undefined && matches(entry, subject, name);
  }

  #sort(): void {
    this.#byPriority = [...this.#byName.values()].sort(
      (a, b) => b.policy.priority - a.policy.priority || (a.policy.name < b.policy.name ? -1 : 1),
    );
  }
}

function matches({ subjects, pattern }: Entry, subject: PolicySubject, name: string): boolean {
  return subjects.has(subject) && pattern.test(name);
}

/** A queue passes over a policy that has no setting for queues of its type. */
function subjectsOf({ applyTo, definition }: Policy): Set<PolicySubject> {
  const queues = new Set(Object.keys(definition).flatMap((key) => POLICY_KEYS.get(key)?.queues ?? QUEUE_TYPES));
  return new Set(SUBJECTS[applyTo].filter((subject) => subject === 'exchange' || queues.has(subject)));
}
