/**
 * Routes by exchange and routing key, so that a key that comes again costs one lookup. Any change that could lead a message
 * elsewhere empties the vhost's part. At its bound, which counts routes and the queues in them, all of it is emptied; a
 * route that would take an eighth of it is not kept at all.
 */
import type { ExchangeNode } from './exchange-node.ts';
import type { Route } from './route.ts';

export class RouteCache {
  readonly #max: number;
  /** The nodes that hold routes, by vhost. */
  readonly #nodes = new Map<string, Set<ExchangeNode>>();
  #held = 0;

  constructor(max: number) {
    this.#max = max;
  }

  put(node: ExchangeNode, key: string, route: Route): void {
    const weight = weightOf(route);
    if (weight > this.#max / 8) return;
    if (this.#held + weight > this.#max) for (const vhost of this.#nodes.keys()) this.empty(vhost);
    if (node.routes === undefined) {
      node.routes = new Map();
      this.#join(node);
    }
    node.routes.set(key, route);
    this.#held += weight;
  }

  forget(node: ExchangeNode, key: string): void {
    const route = node.routes?.get(key);
    if (route === undefined) return;
    node.routes?.delete(key);
    this.#held -= weightOf(route);
  }

  empty(vhost: string): void {
    const nodes = this.#nodes.get(vhost);
    if (nodes === undefined) return;
    this.#nodes.delete(vhost);
    for (const node of nodes) {
      for (const route of node.routes?.values() ?? []) this.#held -= weightOf(route);
      node.routes = undefined;
    }
  }

  #join(node: ExchangeNode): void {
    const { vhost } = node.exchange;
    const nodes = this.#nodes.get(vhost);
    if (nodes === undefined) this.#nodes.set(vhost, new Set([node]));
    else nodes.add(node);
  }
}

function weightOf({ queues }: Route): number {
  return 1 + queues.length;
}
