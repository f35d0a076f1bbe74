/** What an exchange of some type makes of its bindings. */
import type { Binding } from '../catalog/amqp/model.ts';
import type { Routable } from './route.ts';
import type { Found, Target } from './target.ts';

/** A message on its way. All its routing keys count alike (the key it was published with, and those of CC and BCC). */
export interface Query extends Routable {
  readonly routingKeys: readonly string[];
}

export interface Matcher {
  /** Whether the routing key alone decides, so that the same key finds the same until a binding changes. */
  readonly isByKey: boolean;
  /** Each binding is added once, and removed at most once. */
  add(binding: Binding, target: Target): void;
  remove(binding: Binding, target: Target): void;
  match(query: Query, found: Found): void;
}
