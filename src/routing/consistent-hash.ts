/**
 * Exchanges of type x-consistent-hash: each message goes to one of the bindings, in proportion to their weights (the binding
 * keys), and messages of one hash to the same one. The hash is of the routing key, or of the header or the property that the
 * exchange's arguments name; what a message lacks is hashed as nothing. A new binding takes over from the others evenly and
 * moves nothing between them (Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm").
 */
import { HASH_PROPERTIES } from '../catalog/amqp/exchange-arguments.ts';
import type { Binding, Exchange } from '../catalog/amqp/model.ts';
import type { FieldTable } from '../message/field-table.ts';
import { valueText } from '../message/field-text.ts';
import type { Matcher, Query } from './matcher.ts';
import { hash32, PseudoRandom } from './pseudo-random.ts';
import type { Found, Target } from './target.ts';

interface Share {
  readonly target: Target;
  readonly weight: number;
}

type HashOf = (query: Query) => string;

export class ConsistentHashMatcher implements Matcher {
  readonly isByKey: boolean;
  readonly #textOf: HashOf;
  /** In order of binding, which is also that of a recovered catalog. */
  readonly #shares = new Map<Binding, Share>();
  /** The shares, each with the sum of the weights up to it; undefined after a change. */
  #ends: { readonly target: Target; readonly end: number }[] | undefined;

  constructor({ arguments: args }: Exchange) {
    this.isByKey = !args.has('hash-header') && !args.has('hash-property');
    this.#textOf = hashOf(args);
  }

  add(binding: Binding, target: Target): void {
    this.#shares.set(binding, { target, weight: Number(binding.routingKey) });
    this.#ends = undefined;
  }

  remove(binding: Binding): void {
    this.#shares.delete(binding);
    this.#ends = undefined;
  }

  match(query: Query, found: Found): void {
    if (this.#shares.size === 0) return;
    this.#ends ??= this.#sum();
    const ends = this.#ends;
    const bucket = jump(hash32(this.#textOf(query)), ends.at(-1)?.end ?? 0);
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle]?.end ?? 0) <= bucket) low = middle + 1;
      else high = middle;
    }
    const chosen = ends[low];
    if (chosen !== undefined) found.add(chosen.target);
  }

  #sum(): { target: Target; end: number }[] {
    let end = 0;
    return Array.from(this.#shares.values(), ({ target, weight }) => {
      end += weight;
      return { target, end };
    });
  }
}

function hashOf(args: FieldTable): HashOf {
  const header = args.get('hash-header');
  if (header?.type === 'longstr') {
    return (query) => {
      const value = query.headers().get(header.value);
      return value === undefined ? '' : valueText(value);
    };
  }
  const wanted = args.get('hash-property');
  const property = HASH_PROPERTIES.find((name) => wanted?.type === 'longstr' && wanted.value === name);
  if (property !== undefined) return (query) => query.property(property) ?? '';
  return ({ routingKeys }) => routingKeys[0] ?? '';
}

/** The bucket, of `count`, for what has this hash. */
function jump(hash: number, count: number): number {
  const random = new PseudoRandom(hash);
  let bucket = 0;
  let next = 0;
  while (next < count) {
    bucket = next;
    next = Math.floor((bucket + 1) / (1 - random.next()));
  }
  return bucket;
}
