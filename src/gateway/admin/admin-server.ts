/**
 * The management API's HTTP side: asks who is there before it reads what they send, lets the resource answer, and holds answers to
 * changes back until these are durable. What is served is in `resources.ts`.
 *
 * Refuses with RabbitMQ's JSON errors. What nobody foresaw is a 500 and logged.
 */
import type { HttpError } from '../../net/http/http-error.ts';
import { HttpServer } from '../../net/http/http-server.ts';
import type { HttpExchange, HttpService, HttpSettings } from '../../net/http/http-service.ts';
import type { HttpRequest, HttpRequestHead, HttpResponse, PiecedResponse } from '../../net/http/message.ts';
import type { Transport, TransportHandler } from '../../net/transport.ts';
import { Admission } from './admission.ts';
import { ApiError, apiErrorOf, badRequest } from './api-error.ts';
import { DurableWait } from './durable-wait.ts';
import { errorResponse, responseOf } from './responses.ts';
import type { AdminServices, AdminSettings } from './services.ts';

const HEAD_BYTES_MAX = 16 * 1024;
const REQUEST_TIMEOUT_MS = 60_000;
const IDLE_TIMEOUT_MS = 75_000;
/** Of a piece of a long answer one sees nothing leave until all of it has left; slow clients shall have it. */
const UNREAD_TIMEOUT_MS = 300_000;

export class AdminServer implements HttpService {
  readonly #services: AdminServices;
  readonly #admission: Admission;
  readonly #http: HttpServer;
  readonly #durable: DurableWait;

  constructor(services: AdminServices) {
    this.#services = services;
    this.#admission = new Admission(services);
    this.#http = new HttpServer(httpSettings(services.settings), services.clock, this);
    this.#durable = new DurableWait(services.durability);
  }

  readonly accept = (transport: Transport): TransportHandler | undefined => this.#http.accept(transport);

  /** To be called every few seconds. */
  checkTimeouts(): void {
    this.#http.checkTimeouts();
  }

  /** Before the node stops: requests have no effect from now on. */
  freeze(): void {
    this.#admission.freeze();
  }

  /** After the node has stopped: sends the answers that may leave, and ends each connection when it is answered. */
  close(): void {
    this.#durable.end();
    this.#http.close();
  }

  /** Cuts connections without waiting for the clients. */
  destroy(): void {
    this.#http.destroy();
  }

  // For HTTP.

  handle(exchange: HttpExchange): void {
    void this.#answer(exchange.request, exchange.remoteAddress).then((response) => exchange.respond(response));
  }

  beforeBody(request: HttpRequestHead, remoteAddress: string): HttpResponse | undefined {
    const { attempts } = this.#services;
    const { succeeded } = attempts;
    try {
      if (request.method !== 'OPTIONS') this.#admission.admit(request, remoteAddress);
    } catch (error) {
      return this.#refused(error, request);
    }
    // It is asked again when its body is there, and counted then.
    attempts.succeeded = succeeded;
    return undefined;
  }

  refusal({ status, message }: HttpError): HttpResponse {
    if (status === 413) return errorResponse(badRequest('Exceeded HTTP request body size limit'));
    return errorResponse(new ApiError(status, status === 503 ? 'service_unavailable' : 'bad_request', message));
  }

  /** Never rejects. */
  async #answer(request: HttpRequest, remoteAddress: string): Promise<HttpResponse | PiecedResponse> {
    try {
      if (request.method === 'OPTIONS') {
        return { status: 200, headers: { allow: this.#admission.allowed(request.target) }, body: '' };
      }
      const { call, handle } = this.#admission.admit(request, remoteAddress);
      const answer = await handle({ ...call, body: request.body });
      if (call.method !== 'GET') await this.#durable.untilDurable();
      const { pieces } = answer;
      return responseOf(pieces === undefined ? answer : { ...answer, pieces: this.#watched(pieces) }, call.query);
    } catch (error) {
      return this.#refused(error, request);
    }
  }

  /** Of an answer that has begun to leave nothing can be said any more, but it is known here. */
  async *#watched(pieces: AsyncIterable<string>): AsyncGenerator<string> {
    try {
      yield* pieces;
    } catch (error) {
      this.#services.logger.error({ reason: String(error) }, 'a list of the management API could not be sent whole');
      throw error;
    }
  }

  #refused(cause: unknown, { method, target }: HttpRequestHead): HttpResponse {
    const known = apiErrorOf(cause);
    if (known !== undefined) return errorResponse(known);
    const { logger } = this.#services;
    const { message, stack } = cause instanceof Error ? cause : new Error(String(cause));
    logger.error({ method, url: target, reason: message }, 'a management request failed inside');
    logger.debug({ stack }, 'where it failed');
    return errorResponse(new ApiError(500, 'internal_server_error', 'the request failed inside the broker'));
  }
}

function httpSettings({ bodyBytesMax, bodiesBytesMax, connectionsMax }: AdminSettings): HttpSettings {
  return {
    headBytesMax: HEAD_BYTES_MAX,
    bodyBytesMax,
    // A single body finds room, if it may have its size at all.
    arrivingBytesMax: Math.max(bodiesBytesMax, bodyBytesMax),
    bodiesStay: true,
    connectionsMax,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    unreadTimeoutMs: UNREAD_TIMEOUT_MS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  };
}
