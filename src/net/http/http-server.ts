/**
 * HTTP/1.1 over transports: accepts connections, hands their requests to whoever serves, and ends what takes too long. What arrives is
 * bounded per request and over all; what is refused is answered in the words of the one who serves.
 */
import type { Clock } from '../../base/clock.ts';
import type { Transport, TransportHandler } from '../transport.ts';
import { ByteBudget } from './byte-budget.ts';
import { HttpConnection } from './http-connection.ts';
import type { HttpError } from './http-error.ts';
import type { ConnectionHost, HttpExchange, HttpService, HttpSettings } from './http-service.ts';
import type { HttpResponse } from './message.ts';

export class HttpServer implements ConnectionHost {
  readonly settings: HttpSettings;
  readonly clock: Clock;
  readonly budget: ByteBudget;
  readonly beforeBody?: NonNullable<HttpService['beforeBody']>;
  isPaused = false;
  readonly #service: HttpService;
  readonly #connections = new Set<HttpConnection>();
  #date = '';
  #dateSeconds = -1;

  constructor(settings: HttpSettings, clock: Clock, service: HttpService) {
    this.settings = settings;
    this.clock = clock;
    this.budget = new ByteBudget(settings.arrivingBytesMax);
    this.#service = service;
    if (service.beforeBody !== undefined) this.beforeBody = service.beforeBody.bind(service);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Undefined if there are as many connections as may be. */
  accept(transport: Transport): TransportHandler | undefined {
    if (this.#connections.size >= this.settings.connectionsMax) return undefined;
    const connection = new HttpConnection(transport, this);
    this.#connections.add(connection);
    return connection;
  }

  /** To be called now and then. */
  checkTimeouts(): void {
    const nowMs = this.clock.monotonicMs();
    for (const connection of [...this.#connections]) connection.checkTimeouts(nowMs);
  }

  /** No request is handed over until `resume`. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    for (const connection of [...this.#connections]) connection.drained();
  }

  /** Connections end when their requests are answered. */
  close(): void {
    for (const connection of [...this.#connections]) connection.closeWhenAnswered();
  }

  destroy(): void {
    for (const connection of [...this.#connections]) connection.destroy();
  }

  // For connections.

  handle(exchange: HttpExchange): void {
    this.#service.handle(exchange);
  }

  refusal(error: HttpError): HttpResponse {
    return this.#service.refusal(error);
  }

  date(): string {
    const nowMs = this.clock.nowMs();
    const seconds = Math.floor(nowMs / 1000);
    if (seconds !== this.#dateSeconds) {
      this.#dateSeconds = seconds;
      this.#date = new Date(nowMs).toUTCString();
    }
    return this.#date;
  }

  closed(connection: HttpConnection): void {
    this.#connections.delete(connection);
  }
}
