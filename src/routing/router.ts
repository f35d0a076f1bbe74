/**
 * How messages find their queues. The router follows the catalog and keeps each exchange's bindings in the form in which its
 * type searches them; a `RoutedExchange` is how others hold on to an exchange and ask it.
 *
 * Invariant: after any change of the catalog every answer is that of the catalog as it is then.
 */
import type { LogId } from '../base/brand.ts';
import type { Random } from '../base/random.ts';
import type { AmqpCatalog } from '../catalog/amqp/amqp-catalog.ts';
import {
  type AmqpCatalogListener,
  type Binding,
  DEFAULT_EXCHANGE,
  type Exchange,
  type Queue,
  type Vhost,
} from '../catalog/amqp/model.ts';
import { accessRefused, noSuchResource, resource } from '../catalog/amqp/refusals.ts';
import { DefaultMatcher } from './default-exchange.ts';
import { ExchangeNode, newMatcher } from './exchange-node.ts';
import type { Routable, Route } from './route.ts';
import { RouteCache } from './route-cache.ts';
import { Search } from './search.ts';
import { QueueTarget, type Target } from './target.ts';

export interface RoutingSettings {
  /** How many routes are kept for keys that come again, counting the queues in them. */
  readonly cachedRoutesMax: number;
}

export interface RouterDependencies {
  readonly catalog: AmqpCatalog;
  readonly random: Random;
  readonly settings: RoutingSettings;
}

export class Router {
  readonly #catalog: AmqpCatalog;
  readonly #random: Random;
  readonly #cache: RouteCache;
  /** By vhost, then by name; an exchange is here once it is bound or asked for. */
  readonly #nodes = new Map<string, Map<string, ExchangeNode>>();
  /** Of queues that messages can have been routed to. */
  readonly #targets = new Map<LogId, QueueTarget>();
  readonly #search = new Search((vhost, exchange) => this.node(vhost, exchange));

  /** Follows the catalog from what is in it now; it makes no difference whether that is recovered already. */
  constructor({ catalog, random, settings }: RouterDependencies) {
    this.#catalog = catalog;
    this.#random = random;
    this.#cache = new RouteCache(settings.cachedRoutesMax);
    for (const { name } of catalog.vhosts()) for (const binding of catalog.bindings(name)) this.#bound(binding);
    catalog.subscribe(this.#listener());
  }

  /** The exchange of that name, whichever it is when it is asked, if any. */
  resolve(vhost: string, exchange: string): RoutedExchange {
    return new RoutedExchange(this, vhost, exchange);
  }

  /** For `RoutedExchange`: the exchange that has the name now. */
  node(vhost: string, name: string): ExchangeNode | undefined {
    const known = this.#nodes.get(vhost)?.get(name);
    if (known !== undefined) return known;
    const exchange = this.#catalog.exchange(vhost, name);
    return exchange && this.#add(exchange);
  }

  /** For `RoutedExchange`: a route that is not kept yet. */
  find(node: ExchangeNode, routingKeys: readonly string[], message: Routable, isDelayOver = false): Route {
    const route = this.#search.run(node, routingKeys, message, isDelayOver);
    const [key = '', another] = routingKeys;
    if (another === undefined && this.#search.isByKey) this.#cache.offer(node, key, route);
    return route;
  }

  #listener(): AmqpCatalogListener {
    return {
      onVhostDeleted: (vhost) => this.#vhostDeleted(vhost),
      // Both may be somebody's alternate exchange.
      onExchangeDeclared: ({ vhost }) => this.#cache.empty(vhost),
      onExchangeChanged: ({ vhost }) => this.#cache.empty(vhost),
      onExchangeDeleted: (exchange) => this.#exchangeDeleted(exchange),
      onQueueDeclared: ({ vhost, name }) => this.#forgetDefault(vhost, name),
      onQueueDeleted: (queue) => this.#queueDeleted(queue),
      onBound: (binding) => this.#bound(binding),
      onUnbound: (binding) => this.#unbound(binding),
    };
  }

  #add(exchange: Exchange): ExchangeNode {
    const { vhost, name } = exchange;
    const node = new ExchangeNode(
      exchange,
      name === DEFAULT_EXCHANGE ? this.#defaultMatcher(vhost) : this.#matcher(exchange),
    );
    let nodes = this.#nodes.get(vhost);
    if (nodes === undefined) {
      nodes = new Map();
      this.#nodes.set(vhost, nodes);
    }
    nodes.set(name, node);
    return node;
  }

  #matcher(exchange: Exchange) {
    return newMatcher(exchange, this.#random);
  }

  #defaultMatcher(vhost: string): DefaultMatcher {
    const queue = (name: string) => this.#catalog.queue(vhost, name);
    return new DefaultMatcher(queue, ({ id }) => this.#queueTarget(id));
  }

  #queueTarget(id: LogId): QueueTarget {
    let target = this.#targets.get(id);
    if (target === undefined) {
      target = new QueueTarget(id);
      this.#targets.set(id, target);
    }
    return target;
  }

  #existing(exchange: Exchange): ExchangeNode {
    return this.#nodes.get(exchange.vhost)?.get(exchange.name) ?? this.#add(exchange);
  }

  #target({ destination }: Binding): Target {
    return 'settings' in destination ? this.#queueTarget(destination.id) : this.#existing(destination);
  }

  #bound(binding: Binding): void {
    this.#existing(binding.source).matcher.add(binding, this.#target(binding));
    this.#cache.empty(binding.source.vhost);
  }

  #unbound(binding: Binding): void {
    this.#existing(binding.source).matcher.remove(binding, this.#target(binding));
    this.#cache.empty(binding.source.vhost);
  }

  #exchangeDeleted({ vhost, name }: Exchange): void {
    const nodes = this.#nodes.get(vhost);
    const node = nodes?.get(name);
    if (node !== undefined) node.isGone = true;
    nodes?.delete(name);
    this.#cache.empty(vhost);
  }

  #queueDeleted({ vhost, name, id }: Queue): void {
    this.#targets.delete(id);
    this.#forgetDefault(vhost, name);
  }

  #forgetDefault(vhost: string, queueName: string): void {
    const node = this.#nodes.get(vhost)?.get(DEFAULT_EXCHANGE);
    if (node !== undefined) this.#cache.forget(node, queueName);
  }

  #vhostDeleted({ name }: Vhost): void {
    for (const node of this.#nodes.get(name)?.values() ?? []) node.isGone = true;
    this.#nodes.delete(name);
    this.#cache.empty(name);
  }
}

/** An exchange by name. It may be kept while exchanges come and go: it always stands for the one that has the name. */
export class RoutedExchange {
  #node: ExchangeNode | undefined;

  constructor(
    private readonly router: Router,
    readonly vhost: string,
    readonly name: string,
  ) {}

  /** Undefined while there is none of that name. */
  get exchange(): Exchange | undefined {
    return this.#live()?.exchange;
  }

  /** For whoever publishes. @throws DomainError `not_found`, or `access_refused` for an internal exchange */
  requirePublishable(): Exchange {
    const exchange = this.#live()?.exchange;
    if (exchange === undefined) throw noSuchResource('exchange', this.vhost, this.name);
    if (!exchange.internal) return exchange;
    throw accessRefused(`cannot publish to internal ${resource('exchange', this.vhost, this.name)}`);
  }

  /** Undefined if the exchange does not exist. */
  route(routingKey: string, message: Routable): Route | undefined {
    const node = this.#live();
    if (node === undefined) return undefined;
    return node.routes?.get(routingKey) ?? this.router.find(node, [routingKey], message);
  }

  /** By several keys at once: the one published with and those of CC and BCC. */
  routeAll(routingKeys: readonly string[], message: Routable): Route | undefined {
    const [key, another] = routingKeys;
    if (key !== undefined && another === undefined) return this.route(key, message);
    const node = this.#live();
    return node && this.router.find(node, routingKeys, message);
  }

  /** What an x-delayed-message exchange held back goes on, by the exchange's `x-delayed-type`. */
  routeDelayed(routingKeys: readonly string[], message: Routable): Route | undefined {
    const node = this.#live();
    return node && this.router.find(node, routingKeys, message, true);
  }

  #live(): ExchangeNode | undefined {
    if (this.#node === undefined || this.#node.isGone) this.#node = this.router.node(this.vhost, this.name);
    return this.#node;
  }
}
