/** What HTTP connections, their server, and whoever serves the requests know of each other. */
import type { Clock } from '../../base/clock.ts';
import type { TransportHandler } from '../transport.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { HttpError } from './http-error.ts';
import type { HttpRequest, HttpRequestHead, HttpResponse, PiecedResponse } from './message.ts';

export interface HttpExchange {
  readonly request: HttpRequest;
  /** Address of the client. */
  readonly remoteAddress: string;
  readonly encrypted: boolean;
  /** Once. Does nothing when the client is gone. */
  respond(response: HttpResponse | PiecedResponse): void;
  /** The listener, the only one, is called when the client hangs up before its answer has been sent. Returns a function that ends it. */
  onGone(listener: () => void): () => void;
}

export interface HttpSettings {
  readonly headBytesMax: number;
  readonly bodyBytesMax: number;
  /** What has arrived and is not handled yet, of all connections. */
  readonly arrivingBytesMax: number;
  /** Bodies are there until their requests are answered, and count as arriving so long. */
  readonly bodiesStay?: boolean;
  readonly connectionsMax: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
  /** For how long a client may read nothing of its answer; left out: as long as a request may take. */
  readonly unreadTimeoutMs?: number;
  readonly idleTimeoutMs: number;
}

export interface HttpService {
  /** Answers the exchange once, now or later. Must not throw. */
  handle(exchange: HttpExchange): void;
  /** What to say about bytes that are no request. */
  refusal(error: HttpError): HttpResponse;
  /**
   * Asked when the head of a request has come, and its body has not or is too large: whether it is wanted. An answer says that it
   * is not; it is sent at once, and the connection ends. Must not throw.
   */
  beforeBody?(request: HttpRequestHead, remoteAddress: string): HttpResponse | undefined;
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
