/** The default exchange: to the queue that the routing key names. Nothing is bound to it. */
import type { Queue } from '../catalog/amqp/model.ts';
import type { Matcher, Query } from './matcher.ts';
import type { Found, Target } from './target.ts';

export class DefaultMatcher implements Matcher {
  readonly isByKey = true;

  constructor(
    private readonly queue: (name: string) => Queue | undefined,
    private readonly targetOf: (queue: Queue) => Target,
  ) {}

  add(): void {}

  remove(): void {}

  match({ routingKeys }: Query, found: Found): void {
    for (const name of routingKeys) {
      const queue = this.queue(name);
      if (queue !== undefined) found.add(this.targetOf(queue));
    }
  }
}
