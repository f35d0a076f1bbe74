/** Exchanges of type x-random: to one of the bindings, whichever. */
import type { Random } from '../base/random.ts';
import type { Binding } from '../catalog/amqp/model.ts';
import type { Matcher, Query } from './matcher.ts';
import { PseudoRandom } from './pseudo-random.ts';
import type { Found, Target } from './target.ts';

export class RandomMatcher implements Matcher {
  readonly isByKey = false;
  readonly #random: PseudoRandom;
  readonly #targets: { readonly binding: Binding; readonly target: Target }[] = [];
  readonly #places = new Map<Binding, number>();

  constructor(random: Random) {
    this.#random = new PseudoRandom(random.uint32());
  }

  add(binding: Binding, target: Target): void {
    this.#places.set(binding, this.#targets.length);
    this.#targets.push({ binding, target });
  }

  /** The last one takes the place. */
  remove(binding: Binding): void {
    const place = this.#places.get(binding);
    const last = this.#targets.pop();
    if (place === undefined || last === undefined) return;
    this.#places.delete(binding);
    if (last.binding === binding) return;
    this.#targets[place] = last;
    this.#places.set(last.binding, place);
  }

  match(_query: Query, found: Found): void {
    const chosen = this.#targets[Math.floor(this.#random.next() * this.#targets.length)];
    if (chosen !== undefined) found.add(chosen.target);
  }
}
