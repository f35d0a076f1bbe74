/**
 * AMQP clients in the simulated world: the very ones of the crash tests, at work on all kinds of queues, over connections that break and
 * at times that the seed decides. How much each publishes is decided by the seed too.
 */
import { AmqpPlay } from '../crash/amqp-play.ts';
import { isLoss, type Surroundings } from '../crash/amqp-session.ts';
import { AmqpEnd, ConnectionLost, type Received, Refused } from '../support/amqp-end.ts';
import { Violation } from './history.ts';
import type { World } from './world.ts';

const BODY_BYTES = 60;
const AHEAD_MAX = 60;
const MESSAGES_MAX = 30;
const RECONNECT_MS = 5;
const RETRY_MS = 20;
/** Connections that the node still thinks are open are gone by then, and what came by them is there. */
const STRAGGLERS_MS = 500;

export class AmqpWorkload {
  readonly #world: World;
  readonly #play: AmqpPlay;
  readonly #quotas = new Map<string, number>();
  #connections = 0;
  doing = 'nothing';

  constructor(world: World) {
    this.#world = world;
    const { random } = world.scheduler;
    this.#play = new AmqpPlay({
      surroundings: this.#surroundings(),
      random,
      bodyBytes: BODY_BYTES,
      writtenWithinMs: world.settings.queues.settleDelayMs + 1,
      aheadMax: AHEAD_MAX,
      isStopping: (name, sent) => sent >= this.#quota(name),
    });
  }

  get acknowledged(): number {
    return this.#play.summary().confirmed;
  }

  run(): Promise<void> {
    return blamed(this.#run());
  }

  async #run(): Promise<void> {
    await this.#insist('declaring', (end) => this.#play.declare(end));
    const consumers = this.#all(this.#play.consumers());
    this.doing = 'publishing';
    await this.#all(this.#play.publishers());
    await this.#drain();
    this.#play.end();
    await consumers;
    this.#play.check();
  }

  check(): Promise<void> {
    return blamed(this.#check());
  }

  async #check(): Promise<void> {
    const left = await this.#insist('looking', (end) => this.#play.waiting(end));
    if (left > 0) throw new Violation(`${left} messages came back after everything was settled for good`);
  }

  #quota(name: string): number {
    let quota = this.#quotas.get(name);
    if (quota === undefined) {
      quota = this.#world.scheduler.random.below(MESSAGES_MAX);
      this.#quotas.set(name, quota);
    }
    return quota;
  }

  /** The first failure is the run's; none goes unseen. */
  async #all(running: readonly Promise<void>[]): Promise<void> {
    await Promise.all(running.map((one) => one.catch((error) => this.#world.fail(violation(error)))));
  }

  /** Until every queue is empty and nothing can come back, not even by a connection that is only half gone. */
  async #drain(): Promise<void> {
    const isDrained = async () =>
      this.#play.isIdle &&
      (await this.#insist('draining', (end) => this.#play.waiting(end))) === 0 &&
      this.#play.isIdle;
    for (;;) {
      await this.#sleep(RETRY_MS);
      if (!(await isDrained())) continue;
      await this.#sleep(STRAGGLERS_MS);
      if (await isDrained()) return;
    }
  }

  /** Runs `body` with a connection of its own until one lasts. */
  async #insist<T>(doing: string, body: (end: AmqpEnd) => Promise<T>): Promise<T> {
    this.doing = doing;
    for (;;) {
      try {
        const end = await this.#connect(() => {});
        try {
          await end.openChannel(1);
          return await body(end);
        } finally {
          end.close();
        }
      } catch (error) {
        if (!isLoss(error)) throw error;
      }
      await this.#sleep(RETRY_MS);
    }
  }

  #surroundings(): Surroundings {
    const world = this.#world;
    return {
      connect: (listener) => this.#connect(listener),
      sleep: (ms) => this.#sleep(ms),
      reconnectMs: RECONNECT_MS,
      nowMs: () => world.scheduler.monotonicMs(),
      checkGoingOn: () => {
        if (world.failure !== undefined) throw world.failure;
      },
    };
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#world.scheduler.setTimer(ms, resolve));
  }

  async #connect(listener: (received: Received) => void): Promise<AmqpEnd> {
    const { network, trace } = this.#world;
    this.#connections += 1;
    const name = `amqp${this.#connections}`;
    const carrier = {
      write: (bytes: Buffer) => wire?.send(bytes),
      close: () => {
        wire?.hangUp();
        end.lost();
      },
    };
    const end = new AmqpEnd(carrier, (received) => {
      trace.say(() => `${name} receives ${toText(received)}`);
      listener(received);
    });
    const wire = network.connect(name, { data: (chunk) => end.push(chunk), closed: () => end.lost() }, 'amqp');
    if (wire === undefined) throw new ConnectionLost('nobody listens');
    await end.open();
    return end;
  }
}

/** What an actor found wrong is the node's fault, and so is it when it refuses what it has to do. */
function violation(error: unknown): Error {
  const isFault = error instanceof Refused || (error as Error).name === 'AssertionError';
  return isFault ? new Violation((error as Error).message, { cause: error }) : (error as Error);
}

async function blamed(script: Promise<void>): Promise<void> {
  try {
    await script;
  } catch (error) {
    throw violation(error);
  }
}

function toText({ method, channel, body, ...rest }: Received): string {
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  return `${method} on ${channel} ${JSON.stringify({ ...rest, body: body?.toString('utf8', 0, 30) }, plain)}`;
}
