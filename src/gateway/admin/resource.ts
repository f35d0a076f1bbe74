/**
 * How a resource is declared: its path, and for each method who may use it and what it does. The list of all is in
 * `resources.ts`; what is served, what is refused and what the documentation lists follow from it.
 */
import type { Access } from './access.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE'] as const;
type Method = (typeof METHODS)[number];

export type Handler = (call: Call) => Answer | Promise<Answer>;

export interface Operation {
  readonly access: Access;
  readonly handle: Handler;
}

export interface Resource {
  /** With `:name` for what is named by the address. One of them called `vhost` must exist. */
  readonly path: string;
  readonly methods: Partial<Readonly<Record<Method, Operation>>>;
}

/** `resource('/whoami', { GET: ['management', whoami] })` */
export function resource(
  path: string,
  methods: Partial<Readonly<Record<Method, readonly [Access, Handler]>>>,
): Resource {
  const operations = Object.entries(methods).map(([method, [access, handle]]) => [method, { access, handle }] as const);
  return { path: `/api${path}`, methods: Object.fromEntries(operations) };
}

/** What of the resource the method asks for; HEAD is GET without the body. */
export function operationOf({ methods }: Resource, method: string): Operation | undefined {
  const wanted = METHODS.find((each) => each === (method === 'HEAD' ? 'GET' : method));
  return wanted && methods[wanted];
}

/** As the header `allow` says it. */
export function allowedMethods({ methods }: Resource): string {
  const allowed = METHODS.filter((method) => methods[method] !== undefined);
  return [...(methods.GET === undefined ? [] : ['HEAD']), ...allowed, 'OPTIONS'].join(', ');
}
