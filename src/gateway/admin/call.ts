/** One request as handlers see it: who asks, what the address names, the query, and the body's bytes. */
import { objectNotFound } from './api-error.ts';
import type { Query } from './query.ts';
import type { Requester } from './requester.ts';
import type { AdminServices } from './services.ts';

export interface Call {
  readonly services: AdminServices;
  readonly requester: Requester;
  readonly method: string;
  /** Decoded; named in the resource's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Buffer;
  header(name: string): string | undefined;
}

/** RabbitMQ's name for the exchange without one, where a name must stand. */
const DEFAULT_EXCHANGE_ALIAS = 'amq.default';

/** A parameter of the path, which the resource has. */
export function param({ params }: Pick<Call, 'params'>, name: string): string {
  const value = params[name];
  if (value === undefined) throw objectNotFound();
  return value;
}

/** A parameter that names an exchange. */
export function exchangeParam(call: Pick<Call, 'params'>, name: string): string {
  const value = param(call, name);
  return value === DEFAULT_EXCHANGE_ALIAS ? '' : value;
}
