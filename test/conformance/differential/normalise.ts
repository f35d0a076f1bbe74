/**
 * Makes two brokers' answers comparable: what each broker chooses for itself (ids, ports, clocks, wording) gets a name by
 * the order of its first appearance, so that "the same id again" still has to be the same id again.
 */
import type { Json } from '../../support/clients-probe.ts';

/** Values that each broker makes up: compared by where they appear again, not by what they are. */
const CHOSEN: Readonly<Record<string, string>> = {
  topicId: 'topic id',
  memberId: 'member id',
  leader: 'member id',
  producerId: 'producer id',
  sessionId: 'fetch session',
  clusterId: 'cluster',
};
/** Values that say nothing about behaviour, or that depend on the moment. */
const DROPPED = new Set([
  ...['throttleTimeMs', 'errorMessage', 'host', 'port', 'clientHost', 'rack', 'authorizedOperations'],
  ...['clusterAuthorizedOperations', 'topicAuthorizedOperations', 'documentation', 'batchIndexErrorMessage'],
]);
const EMPTY = new Set<Json>(['', 'AAAAAAAAAAAAAAAAAAAAAA', -1, 0, null]);
const MOMENT_MIN_MS = 1_704_067_200_000;

export class Normaliser {
  readonly #prefix: string;
  readonly #known = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  normalise(value: Json, field = ''): Json {
    const kind = CHOSEN[field];
    if (kind !== undefined && typeof value !== 'object' && !EMPTY.has(value)) return this.#alias(kind, value);
    if (typeof value === 'string') return value.replaceAll(this.#prefix, '~');
    if (typeof value === 'number') return value > MOMENT_MIN_MS ? '<a moment of the run>' : value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return this.#normaliseList(value, field);
    const entries = Object.entries(value).filter(([name]) => !DROPPED.has(name));
    return Object.fromEntries(entries.map(([name, each]) => [name, this.normalise(each, name)]));
  }

  /** The order of a list carries meaning only for records. */
  #normaliseList(list: readonly Json[], field: string): Json {
    const normalised = list.map((each) => this.normalise(each, field));
    if (field === 'records' || field === 'values') return normalised;
    return normalised.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }

  #alias(kind: string, value: Json): string {
    const key = `${kind} ${value}`;
    let alias = this.#known.get(key);
    if (alias === undefined) {
      const count = (this.#counts.get(kind) ?? 0) + 1;
      this.#counts.set(kind, count);
      alias = `<${kind} ${count}>`;
      this.#known.set(key, alias);
    }
    return alias;
  }
}
