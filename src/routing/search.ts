/**
 * Finds where a message goes: from an exchange through those bound to it, each visited once however they are bound, and
 * through alternate exchanges where nothing matched. An exchange that delays is not passed but reported, unless the message
 * has no delay.
 */
import type { LogId } from '../base/brand.ts';
import type { HashProperty } from '../catalog/amqp/exchange-arguments.ts';
import { DEFAULT_EXCHANGE, type Exchange } from '../catalog/amqp/model.ts';
import type { FieldTable } from '../message/field-table.ts';
import { integerOf } from '../message/field-value.ts';
import { ExchangeNode } from './exchange-node.ts';
import type { Query } from './matcher.ts';
import { type Delay, NO_DELAYS, type Routable, type Route } from './route.ts';
import type { Found, Target } from './target.ts';

export class Search implements Found {
  readonly #node: (vhost: string, exchange: string) => ExchangeNode | undefined;
  #mark = 0;
  #work: ExchangeNode[] = [];
  #queues: LogId[] = [];
  #delays: Delay[] = [];
  #matched = false;
  #isByKey = true;

  constructor(node: (vhost: string, exchange: string) => ExchangeNode | undefined) {
    this.#node = node;
  }

  /** Whether the last search would find the same for the same routing key and any other message. */
  get isByKey(): boolean {
    return this.#isByKey;
  }

  /** @param isDelayOver whether `start` has held the message back already */
  run(start: ExchangeNode, routingKeys: readonly string[], message: Routable, isDelayOver: boolean): Route {
    this.#begin(start);
    const query = new QueryOnce(routingKeys, message);
    for (const node of this.#work) {
      if (node.isDelayed) {
        this.#isByKey = false;
        if (!(isDelayOver && node === start) && this.#isHeldBack(node.exchange, query)) continue;
      }
      this.#visit(node, query);
    }
    return { queues: this.#queues, delays: this.#delays.length === 0 ? NO_DELAYS : this.#delays };
  }

  add(target: Target): void {
    this.#matched = true;
    if (target.mark === this.#mark) return;
    target.mark = this.#mark;
    if (target.queueId !== undefined) this.#queues.push(target.queueId);
    else if (target instanceof ExchangeNode) this.#work.push(target);
  }

  #begin(start: ExchangeNode): void {
    this.#mark += 1;
    start.mark = this.#mark;
    this.#work = [start];
    this.#queues = [];
    this.#delays = [];
    this.#isByKey = true;
  }

  #visit({ exchange, matcher }: ExchangeNode, query: Query): void {
    this.#isByKey &&= matcher.isByKey;
    this.#matched = false;
    matcher.match(query, this);
    if (this.#matched || exchange.alternateExchange === undefined) return;
    // The default exchange changes with every queue, which empties nothing.
    if (exchange.alternateExchange === DEFAULT_EXCHANGE) this.#isByKey = false;
    const alternate = this.#node(exchange.vhost, exchange.alternateExchange);
    if (alternate !== undefined) this.add(alternate);
  }

  #isHeldBack({ name }: Exchange, query: Query): boolean {
    const delayMs = delayIn(query.headers());
    if (delayMs > 0) this.#delays.push({ exchange: name, delayMs });
    return delayMs > 0;
  }
}

function delayIn(headers: FieldTable): number {
  const delay = headers.get('x-delay');
  if (delay?.type === 'longstr') return /^\d{1,15}$/.test(delay.value) ? Number(delay.value) : 0;
  return integerOf(delay) ?? 0;
}

/** Reads the headers once, however many exchanges want them. */
class QueryOnce implements Query {
  #headers: FieldTable | undefined;

  constructor(
    readonly routingKeys: readonly string[],
    private readonly message: Routable,
  ) {}

  headers(): FieldTable {
    this.#headers ??= this.message.headers();
    return this.#headers;
  }

  property(name: HashProperty): string | undefined {
    return this.message.property(name);
  }
}
