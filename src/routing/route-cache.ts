/**
 * Routes by exchange and routing key, so that a key that comes again costs one lookup. A route is kept when its key has come
 * before, not long ago: keys that come once would only push out the others, and keeping them costs more than finding the
 * route. Any change that could lead a message elsewhere empties the vhost's part. At its bound, which counts routes and the
 * queues in them, all of it is emptied; a route that would take an eighth of it is not kept at all.
 */
import type { ExchangeNode } from './exchange-node.ts';
import { hash32 } from './pseudo-random.ts';
import type { Route } from './route.ts';

/** How many keys that were not kept are remembered before all of them are forgotten. */
const KEYS_REMEMBERED = 2 ** 14;
/** Sixteen for each of them, so that few are taken for others. */
const MEMORY_BITS = 16 * KEYS_REMEMBERED;

export class RouteCache {
  readonly #max: number;
  /** The nodes that hold routes, by vhost. */
  readonly #nodes = new Map<string, Set<ExchangeNode>>();
  #held = 0;
  /** A bit for each hash of a key that came lately. */
  readonly #seen = new Uint32Array(MEMORY_BITS / 32);
  #seenCount = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Keeps the route, if its key has come before. */
  offer(node: ExchangeNode, key: string, route: Route): void {
    if (!this.#hasSeen(key)) return;
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

  /** From now on it has. */
  #hasSeen(key: string): boolean {
    const place = hash32(key) % MEMORY_BITS;
    const word = this.#seen[place >>> 5] ?? 0;
    const bit = 1 << (place & 31);
    if ((word & bit) !== 0) return true;
    if (this.#seenCount === KEYS_REMEMBERED) {
      this.#seen.fill(0);
      this.#seenCount = 0;
    }
    this.#seen[place >>> 5] = (this.#seen[place >>> 5] ?? 0) | bit;
    this.#seenCount += 1;
    return false;
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
