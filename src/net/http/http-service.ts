/** What HTTP connections, their server, and whoever serves the requests know of each other. */
import type { Clock } from '../../base/clock.ts';
import type { TransportHandler } from '../transport.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { HttpError } from './http-error.ts';
import type { HttpRequest, HttpResponse } from './message.ts';

export interface HttpExchange {
  readonly request: HttpRequest;
  /** Address of the client. */
  readonly remoteAddress: string;
  readonly encrypted: boolean;
  /** Once. Does nothing when the client is gone. */
  respond(response: HttpResponse): void;
  /** The listener, the only one, is called when the client hangs up before it is answered. Returns a function that ends it. */
  onGone(listener: () => void): () => void;
}

export interface HttpSettings {
  readonly headBytesMax: number;
  readonly bodyBytesMax: number;
  /** What has arrived and is not handled yet, of all connections. */
  readonly arrivingBytesMax: number;
  readonly connectionsMax: number;
  /** From the first byte of a request to its last; also for how long a client may read nothing of its answer. */
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

export interface HttpService {
  /** Answers the exchange once, now or later. Must not throw. */
  handle(exchange: HttpExchange): void;
  /** What to say about bytes that are no request. */
  refusal(error: HttpError): HttpResponse;
}

/** What a connection needs of its server. */
export interface ConnectionHost extends HttpService {
  readonly settings: HttpSettings;
  readonly clock: Clock;
  readonly budget: ByteBudget;
  readonly isPaused: boolean;
  date(): string;
  closed(connection: TransportHandler): void;
}
