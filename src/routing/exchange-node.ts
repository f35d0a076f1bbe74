/** An exchange as routing sees it: its bindings in the form that its type searches, and the routes found lately. */
import { assert } from '../base/assert.ts';
import type { Random } from '../base/random.ts';
import { routingType } from '../catalog/amqp/exchange-arguments.ts';
import type { Exchange } from '../catalog/amqp/model.ts';
import { ConsistentHashMatcher } from './consistent-hash.ts';
import { DirectMatcher } from './direct.ts';
import { FanoutMatcher } from './fanout.ts';
import { HeadersMatcher } from './headers.ts';
import type { Matcher } from './matcher.ts';
import { RandomMatcher } from './random.ts';
import type { Route } from './route.ts';
import type { Target } from './target.ts';
import { TopicMatcher } from './topic.ts';

export class ExchangeNode implements Target {
  readonly queueId = undefined;
  mark = 0;
  /** Whether the exchange was deleted; another one may have its name. */
  isGone = false;
  readonly isDelayed: boolean;
  /** By routing key; `RouteCache` fills and empties it. */
  routes: Map<string, Route> | undefined;

  constructor(
    readonly exchange: Exchange,
    readonly matcher: Matcher,
  ) {
    this.isDelayed = exchange.type === 'x-delayed-message';
  }
}

export function newMatcher(exchange: Exchange, random: Random): Matcher {
  switch (routingType(exchange.type, exchange.arguments)) {
    case 'direct':
      return new DirectMatcher();
    case 'fanout':
      return new FanoutMatcher();
    case 'topic':
      return new TopicMatcher();
    case 'headers':
      return new HeadersMatcher();
    case 'x-consistent-hash':
      return new ConsistentHashMatcher(exchange);
    case 'x-random':
      return new RandomMatcher(random);
    case 'x-delayed-message':
      assert(false, `exchange ${exchange.name} delays by a type that delays`);
  }
}
