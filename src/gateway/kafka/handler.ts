/** What a handler of one Kafka API is: the schema of the API, the versions that are served, and the operation. */
import type { Api } from './protocol/apis.ts';

/** For requests that the protocol doesn't answer (Produce with acks=0). */
export const NO_RESPONSE = Symbol('no response');
/** For requests that can't be answered although something is wrong with them: the connection is closed. */
export const CLOSE_CONNECTION = Symbol('close connection');

/** An answer that holds slices of memory that is used for something else once `taken` was called: the network has them. */
export class LendingAnswer<Response> {
  constructor(
    readonly body: Response,
    readonly taken: () => void,
  ) {}
}

export interface RequestContext {
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** Address of the client. */
  readonly clientHost: string;
}

type Answer<Response> = Response | LendingAnswer<Response> | typeof NO_RESPONSE | typeof CLOSE_CONNECTION;

export interface Handler<Request, Response> {
  readonly api: Api<Request, Response>;
  /** First and last version that are advertised. */
  readonly versions: readonly [number, number];
  /**
   * `appended` (the rule): the response waits until all that was appended when it was made is durable. `nothing`: it tells
   * only what is durable already, and leaves at once.
   */
  readonly waitsFor: 'appended' | 'nothing';
  /** While a returned promise is pending no further request of the connection is begun, as in Kafka. */
  handle(request: Request, context: RequestContext): Answer<Response> | Promise<Answer<Response>>;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of handlers of different APIs; each is checked where it is defined.
export type AnyHandler = Handler<any, any>;

/** Checks an operation against the types of its API. Versions default to all that the schemas know. */
export function handler<Request, Response>(
  api: Api<Request, Response>,
  handle: Handler<Request, Response>['handle'],
  options: Partial<Pick<Handler<Request, Response>, 'versions' | 'waitsFor'>> = {},
): Handler<Request, Response> {
  return { api, handle, versions: options.versions ?? api.versions, waitsFor: options.waitsFor ?? 'appended' };
}
