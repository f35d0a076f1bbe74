/**
 * One job that the node does beside serving clients: retention, cleaning, checkpoints, expiry.
 *
 *   new     -- start ---------------------------> waiting, or running if it was poked before
 *   waiting -- the interval has passed, or poke -> running
 *   running -- tick ended, poked meanwhile ------> running (however many pokes: once)
 *   running -- tick ended -----------------------> waiting
 *   running -- tick threw -----------------------> failed, after telling `onFatal`
 *   any     -- stop -----------------------------> stopped; the tick in progress is waited for
 *
 * Never two ticks at once: the interval counts from the end of a tick. `onFatal` is called at most once, also when the
 * last tick fails while the task is stopping; `drain` and `stop` never reject.
 */
import { assert } from './assert.ts';
import type { Clock, Timer } from './clock.ts';

export interface BackgroundTaskOptions {
  /** For messages to people; names what the task does, e.g. `retention`. */
  readonly name: string;
  readonly clock: Clock;
  /** From the end of a tick to the start of the next. Left out: the task runs only when poked. */
  readonly intervalMs?: number;
  readonly tick: () => void | Promise<void>;
  /** The node's one path for failures that it cannot survive. */
  readonly onFatal: (error: Error) => void;
}

interface Running {
  readonly name: 'running';
  /** Settles, never with an error, when the tick and those poked meanwhile have ended. */
  readonly ended: Promise<void>;
  again: boolean;
}

type State =
  | { readonly name: 'new'; poked: boolean }
  | { readonly name: 'waiting'; readonly timer: Timer | undefined }
  | Running
  | { readonly name: 'failed' }
  | { readonly name: 'stopped'; readonly ended: Promise<void> };

export class BackgroundTask {
  readonly #options: BackgroundTaskOptions;
  #state: State = { name: 'new', poked: false };

  constructor(options: BackgroundTaskOptions) {
    this.#options = options;
  }

  start(): void {
    const state = this.#state;
    assert(state.name === 'new', `background task ${this.#options.name} was started while ${state.name}`);
    if (state.poked) this.#begin('after the caller');
    else this.#wait();
  }

  /** Asks for a tick now, or for one more after the one in progress. After a stop or a failure it does nothing. */
  poke(): void {
    const state = this.#state;
    if (state.name === 'new') state.poked = true;
    else if (state.name === 'running') state.again = true;
    else if (state.name === 'waiting') {
      state.timer?.cancel();
      this.#begin('after the caller');
    }
  }

  /** Waits for the tick in progress and those already asked for. */
  async drain(): Promise<void> {
    if (this.#state.name === 'running' || this.#state.name === 'stopped') await this.#state.ended;
  }

  /** No tick begins after this; waits for the one in progress. */
  async stop(): Promise<void> {
    const state = this.#state;
    if (state.name === 'waiting') state.timer?.cancel();
    if (state.name !== 'stopped') {
      this.#state = { name: 'stopped', ended: state.name === 'running' ? state.ended : Promise.resolve() };
    }
    await this.drain();
  }

  #wait(): void {
    const { clock, intervalMs } = this.#options;
    const timer = intervalMs === undefined ? undefined : clock.setTimer(intervalMs, () => this.#begin('at once'));
    this.#state = { name: 'waiting', timer };
  }

  #begin(when: 'at once' | 'after the caller'): void {
    let end: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const running: Running = { name: 'running', ended, again: false };
    this.#state = running;
    void this.#run(running, when).then(end);
  }

  async #run(running: Running, when: 'at once' | 'after the caller'): Promise<void> {
    const { clock, tick, onFatal } = this.#options;
    // Whoever pokes is in the middle of its own work; a tick that began inside of it could see it half done.
    if (when === 'after the caller') await new Promise<void>((resolve) => clock.defer(resolve));
    try {
      while (this.#state === running) {
        running.again = false;
        await tick();
        if (!running.again) break;
      }
    } catch (cause) {
      if (this.#state === running) this.#state = { name: 'failed' };
      onFatal(cause instanceof Error ? cause : new Error(String(cause)));
    }
    if (this.#state === running) this.#wait();
  }
}
