/**
 * One client connection: frames in, requests begun in order, responses out in order. A response leaves only when the
 * durable watermark has passed what it depends on; requests behind it are handled meanwhile, so that producers that
 * pipeline share syncs. A handler that answers later (long poll, rebalance) holds up the requests behind it.
 *
 * Reading pauses while too many responses wait, while the client doesn't read what it was sent, and while the disk is
 * behind. Bytes that are not Kafka's close this connection and nothing else.
 */
import type { Position } from '../../base/brand.ts';
import type { Durability } from '../../base/durability.ts';
import type { Logger } from '../../base/logger.ts';
import { DecodeError } from '../../base/schema/errors.ts';
import { Writer } from '../../base/schema/writer.ts';
import { FrameError, FrameReader } from '../../net/frame-reader.ts';
import type { Transport, TransportHandler } from '../../net/transport.ts';
import { type AnyHandler, CLOSE_CONNECTION, LendingAnswer, NO_RESPONSE, type RequestContext } from './handler.ts';
import { encodeResponse, readRequestStart, requestHeader, requestHeaderVersion } from './protocol/headers.ts';

export interface ConnectionSettings {
  readonly requestBytesMax: number;
  readonly inFlightRequestsMax: number;
}

/** Back-pressure from storage: no more data is taken from producers until it is relieved. */
export interface Pressure {
  readonly overloaded: boolean;
  onRelieved(listener: () => void): void;
}

export interface ConnectionDeps {
  readonly handlers: ReadonlyMap<number, AnyHandler>;
  /** Answers a request in a version that its API doesn't have; undefined closes the connection. */
  unsupportedVersion(apiKey: number, apiVersion: number): { version: number; body: unknown } | undefined;
  readonly durability: Durability;
  readonly pressure: Pressure;
  readonly settings: ConnectionSettings;
  readonly logger: Logger;
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Called when responses wait for the durable watermark: `flush` is wanted at its next move. */
  waiting(connection: Connection): void;
  closed(connection: Connection): void;
}

interface WaitingResponse {
  readonly buffers: readonly Buffer[];
  readonly bytes: number;
  /** May leave when the durable watermark is here. */
  readonly after: number;
  /** Told when the network has taken the buffers. */
  readonly taken: (() => void) | undefined;
}

/** A client that leaves this much unread, or that waits for this much, gets no further requests handled. */
const UNREAD_BYTES_MAX = 1024 * 1024;
const NO_WAIT = 0 as Position;

/** One for all connections: encoding is synchronous, and what `finish` gives is never overwritten. */
const writer = new Writer();

export class Connection implements TransportHandler {
  readonly #transport: Transport;
  readonly #deps: ConnectionDeps;
  readonly #frames: FrameReader;
  #responses: WaitingResponse[] = [];
  #waitingBytes = 0;
  /** A request that is answered later is under way. */
  #busy = false;
  #paused = false;
  #relief = false;
  #handling = false;
  #closed = false;
  lastActiveMs: number;

  constructor(transport: Transport, deps: ConnectionDeps) {
    this.#transport = transport;
    this.#deps = deps;
    this.#frames = new FrameReader(deps.settings.requestBytesMax);
    this.lastActiveMs = deps.nowMs();
  }

  get isIdle(): boolean {
    return !this.#busy && this.#responses.length === 0;
  }

  data(chunk: Buffer): void {
    this.lastActiveMs = this.#deps.nowMs();
    this.#frames.push(chunk);
    this.#handleFrames();
    this.#frames.keep();
  }

  drained(): void {
    this.#handleFrames();
  }

  closed(): void {
    this.#closed = true;
    this.#responses = [];
    this.#deps.closed(this);
  }

  /** Closes after sending what may leave. */
  end(): void {
    this.flush();
    this.#transport.end();
  }

  destroy(): void {
    this.#transport.destroy();
  }

  /** Sends the responses that the durable watermark has passed. */
  flush(): void {
    const { durable } = this.#deps.durability;
    let sent = 0;
    for (const response of this.#responses) {
      if (response.after > durable) break;
      this.#transport.write(response.buffers, response.taken);
      this.#waitingBytes -= response.bytes;
      sent += 1;
    }
    if (sent === this.#responses.length) this.#responses = [];
    else if (sent > 0) this.#responses.splice(0, sent);
    if (this.#responses.length > 0) this.#deps.waiting(this);
    if (sent > 0) this.#handleFrames();
  }

  /** Handles whole frames until there is none, or a reason to pause. Reentrant calls do nothing: the loop is on. */
  #handleFrames(): void {
    if (this.#handling || this.#closed) return;
    this.#handling = true;
    try {
      while (!this.#shouldPause()) {
        const frame = this.#frames.next();
        if (frame === undefined) break;
        this.#request(frame);
      }
    } catch (error) {
      this.#reject(error);
    } finally {
      this.#handling = false;
    }
    this.#setPaused(this.#shouldPause());
  }

  #shouldPause(): boolean {
    const { pressure, settings } = this.#deps;
    if (pressure.overloaded && !this.#relief) {
      this.#relief = true;
      pressure.onRelieved(() => {
        this.#relief = false;
        this.#handleFrames();
      });
    }
    return (
      this.#busy ||
      this.#closed ||
      this.#relief ||
      this.#responses.length >= settings.inFlightRequestsMax ||
      this.#waitingBytes + this.#transport.bufferedBytes > UNREAD_BYTES_MAX
    );
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#paused || this.#closed) return;
    this.#paused = paused;
    if (paused) this.#transport.pause();
    else this.#transport.resume();
  }

  #request(frame: Buffer): void {
    const { apiKey, apiVersion, correlationId } = readRequestStart(frame, 0, frame.length);
    const handler = this.#deps.handlers.get(apiKey);
    if (handler === undefined) throw new DecodeError(`API key ${apiKey} is not served here`);
    if (!handler.api.request.supports(apiVersion) || apiVersion > handler.versions[1]) {
      this.#refuseVersion(handler, apiKey, apiVersion, correlationId);
      return;
    }
    const header = requestHeader.decodePrefix(
      frame,
      0,
      frame.length,
      requestHeaderVersion(handler.api.request, apiVersion),
    );
    // As in Kafka, bytes behind the last field are nobody's business: librdkafka sends some.
    const request = handler.api.request.decodePrefix(frame, header.end, frame.length, apiVersion).value;
    const context: RequestContext = {
      apiVersion,
      clientId: header.value.clientId,
      clientHost: this.#transport.remoteAddress,
    };
    const answer: unknown = handler.handle(request, context);
    if (answer instanceof Promise) this.#later(handler, apiVersion, correlationId, answer);
    else this.#answer(handler, apiVersion, correlationId, answer);
  }

  #refuseVersion(handler: AnyHandler, apiKey: number, apiVersion: number, correlationId: number): void {
    const refusal = this.#deps.unsupportedVersion(apiKey, apiVersion);
    if (refusal === undefined) throw new DecodeError(`${handler.api.name} has no version ${apiVersion}`);
    this.#respond(encodeResponse(writer, handler.api.response, refusal.version, correlationId, refusal.body), NO_WAIT);
  }

  #later(handler: AnyHandler, apiVersion: number, correlationId: number, answer: Promise<unknown>): void {
    this.#busy = true;
    answer
      .then((body) => {
        this.#busy = false;
        this.lastActiveMs = this.#deps.nowMs();
        if (this.#closed) return;
        this.#answer(handler, apiVersion, correlationId, body);
      })
      .catch((error) => this.#reject(error))
      .finally(() => {
        this.#busy = false;
        this.#handleFrames();
      });
  }

  #answer(handler: AnyHandler, apiVersion: number, correlationId: number, body: unknown): void {
    if (body === NO_RESPONSE) return;
    if (body === CLOSE_CONNECTION) {
      this.destroy();
      return;
    }
    const isLending = body instanceof LendingAnswer;
    const told = isLending ? body.body : body;
    const buffers = encodeResponse(writer, handler.api.response, apiVersion, correlationId, told);
    const after = handler.waitsFor === 'nothing' ? NO_WAIT : this.#deps.durability.appended;
    this.#respond(buffers, after, isLending ? body.taken : undefined);
  }

  #respond(buffers: readonly Buffer[], after: Position, taken?: () => void): void {
    if (this.#responses.length === 0 && after <= this.#deps.durability.durable) {
      this.#transport.write(buffers, taken);
      return;
    }
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    this.#waitingBytes += bytes;
    this.#responses.push({ buffers, bytes, after, taken });
    this.#deps.waiting(this);
  }

  #reject(error: unknown): void {
    const { logger } = this.#deps;
    const client = this.#transport.remoteAddress;
    if (error instanceof DecodeError || error instanceof FrameError) {
      logger.warn({ client, reason: error.message }, 'closed a Kafka connection that sent what is not a valid request');
    } else {
      const { message, stack } = error as Error;
      logger.error({ client, reason: message }, 'closed a Kafka connection because its request failed inside');
      logger.debug({ client, stack }, 'where it failed');
    }
    this.destroy();
  }
}
