/** Exchanges of type direct: the routing key is the binding's. */
import type { Binding } from '../catalog/amqp/model.ts';
import type { Matcher, Query } from './matcher.ts';
import { type Found, type Target, TargetBag } from './target.ts';

export class DirectMatcher implements Matcher {
  readonly isByKey = true;
  readonly #byKey = new Map<string, TargetBag>();

  add({ routingKey }: Binding, target: Target): void {
    let bag = this.#byKey.get(routingKey);
    if (bag === undefined) {
      bag = new TargetBag();
      this.#byKey.set(routingKey, bag);
    }
    bag.add(target);
  }

  remove({ routingKey }: Binding, target: Target): void {
    const bag = this.#byKey.get(routingKey);
    bag?.remove(target);
    if (bag?.isEmpty) this.#byKey.delete(routingKey);
  }

  match({ routingKeys }: Query, found: Found): void {
    for (const key of routingKeys) this.#byKey.get(key)?.addTo(found);
  }
}
