/** Exchanges of type fanout: to everything that is bound. */
import type { Binding } from '../catalog/amqp/model.ts';
import type { Matcher, Query } from './matcher.ts';
import { type Found, type Target, TargetBag } from './target.ts';

export class FanoutMatcher implements Matcher {
  readonly isByKey = true;
  readonly #bag = new TargetBag();

  add(_binding: Binding, target: Target): void {
    this.#bag.add(target);
  }

  remove(_binding: Binding, target: Target): void {
    this.#bag.remove(target);
  }

  match(_query: Query, found: Found): void {
    this.#bag.addTo(found);
  }
}
