/**
 * Clients of SQS in the simulated world: the very ones of the crash tests, over connections that break and at times that the seed decides.
 * How much each sends is decided by the seed too.
 */
import { SqsPlay } from '../crash/sqs-play.ts';
import type { SqsSurroundings } from '../crash/sqs-session.ts';
import { ConnectionLost } from '../support/amqp-end.ts';
import { SqsEnd } from '../support/sqs-end.ts';
import { Violation } from './history.ts';
import type { World } from './world.ts';

const BODY_BYTES = 60;
const AHEAD_MAX = 40;
const MESSAGES_MAX = 25;
const RECONNECT_MS = 5;
const RETRY_MS = 100;
/** Requests that are still on their way have arrived by then, and what they have taken is back. */
const STRAGGLERS_MS = 4000;
const VISIBILITY_SECONDS_MAX = 3;

export class SqsWorkload {
  readonly #world: World;
  readonly #play: SqsPlay;
  readonly #quotas = new Map<string, number>();
  #connections = 0;
  doing = 'nothing';

  constructor(world: World) {
    this.#world = world;
    this.#play = new SqsPlay({
      surroundings: this.#surroundings(),
      random: world.scheduler.random,
      bodyBytes: BODY_BYTES,
      aheadMax: AHEAD_MAX,
      slackMs: 0,
      visibilitySecondsMax: VISIBILITY_SECONDS_MAX,
      delaySecondsMax: 3,
      waitSecondsMax: 2,
      restMs: 500,
      receiversPerQueue: 2,
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
    this.doing = 'declaring';
    await this.#play.declare();
    const receivers = this.#all(this.#play.receivers());
    this.doing = 'sending';
    await this.#all(this.#play.senders());
    this.doing = 'draining';
    this.#play.drain();
    await this.#drain();
    this.#play.end();
    this.doing = 'ending';
    await receivers;
    this.#play.check();
  }

  check(): Promise<void> {
    return blamed(this.#check());
  }

  async #check(): Promise<void> {
    this.doing = 'looking';
    const left = await this.#play.left();
    if (left > 0) throw new Violation(`${left} messages came back after everything was deleted for good`);
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

  /** Until nothing is left, and nothing comes by a request that was still on its way. */
  async #drain(): Promise<void> {
    for (;;) {
      await this.#sleep(RETRY_MS);
      if ((await this.#play.left()) > 0) continue;
      await this.#sleep(STRAGGLERS_MS);
      if ((await this.#play.left()) === 0) return;
    }
  }

  #surroundings(): SqsSurroundings {
    const world = this.#world;
    return {
      connect: () => this.#connect(),
      sleep: (ms) => this.#sleep(ms),
      reconnectMs: RECONNECT_MS,
      nowMs: () => world.scheduler.nowMs(),
      life: () => world.starts,
      checkGoingOn: () => {
        if (world.failure !== undefined) throw world.failure;
      },
    };
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#world.scheduler.setTimer(ms, resolve));
  }

  async #connect(): Promise<SqsEnd> {
    const { network, trace } = this.#world;
    this.#connections += 1;
    const name = `sqs${this.#connections}`;
    const carrier = {
      write: (bytes: Buffer) => {
        trace.say(() => `${name} sends ${withoutHead(bytes)}`);
        wire?.send(bytes);
      },
      close: () => wire?.hangUp(),
    };
    const end = new SqsEnd(carrier);
    const data = (chunk: Buffer): void => {
      trace.say(() => `${name} receives ${withoutHead(chunk)}`);
      end.push(chunk);
    };
    const wire = network.connect(name, { data, closed: () => end.lost() }, 'sqs');
    if (wire === undefined) throw new ConnectionLost('nobody listens');
    return end;
  }
}

/** What a client found wrong is the node's fault. */
function violation(error: unknown): Error {
  if (error instanceof Violation) return error;
  return new Violation((error as Error).message, { cause: error });
}

async function blamed(script: Promise<void>): Promise<void> {
  try {
    await script;
  } catch (error) {
    throw violation(error);
  }
}

/** For traces: what was asked, and the beginning of what was said. */
function withoutHead(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  const action = /X-Amz-Target: AmazonSQS\.(\w+)/.exec(text)?.[1] ?? '';
  return `${action} ${text.slice(text.indexOf('\r\n\r\n') + 4).slice(0, 300)}`;
}
