/** One request as handlers see it: who asks, what the address names, the query, and the body's bytes. */
import { objectNotFound } from './api-error.ts';
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

/** Of a parameter that comes twice the first counts. */
export class Query {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: unknown) {
    this.#values = (values ?? {}) as Record<string, unknown>;
  }

  get(name: string): string | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : undefined;
  }

  isTrue(name: string): boolean {
    return this.get(name) === 'true';
  }
}
