/**
 * Keeps a connection to the SQS side of a broker that comes and goes, and says of each request what is known of it: its answer, that it
 * was refused, or nothing; and between which moments the broker had it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionLost } from '../support/amqp-end.ts';
import type { SqsAction, SqsAnswer, SqsEnd, SqsOutputs } from '../support/sqs-end.ts';
import { connectSqs } from '../support/sqs-socket.ts';
import { RECONNECT_MS } from './session.ts';

/** Where clients live: on this machine, or in a simulated world. */
export interface SqsSurroundings {
  /** @throws ConnectionLost */
  connect(): Promise<SqsEnd>;
  sleep(ms: number): Promise<void>;
  /** From an attempt to connect that failed to the next one. */
  readonly reconnectMs: number;
  /** Wall clock, as the broker has it. */
  nowMs(): number;
  /** Changes when the broker crashes. */
  life(): number;
  /** Throws when the run is given up. */
  checkGoingOn(): void;
}

/** When the broker did something: after the request was sent, before its answer arrived. */
export interface Span {
  /** Orders what all clients of a play see. */
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly sentMs: number;
  readonly answeredMs: number;
  /** Of the broker. */
  readonly life: number;
}

/** `unknown`: it may have had its effect, or may have it yet. */
export type Outcome<A extends SqsAction> = (SqsAnswer<A> | { readonly kind: 'unknown' }) & Span;

const RETRY_MS = 5;

/** Counts what happens. */
export class Order {
  #count = 0;

  next(): number {
    this.#count += 1;
    return this.#count;
  }
}

/** One client with at most one request on its way. */
export class SqsClient {
  #end: SqsEnd | undefined;
  #life = 0;

  constructor(
    private readonly surroundings: SqsSurroundings,
    private readonly order: Order,
  ) {}

  /** A 5xx says nothing about what was done. `sending` is called when there is a connection, before anything is sent. */
  async call<A extends SqsAction>(action: A, input: object, sending: () => void = () => {}): Promise<Outcome<A>> {
    const end = await this.#connected();
    sending();
    const { surroundings, order } = this;
    const sent = { sentAt: order.next(), sentMs: surroundings.nowMs(), life: this.#life };
    const answer = await this.#answer(end, action, input);
    const span = { ...sent, answeredAt: order.next(), answeredMs: surroundings.nowMs() };
    if (answer.kind !== 'refused' || answer.status < 500) return { ...answer, ...span };
    if (answer.status !== 503) throw new Error(`${action} was answered ${answer.status}: ${answer.message}`);
    await surroundings.sleep(RETRY_MS);
    return { kind: 'unknown', ...span };
  }

  /** Tries again until it is done, which must do no harm. @throws Error when it is refused */
  async insist<A extends SqsAction>(action: A, input: object): Promise<SqsOutputs[A]> {
    for (;;) {
      const answer = await this.call(action, input);
      if (answer.kind === 'done') return answer.output;
      if (answer.kind === 'refused') throw new Error(`${action} was refused: ${answer.error}: ${answer.message}`);
    }
  }

  close(): void {
    this.#end?.close();
  }

  async #answer<A extends SqsAction>(
    end: SqsEnd,
    action: A,
    input: object,
  ): Promise<SqsAnswer<A> | { readonly kind: 'unknown' }> {
    try {
      return await end.call(action, input);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      return { kind: 'unknown' };
    }
  }

  async #connected(): Promise<SqsEnd> {
    while (this.#end === undefined || this.#end.isLost) {
      this.surroundings.checkGoingOn();
      const life = this.surroundings.life();
      try {
        this.#end = await this.surroundings.connect();
        // One that was made while the broker crashed belongs to nobody's life.
        this.#life = life === this.surroundings.life() ? life : -this.order.next();
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        await this.surroundings.sleep(this.surroundings.reconnectMs);
      }
    }
    return this.#end;
  }
}

/** Clients of this machine; `aborted` ends them, so that a test that failed elsewhere leaves none behind. */
export function sqsOnThisMachine(port: number, life: () => number, aborted: AbortSignal): SqsSurroundings {
  return {
    connect: async () => {
      const end = await connectSqs(port);
      aborted.addEventListener('abort', () => end.close());
      return end;
    },
    sleep: (ms) => delay(ms),
    reconnectMs: RECONNECT_MS,
    nowMs: () => Date.now(),
    life,
    checkGoingOn: () => aborted.throwIfAborted(),
  };
}
