/**
 * A node and everything around it, in one process and under one seed. The node dies (crash, stop, its own fatal error) and is
 * started again; clients see connections that break and come back.
 */
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import type { Settings } from '../../src/config/settings.ts';
import { type Node, startNode } from '../../src/server/node.ts';
import { MemoryMedium } from '../../src/storage/medium/memory.ts';
import { Scheduler } from '../support/scheduler.ts';
import { Faults } from './faults.ts';
import { History, Violation } from './history.ts';
import { Network, type Protocol } from './network.ts';
import { NodeLife } from './node-life.ts';
import { type MediumObserver, observedMedium } from './observed-medium.ts';
import { Registers } from './registers.ts';
import { simulationSettings } from './settings.ts';
import type { Trace } from './trace.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly trace: Trace;
  readonly liesAboutSync: boolean;
  readonly fsync: Settings['storage']['fsync'];
  /** Whose clients are at work. */
  readonly protocol: Protocol;
}

const RESTART_MS_MAX = 60;
const STOP_MS_MAX = 3000;
/** After its own fatal error the process lives on for some events. */
const DYING_EVENTS_MAX = 20;
/** How much may be written at once beyond `walPendingBytesMax`: what each connection had sent in one piece. */
const GROUP_SLACK_BYTES = 64 * 1024;
/** A client that doesn't read gets no more than this: the node's own limit and one response. */
const BUFFERED_BYTES_MAX = 2 * 1024 * 1024;
/** Time passes while there is work. */
const TIMERS = { percent: 15, withinMs: 50 };

export class World implements MediumObserver {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly network: Network;
  readonly history = new History();
  /** Committed offsets. */
  readonly registers = new Registers(() => this.event);
  readonly faults: Faults;
  readonly settings: Settings;
  readonly liesAboutSync: boolean;
  event = 0;
  failure: Error | undefined;
  /** How often the node was started. */
  starts = 0;
  #medium: MemoryMedium;
  #life: NodeLife;
  #node: Node | undefined;
  #stopping = false;

  constructor({ seed, trace, liesAboutSync, fsync, protocol }: WorldOptions) {
    this.scheduler = new Scheduler(seed);
    this.trace = trace;
    this.liesAboutSync = liesAboutSync;
    this.settings = simulationSettings(this.scheduler.random, fsync, protocol);
    this.faults = new Faults(this.scheduler.random, protocol);
    this.network = new Network(this.scheduler, trace);
    this.#life = new NodeLife(this.scheduler);
    this.#medium = new MemoryMedium({
      schedule: (completion) => this.#life.complete(completion),
      faults: this.faults.hook(() => this.event),
    });
  }

  did(what: string, name: string, bytes: number): void {
    this.trace.note(what, bytes);
    this.trace.say(() => name);
    if (what === 'write' && bytes > this.settings.storage.walPendingBytesMax + GROUP_SLACK_BYTES) {
      this.fail(new Violation(`${bytes} bytes were pending in the WAL`));
    }
  }

  fail(error: Error): void {
    this.failure ??= error;
  }

  /** Runs a client's script; how it fails is how the run fails. */
  script(run: () => Promise<void>): { done: boolean } {
    const state = { done: false };
    run().then(
      () => {
        state.done = true;
      },
      (error) => this.fail(error as Error),
    );
    return state;
  }

  start(): void {
    this.starts += 1;
    this.trace.note('start');
    const life = this.#life;
    const medium = observedMedium(this.#medium, this);
    const { scheduler, settings } = this;
    startNode({
      encryptionKey: () => Buffer.alloc(32),
      settings,
      medium,
      clock: life,
      random: scheduler.random,
      logger: this.#logger(),
      onFatal: (error) => this.#dying(life, error),
    }).then(
      (node) => {
        if (!life.alive) return;
        this.trace.note('started');
        this.#node = node;
        node.advertise('node', 9092);
        this.network.listen({ kafka: node.kafka.accept, amqp: node.amqp.accept, sqs: node.sqs.accept });
      },
      (error) => this.#dying(life, error as Error),
    );
  }

  /** Power is cut. The node starts again some time later. */
  crash(): void {
    this.trace.note('crash');
    this.#end();
    this.#medium = this.#medium.crash(this.scheduler.random, {
      schedule: (completion) => this.#life.complete(completion),
      faults: this.faults.hook(() => this.event),
    });
    this.#startLater();
  }

  /** A clean stop; a crash if that takes too long. */
  stop(): void {
    const life = this.#life;
    const node = this.#node;
    if (node === undefined || this.#stopping) return;
    this.#stopping = true;
    this.trace.note('stop');
    this.network.refuse();
    this.scheduler.setTimer(STOP_MS_MAX, () => {
      if (life.alive) this.crash();
    });
    node.stop().then(
      () => {
        if (!life.alive) return;
        this.trace.note('stopped');
        this.#end();
        this.#startLater();
      },
      (error) => this.fail(error as Error),
    );
  }

  /** Lets things happen until `done`, or until `withinMs` of virtual time have passed. */
  async runUntil(done: () => boolean, withinMs: number): Promise<boolean> {
    const untilMs = this.scheduler.monotonicMs() + withinMs;
    while (!done() && this.failure === undefined) {
      if (this.scheduler.monotonicMs() > untilMs) return false;
      this.event += 1;
      this.faults.tick(this, this.event);
      await this.scheduler.step(TIMERS);
      if ((this.event & 63) === 0 && this.network.bufferedBytesMax > BUFFERED_BYTES_MAX) {
        this.fail(new Violation('the node holds more for a client than it should'));
      }
    }
    return true;
  }

  #end(): void {
    this.#life.alive = false;
    this.#node = undefined;
    this.#stopping = false;
    this.network.serverDied();
    this.#life = new NodeLife(this.scheduler);
  }

  #startLater(): void {
    const life = this.#life;
    this.scheduler.setTimer(this.scheduler.random.below(RESTART_MS_MAX), () => {
      if (this.#life === life) this.start();
    });
  }

  #dying(life: NodeLife, error: Error): void {
    if (!life.alive) return;
    this.trace.note(`fatal ${error.message}`);
    // The only reasons to die are those that were put there.
    if (!error.message.includes('EIO') && !error.message.includes('could not be begun')) {
      this.fail(new Violation(`the node died: ${error.name}: ${error.message}`, { cause: error }));
      return;
    }
    let left = this.scheduler.random.below(DYING_EVENTS_MAX);
    const die = (): void => {
      if (this.#life !== life) return;
      left -= 1;
      if (left <= 0) this.crash();
      else this.scheduler.defer(die);
    };
    this.scheduler.defer(die);
  }

  #logger(): Logger {
    const { trace } = this;
    if (!trace.isPrinted) {
      return { ...silentLogger, error: (fields, message) => this.#logged(fields, message) };
    }
    const say = (fields: object, message: string): void => trace.say(() => `${message} ${JSON.stringify(fields)}`);
    const error = (fields: object, message: string): void => {
      say(fields, message);
      this.#logged(fields, message);
    };
    return { debug: say, info: say, warn: say, error };
  }

  /** An error inside of a request is a bug, unless it comes from the disk. */
  #logged(fields: object, message: string): void {
    const { reason } = fields as { reason?: string };
    if (reason?.includes('EIO')) return;
    this.fail(new Violation(`the node logged an error: ${message} ${JSON.stringify(fields)}`));
  }
}
