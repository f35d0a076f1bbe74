/** What routing is asked and what it answers. */
import type { LogId } from '../base/brand.ts';
import type { HashProperty } from '../catalog/amqp/exchange-arguments.ts';
import type { FieldTable } from '../message/field-table.ts';

/** What routing may want to know of a message besides its routing keys. Asked only where an exchange needs it. */
export interface Routable {
  headers(): FieldTable;
  /** As text; undefined if the message has none. */
  property(name: HashProperty): string | undefined;
}

/** An exchange of type x-delayed-message that holds the message back. */
export interface Delay {
  readonly exchange: string;
  readonly delayMs: number;
}

/** Shared and never changed. Without queues and delays the message is unroutable. */
export interface Route {
  /** Each queue once, in no particular order. */
  readonly queues: readonly LogId[];
  readonly delays: readonly Delay[];
}

export const NO_DELAYS: readonly Delay[] = [];
