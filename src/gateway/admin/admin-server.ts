/**
 * The management API's HTTP side: finds the resource, asks who is there before it reads what they send, lets the resource answer,
 * and holds answers to changes back until these are durable. Fastify parses and routes; what is served is in `resources.ts`.
 *
 * Refuses with RabbitMQ's JSON errors: 401 before 404 before everything else, 405 before them all.
 */
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type InjectOptions } from 'fastify';
import { type Access, checkAccess } from './access.ts';
import type { Answer } from './answer.ts';
import { ApiError, apiErrorOf, badRequest, objectNotFound } from './api-error.ts';
import { BodyBudget } from './body-budget.ts';
import { type Call, Query } from './call.ts';
import { parseColumns, pickColumns } from './columns.ts';
import { DurableWait } from './durable-wait.ts';
import { type Requester, requesterOf } from './requester.ts';
import { allowedMethods, METHODS, type Operation, type Resource } from './resource.ts';
import { RESOURCES } from './resources.ts';
import type { AdminServices } from './services.ts';

const JSON_TYPE = 'application/json';
const ANY_TYPE = 'application/octet-stream';
/** Names have up to 255 bytes, and each may be percent-encoded twice. */
const PARAM_CHARS_MAX = 8192;
const REQUEST_TIMEOUT_MS = 60_000;
const IDLE_TIMEOUT_MS = 75_000;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export class AdminServer {
  readonly #services: AdminServices;
  readonly #app: FastifyInstance;
  readonly #durable: DurableWait;
  readonly #budget: BodyBudget;
  /** The node is stopping: nothing is answered any more but that. */
  #isFrozen = false;

  constructor(services: AdminServices) {
    const { settings, durability } = services;
    this.#services = services;
    this.#durable = new DurableWait(durability);
    this.#budget = new BodyBudget(settings.bodiesBytesMax, settings.bodyBytesMax);
    this.#app = Fastify({
      logger: false,
      bodyLimit: settings.bodyBytesMax,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      forceCloseConnections: 'idle',
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: PARAM_CHARS_MAX },
      frameworkErrors: (error, request, reply) => this.#failed(badRequest(error.message), request, reply),
    });
    this.#app.server.maxConnections = settings.connectionsMax;
    this.#app.removeAllContentTypeParsers();
    this.#app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    this.#app.setNotFoundHandler((request, reply) => this.#failed(objectNotFound(), request, reply));
    this.#app.setErrorHandler((error, request, reply) => this.#failed(error, request, reply));
    for (const resource of RESOURCES) this.#register(resource);
  }

  async listen(): Promise<Address> {
    const { host, port } = this.#services.settings;
    await this.#app.listen({ host, port });
    const address = this.#app.server.address();
    return { host, port: typeof address === 'object' && address !== null ? address.port : port };
  }

  /** One request without a socket. */
  async inject(options: InjectOptions) {
    return await this.#app.inject(options);
  }

  /** Before the node stops: requests have no effect from now on. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Sends the answers that may leave, and closes. */
  async close(): Promise<void> {
    this.#durable.end();
    await this.#app.close();
  }

  /** Cuts connections without waiting for the clients. */
  destroy(): void {
    this.#app.server.closeAllConnections();
  }

  #register(resource: Resource): void {
    const { path: url, methods } = resource;
    const allow = allowedMethods(resource);
    for (const method of METHODS) {
      const operation = methods[method];
      if (operation !== undefined) this.#app.route(this.#route(method, url, operation));
    }
    const refused = ['PATCH', ...METHODS.filter((method) => methods[method] === undefined)];
    if (methods.GET === undefined) refused.push('HEAD');
    this.#app.route({
      method: refused,
      url,
      exposeHeadRoute: false,
      handler: (request, reply) => {
        const error = new ApiError(405, 'method_not_allowed', `allowed here: ${allow}`, { allow });
        return this.#failed(error, request, reply);
      },
    });
    this.#app.options(url, (_request, reply) => reply.header('allow', allow).send());
  }

  #route(method: string, url: string, { access, handle }: Operation) {
    const calls = new WeakMap<FastifyRequest, Call>();
    return {
      method,
      url,
      onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
        if (this.#isFrozen) throw new ApiError(503, 'service_unavailable', 'the node is stopping');
        calls.set(request, this.#call(request, access));
        this.#reserve(request, reply);
        // Whatever the client calls its body, it is read as what the resource takes.
        request.raw.headers['content-type'] = ANY_TYPE;
      },
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const call = { ...(calls.get(request) as Call), body: bodyOf(request) };
        const answer = await handle(call);
        if (call.method !== 'GET') await this.#durable.untilDurable();
        return this.#send(answer, call, reply);
      },
    };
  }

  /** Who asks for what, and may. The body is still to come. */
  #call(request: FastifyRequest, access: Access): Call {
    const headers = { ...request.headers };
    const call: Call = {
      services: this.#services,
      requester: this.#login(request),
      method: request.method === 'HEAD' ? 'GET' : request.method,
      params: request.params as Record<string, string>,
      query: new Query(request.query),
      body: Buffer.alloc(0),
      header: (name) => [headers[name]].flat()[0],
    };
    checkAccess(access, call);
    this.#checkVhost(call);
    return call;
  }

  #login(request: FastifyRequest): Requester {
    const { attempts, security, logger } = this.#services;
    try {
      const requester = requesterOf(request.headers.authorization, request.ip, security);
      attempts.succeeded += 1;
      return requester;
    } catch (error) {
      if (request.headers.authorization !== undefined) {
        attempts.failed += 1;
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        logger.warn({ client: request.ip, reason: String(cause) }, 'refused a login to the management API');
      }
      throw error;
    }
  }

  #checkVhost({ params: { vhost }, method }: Call): void {
    if (vhost === undefined || this.#services.catalog.vhost(vhost) !== undefined) return;
    if (method === 'PUT' || method === 'POST') throw new ApiError(404, 'not_found', 'vhost_not_found');
    throw objectNotFound();
  }

  #reserve(request: FastifyRequest, reply: FastifyReply): void {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    const bytes = this.#budget.reserve(length, encoding !== undefined);
    if (bytes > 0) reply.raw.once('close', () => this.#budget.release(bytes));
  }

  #send(
    { status, headers = {}, value, items, pieces, text }: Answer,
    { query }: Call,
    reply: FastifyReply,
  ): FastifyReply {
    reply.code(status).headers(headers);
    if (text !== undefined) return reply.send(text);
    if (pieces !== undefined) return reply.type(JSON_TYPE).send(Readable.from(this.#watched(pieces)));
    if (value === undefined) return reply.send();
    const columns = parseColumns(query.get('columns'));
    const shown = items === undefined ? pickColumns(value, columns) : { ...value, items: pickColumns(items, columns) };
    return this.#sendJson(reply, shown);
  }

  #sendJson(reply: FastifyReply, value: unknown): FastifyReply {
    return reply
      .header('cache-control', 'no-cache')
      .header('content-type', JSON_TYPE)
      .send(Buffer.from(JSON.stringify(value)));
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

  #failed(cause: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { status, error, reason, headers } = apiErrorOf(cause) ?? this.#failureOf(cause, request);
    reply.code(status).headers(headers);
    return this.#sendJson(reply, { error, reason });
  }

  #failureOf(cause: unknown, request: FastifyRequest): ApiError {
    const { message, stack, code, statusCode = 500 } = cause as Error & { code?: string; statusCode?: number };
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return badRequest('Exceeded HTTP request body size limit');
    if (statusCode >= 400 && statusCode < 500) return new ApiError(statusCode, 'bad_request', message);
    const { logger } = this.#services;
    logger.error({ method: request.method, url: request.url, reason: message }, 'a management request failed inside');
    logger.debug({ stack }, 'where it failed');
    return new ApiError(500, 'internal_server_error', 'the request failed inside the broker');
  }
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
