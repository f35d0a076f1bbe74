/**
 * The SQS side of a node: takes requests from HTTP, in either protocol, finds out who asks, has the action performed, and answers
 * when what was done is durable. Every error is told in the protocol of the client; what nobody foresaw is an InternalFailure
 * and logged.
 *
 * When more waits for the disk than may, no further request is taken until that is relieved; if the disk is full, they are refused.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { type Random, uuidV4 } from '../../base/random.ts';
import type { HttpError } from '../../net/http/http-error.ts';
import { HttpServer } from '../../net/http/http-server.ts';
import type { HttpExchange, HttpService } from '../../net/http/http-service.ts';
import type { HttpResponse } from '../../net/http/message.ts';
import type { Transport, TransportHandler } from '../../net/transport.ts';
import { type Admission, type AdmissionSettings, admissionOf } from './admission.ts';
import { preflightAnswer, readableBy, type SiteRule } from './browsers.ts';
import { healthAnswer } from './health.ts';
import { AwsError } from './protocol/aws-error.ts';
import type { ErrorKind } from './protocol/errors.ts';
import { headerOf } from './protocol/http.ts';
import { REQUEST_BYTES_MAX } from './protocol/limits.ts';
import type { Action, OutputOf, SqsRequest } from './protocol/operations.ts';
import { decodeRequest, encodeError, encodeResult, type Wire, wireOf } from './protocol/wire.ts';
import type { SqsCaller, SqsPrincipal } from './sqs-caller.ts';

export interface SqsServerSettings extends AdmissionSettings {
  readonly connectionsMax: number;
  readonly arrivingBytesMax: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** What performs the actions: `SqsService`. Throws or rejects with `AwsError`; a promise settles when its answer may leave. */
export interface SqsActions {
  perform(request: SqsRequest, caller: SqsCaller): Output | Promise<Output>;
  checkSpace(): void;
  freeze(): void;
  stop(): void;
}

type Output = OutputOf<Action>;

export interface SqsServerDeps {
  readonly actions: SqsActions;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly pressure: {
    /** More waits for the disk than allowed, until `onRelieved` calls its listener, once. */
    readonly overloaded: boolean;
    /** Not a byte can be written: there may be no relief for long. */
    readonly isFull: boolean;
    onRelieved(listener: () => void): void;
  };
  readonly settings: SqsServerSettings;
}

/** Addresses with parameters in them may be long; heads of requests by POST are a twentieth of it. */
const HEAD_BYTES_MAX = 64 * 1024;

/** What HTTP refuses by itself, as the service names it. */
const KINDS: Readonly<Record<number, ErrorKind>> = {
  413: 'RequestEntityTooLargeException',
  503: 'ServiceUnavailableException',
};

export class SqsServer implements HttpService {
  readonly #deps: SqsServerDeps;
  readonly #http: HttpServer;
  readonly #admit: Admission;
  /** Pages of which sites may read the answers. */
  readonly #sites: SiteRule;
  /** With a request that is not answered. */
  readonly #pending = new Map<HttpExchange, Asked>();
  #isFrozen = false;
  #awaitsRelief = false;
  #refused = 0;

  constructor(deps: SqsServerDeps) {
    const { settings, clock } = deps;
    this.#deps = deps;
    this.#admit = admissionOf(settings, clock);
    this.#sites = settings.accessKeys.size === 0 ? 'this-machine' : 'any';
    const limits = { headBytesMax: HEAD_BYTES_MAX, bodyBytesMax: REQUEST_BYTES_MAX };
    this.#http = new HttpServer({ ...limits, ...settings }, clock, this);
  }

  readonly accept = (transport: Transport): TransportHandler | undefined => {
    const connection = this.#http.accept(transport);
    this.#refused = connection === undefined ? this.#refused + 1 : 0;
    if (this.#refused === 1) {
      const { connectionsMax } = this.#deps.settings;
      this.#deps.logger.warn({ connectionsMax }, 'too many SQS connections: further ones are closed');
    }
    return connection;
  };

  get connectionCount(): number {
    return this.#http.connectionCount;
  }

  /** To be called every few seconds. */
  checkTimeouts(): void {
    this.#http.checkTimeouts();
  }

  /** To be called every second. Nobody waits for a full disk without end. */
  checkSpace(): void {
    this.#deps.actions.checkSpace();
    if (this.#deps.pressure.isFull && this.#http.isPaused) this.#http.resume();
  }

  /** Before the node stops: requests have no effect from now on. */
  freeze(): void {
    this.#isFrozen = true;
    this.#deps.actions.freeze();
  }

  /** Ends connections, those that wait for an answer once what is durable has been told. */
  stop(): void {
    this.#deps.actions.stop();
    this.#http.resume();
    this.#http.close();
    // Answers whose promises have just settled come first.
    this.#deps.clock.defer(() => {
      for (const [exchange, asked] of [...this.#pending]) this.#fail(exchange, asked, stopping());
    });
  }

  /** Closes what is left without waiting for the clients. */
  destroy(): void {
    this.#http.destroy();
  }

  // For HTTP.

  handle(exchange: HttpExchange): void {
    const { request } = exchange;
    const plain = preflightAnswer(request) ?? (this.#isFrozen ? undefined : healthAnswer(request));
    if (plain !== undefined) {
      this.#respond(exchange, plain);
      return;
    }
    const asked: Asked = { wire: wireOf(request.headers), requestId: uuidV4(this.#deps.random), action: undefined };
    try {
      if (this.#isFrozen) throw stopping();
      if (this.#isStuck) throw new AwsError('ServiceUnavailableException', 'The disk is full; try again later.');
      const principal = this.#admit(request, exchange.remoteAddress);
      const decoded = decodeRequest(asked.wire, request);
      asked.action = decoded.action;
      const output = this.#deps.actions.perform(decoded, callerOf(exchange, principal));
      if (!(output instanceof Promise)) this.#answer(exchange, asked, decoded.action, output);
      else this.#answerLater(exchange, asked, decoded.action, output);
    } catch (error) {
      this.#fail(exchange, asked, error);
    }
    if (this.#deps.pressure.overloaded && !this.#isStuck) this.#pause();
  }

  /** More waits for the disk than may, and the disk takes nothing. */
  get #isStuck(): boolean {
    const { pressure } = this.#deps;
    return pressure.overloaded && pressure.isFull;
  }

  refusal({ status, message, headers }: HttpError): HttpResponse {
    const error = new AwsError(KINDS[status] ?? 'SerializationException', message);
    return { ...encodeError(wireOf(headers), error, uuidV4(this.#deps.random)), status };
  }

  /** Until there is relief, of which one is told once. */
  #pause(): void {
    this.#http.pause();
    if (this.#awaitsRelief) return;
    this.#awaitsRelief = true;
    this.#deps.pressure.onRelieved(() => {
      this.#awaitsRelief = false;
      this.#http.resume();
    });
  }

  #answerLater(exchange: HttpExchange, asked: Asked, action: Action, output: Promise<Output>): void {
    this.#pending.set(exchange, asked);
    output.then(
      (settled) => {
        if (this.#pending.has(exchange)) this.#answer(exchange, asked, action, settled);
      },
      (error) => {
        if (this.#pending.has(exchange)) this.#fail(exchange, asked, error);
      },
    );
  }

  #answer(exchange: HttpExchange, asked: Asked, action: Action, output: Output): void {
    this.#pending.delete(exchange);
    let response: HttpResponse;
    try {
      response = encodeResult(asked.wire, action, output as OutputOf<typeof action>, asked.requestId);
    } catch (error) {
      this.#fail(exchange, asked, error);
      return;
    }
    this.#respond(exchange, response);
  }

  #fail(exchange: HttpExchange, { wire, requestId, action }: Asked, error: unknown): void {
    this.#pending.delete(exchange);
    const known = error instanceof AwsError ? error : new AwsError('InternalFailure');
    if (known !== error) this.#deps.logger.error({ error, action, requestId }, 'an SQS request failed');
    this.#respond(exchange, encodeError(wire, known, requestId));
  }

  #respond(exchange: HttpExchange, response: HttpResponse): void {
    exchange.respond(readableBy(exchange.request.headers, this.#sites, response));
  }
}

interface Asked {
  readonly wire: Wire;
  readonly requestId: string;
  action: Action | undefined;
}

function callerOf(exchange: HttpExchange, principal: SqsPrincipal | undefined): SqsCaller {
  const { encrypted, remoteAddress, request } = exchange;
  const origin = `${encrypted ? 'https' : 'http'}://${headerOf(request.headers, 'host') ?? ''}`;
  const onGone = (listener: () => void) => exchange.onGone(listener);
  if (principal === undefined) return { origin, principal, onGone };
  const context = new Map([
    ['aws:sourceip', remoteAddress.replace(/^::ffff:/i, '')],
    ['aws:securetransport', String(encrypted)],
  ]);
  return { origin, principal, context, onGone };
}

function stopping(): AwsError {
  return new AwsError('ServiceUnavailableException', 'The broker is stopping; try again later.');
}
