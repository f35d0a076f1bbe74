/**
 * Publishes the records of a topic to the exchange that it feeds, as the broker itself: to internal exchanges too. What no binding
 * matches is dropped, and a stream gets nothing of what was read from it. A queue that is full and rejects what is published makes the
 * feed wait, as it would a publisher that is not to lose anything; so do delayed messages when there are too many. What a record says of
 * the queue that it was moved from is left out: anybody could have produced it.
 */
import type { LogId } from '../../base/brand.ts';
import type { AmqpCatalog } from '../../catalog/amqp/amqp-catalog.ts';
import { ROOT_VHOST } from '../../catalog/amqp/model.ts';
import { mayHaveSource, withoutDeadLetterSource } from '../../message/dead-letter-source.ts';
import { keptMessage, type Message } from '../../message/message.ts';
import type { Queues } from '../../queue/queues.ts';
import type { Delay } from '../../routing/route.ts';
import type { RoutedExchange, Router } from '../../routing/router.ts';
import { RoutableMessage } from './routable-message.ts';

export interface FeedTargetDeps {
  readonly router: Router;
  readonly catalog: AmqpCatalog;
  readonly queues: Pick<Queues, 'publish' | 'delay'>;
}

/** Does what could not be done before; false: it still can't. */
type Retry = () => boolean;

const routable = new RoutableMessage();

export class FeedTarget {
  readonly #deps: FeedTargetDeps;
  readonly #exchange: RoutedExchange;
  readonly #topic: string;

  constructor(deps: FeedTargetDeps, exchange: string, topic: string) {
    this.#deps = deps;
    this.#exchange = deps.router.resolve(ROOT_VHOST, exchange);
    this.#topic = topic;
  }

  /** Undefined when all is done. */
  publish(read: Message): Retry | undefined {
    const message = mayHaveSource(read.properties) ? { ...read, properties: withoutDeadLetterSource(read) } : read;
    routable.properties = message.properties;
    const route = this.#exchange.route(message.routingKey, routable);
    if (route === undefined) return undefined;
    let full = this.#publishTo(this.#others(route.queues), message);
    let delays = this.#delay(route.delays, message);
    if (full.length === 0 && delays.length === 0) return undefined;
    const kept = keptMessage(message);
    return () => {
      full = this.#publishTo(full, kept);
      delays = this.#delay(delays, kept);
      return full.length === 0 && delays.length === 0;
    };
  }

  #others(queues: readonly LogId[]): readonly LogId[] {
    const own = this.#deps.catalog.queue(ROOT_VHOST, this.#topic)?.id;
    return own === undefined || !queues.includes(own) ? queues : queues.filter((id) => id !== own);
  }

  /** Answers those that may have room later. Others that refuse a message will never take it, or send it elsewhere. */
  #publishTo(ids: readonly LogId[], message: Message): LogId[] {
    const { queues } = this.#deps;
    if (ids.length === 0) return [];
    if (ids.some((id) => this.#isRejecting(id))) {
      return ids.filter((id) => !queues.publish([id], message) && this.#isRejecting(id));
    }
    queues.publish(ids, message);
    return [];
  }

  #isRejecting(id: LogId): boolean {
    const settings = this.#deps.catalog.queueById(id)?.settings;
    return settings?.overflow === 'reject-publish' && settings.type !== 'stream';
  }

  /** Answers what could not be kept. */
  #delay(delays: readonly Delay[], message: Message): Delay[] {
    const { queues } = this.#deps;
    return delays.filter(({ exchange, delayMs }) => {
      const target = { vhost: ROOT_VHOST, exchange, routingKeys: [message.routingKey] };
      return !queues.delay(message, target, delayMs);
    });
  }
}
