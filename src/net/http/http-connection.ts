/**
 * One client that speaks HTTP/1.1. Requests are handed over one after the other, each when the one before is answered; what comes
 * meanwhile waits, up to a bound at which the client is not read. Reading goes on while a request is handled, since that is how
 * one learns that a client has hung up.
 *
 * States: idle → receiving (its first byte) → handling (complete) → idle (answered whole), and ended from all of them. A response that
 * ends the connection is the last; whatever comes after it is not looked at.
 */
import type { Transport, TransportHandler } from '../transport.ts';
import { HttpError } from './http-error.ts';
import type { ConnectionHost, HttpExchange } from './http-service.ts';
import type { HttpRequestHead, HttpResponse, PiecedResponse } from './message.ts';
import { PieceSender } from './piece-sender.ts';
import { type ReadRequest, RequestReader } from './request-reader.ts';
import { CONTINUE, encodePiecedHead, encodeResponse, type ResponseOptions } from './response.ts';

/** What may wait while a request is handled before the client is not read. */
const AHEAD_BYTES_MAX = 64 * 1024;
/** What a client may leave unread before its next request has to wait. */
const UNREAD_BYTES_MAX = 1024 * 1024;

export class HttpConnection implements TransportHandler {
  readonly #transport: Transport;
  readonly #host: ConnectionHost;
  readonly #reader: RequestReader;
  #state: 'idle' | 'receiving' | 'handling' | 'ended' = 'idle';
  /** Of the state. */
  #sinceMs: number;
  #isPaused = false;
  #isAdvancing = false;
  #heldBytes = 0;
  #exchange: Exchange | undefined;
  /** Of the exchange whose response is on its way. */
  #sender: PieceSender | undefined;
  /** What the client had left unread when it was last looked at, and since when. */
  #unread = { bytes: 0, sinceMs: 0 };

  constructor(transport: Transport, host: ConnectionHost) {
    this.#transport = transport;
    this.#host = host;
    const wantsBody = host.beforeBody && ((head: HttpRequestHead) => this.#wantsBody(head));
    this.#reader = new RequestReader(host.settings, wantsBody);
    this.#sinceMs = host.clock.monotonicMs();
  }

  data(chunk: Buffer): void {
    if (this.#state === 'ended') return;
    this.#reader.push(chunk);
    this.advance();
    this.#settle();
  }

  drained(): void {
    this.advance();
    this.#settle();
  }

  closed(): void {
    this.#end();
    this.#host.closed(this);
  }

  /** Hands over what is complete, unless something has to be waited for. */
  advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    try {
      while (this.#isReady()) {
        const request = this.#reader.next();
        if (request === undefined) {
          if (this.#reader.takeContinue()) this.#transport.write([CONTINUE]);
          break;
        }
        this.#begin(request);
      }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.refuse(error);
    } finally {
      this.#isAdvancing = false;
    }
  }

  /** What has gone on for too long: a request that does not arrive, a silent client, one that does not read. */
  checkTimeouts(nowMs: number): void {
    const { requestTimeoutMs, unreadTimeoutMs, idleTimeoutMs } = this.#host.settings;
    const forMs = nowMs - this.#sinceMs;
    if (this.#isStuck(nowMs, unreadTimeoutMs ?? requestTimeoutMs)) this.#transport.destroy();
    else if (this.#state === 'receiving' && forMs > requestTimeoutMs && !this.#host.isPaused) {
      this.refuse(new HttpError(408, `The request did not arrive within ${requestTimeoutMs / 1000} s.`));
    } else if (this.#state === 'idle' && forMs > idleTimeoutMs) this.close();
  }

  /** Answers what is wrong, and ends. Where an answer is on its way, nothing can be said any more. */
  refuse(error: HttpError): void {
    if (this.#state === 'ended') return;
    if (this.#sender !== undefined) {
      this.#transport.destroy();
      return;
    }
    this.#write(this.#host.refusal(error), this.#options(true, undefined));
    this.close();
  }

  /** Sends what is written, and ends. A request that is being handled gets no answer. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#end();
    this.#transport.end();
  }

  /** Ends when the request that is being handled is answered, or at once if there is none. */
  closeWhenAnswered(): void {
    if (this.#exchange === undefined) this.close();
    else this.#exchange.keepAlive = false;
  }

  destroy(): void {
    this.#transport.destroy();
  }

  // For exchanges.

  get remoteAddress(): string {
    return this.#transport.remoteAddress;
  }

  get encrypted(): boolean {
    return this.#transport.encrypted ?? false;
  }

  respond(exchange: Exchange, response: HttpResponse | PiecedResponse): void {
    if (exchange !== this.#exchange || this.#sender !== undefined) return;
    const options = this.#options(!exchange.keepAlive, exchange.request);
    if ('pieces' in response) this.#writePieces(exchange, response, options);
    else {
      this.#write(response, options);
      this.#answered(exchange);
    }
  }

  #writePieces(exchange: Exchange, response: PiecedResponse, options: ResponseOptions): void {
    const isChunked = !exchange.request.isOld;
    this.#transport.write([encodePiecedHead(response, options, isChunked)]);
    if (options.withoutBody) {
      this.#answered(exchange);
      return;
    }
    this.#sender = new PieceSender(this.#transport, response.pieces, isChunked, (isWhole) => {
      this.#sender = undefined;
      if (isWhole) this.#answered(exchange);
      else this.#transport.destroy();
    });
    this.#sender.start();
  }

  #answered({ keepAlive }: Exchange): void {
    this.#exchange = undefined;
    if (!keepAlive) {
      this.close();
      return;
    }
    this.#become('idle');
    if (this.#isAdvancing) return;
    this.advance();
    this.#settle();
  }

  #isReady(): boolean {
    if (this.#state === 'handling' || this.#state === 'ended') return false;
    return !this.#host.isPaused && this.#transport.bufferedBytes <= UNREAD_BYTES_MAX;
  }

  #begin(request: ReadRequest): void {
    if (this.#host.settings.bodiesStay && !this.#hold(request.body.length)) throw tooMuchAtOnce();
    this.#become('handling');
    const exchange = new Exchange(this, request);
    this.#exchange = exchange;
    this.#host.handle(exchange);
  }

  /** Answers a request whose body is not wanted, and ends. */
  #wantsBody(head: HttpRequestHead): boolean {
    const response = this.#host.beforeBody?.(head, this.remoteAddress);
    if (response === undefined) return true;
    this.#write(response, this.#options(true, head));
    this.close();
    return false;
  }

  /** After input: accounts for the memory that it takes, and reads on or not. */
  #settle(): void {
    if (this.#state === 'ended') return;
    this.#reader.keep();
    const aheadBytes = this.#reader.heldBytes;
    const body = this.#host.settings.bodiesStay ? this.#exchange?.request.body : undefined;
    if (!this.#hold(aheadBytes + (body?.length ?? 0))) {
      this.refuse(tooMuchAtOnce());
      return;
    }
    if (this.#state === 'idle' && this.#reader.hasBegun) this.#become('receiving');
    const isFull = aheadBytes > AHEAD_BYTES_MAX && !this.#isReady();
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#transport.pause();
    else this.#transport.resume();
  }

  /** False if there is not so much memory for all connections. */
  #hold(bytes: number): boolean {
    if (bytes === this.#heldBytes) return true;
    if (!this.#host.budget.change(this.#heldBytes, bytes)) return false;
    this.#heldBytes = bytes;
    return true;
  }

  #become(state: 'idle' | 'receiving' | 'handling'): void {
    this.#state = state;
    this.#sinceMs = this.#host.clock.monotonicMs();
  }

  #isStuck(nowMs: number, limitMs: number): boolean {
    const bytes = this.#transport.bufferedBytes;
    if (bytes === 0 || bytes !== this.#unread.bytes) this.#unread = { bytes, sinceMs: nowMs };
    return nowMs - this.#unread.sinceMs > limitMs;
  }

  #write(response: HttpResponse, options: ResponseOptions): void {
    this.#transport.write([encodeResponse(response, options)]);
  }

  #options(closes: boolean, request: HttpRequestHead | undefined): ResponseOptions {
    return { date: this.#host.date(), closes, withoutBody: request?.method === 'HEAD' };
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#host.budget.change(this.#heldBytes, 0);
    this.#heldBytes = 0;
    this.#sender?.cancel();
    this.#sender = undefined;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.gone();
  }
}

function tooMuchAtOnce(): HttpError {
  return new HttpError(503, 'Too many requests are arriving at once; try again later.');
}

class Exchange implements HttpExchange {
  keepAlive: boolean;
  readonly #connection: HttpConnection;
  #goneListener: (() => void) | undefined;
  #isGone = false;

  constructor(
    connection: HttpConnection,
    readonly request: ReadRequest,
  ) {
    this.#connection = connection;
    this.keepAlive = request.keepAlive;
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  get encrypted(): boolean {
    return this.#connection.encrypted;
  }

  respond(response: HttpResponse | PiecedResponse): void {
    this.#connection.respond(this, response);
  }

  onGone(listener: () => void): () => void {
    if (this.#isGone) listener();
    this.#goneListener = listener;
    return () => {
      if (this.#goneListener === listener) this.#goneListener = undefined;
    };
  }

  gone(): void {
    this.#isGone = true;
    this.#goneListener?.();
  }
}
