/** Those who wait for messages of one queue, in the order in which they came. Each is answered once, or leaves. */
import type { Clock, Timer } from '../base/clock.ts';
import type { ReceiveAnswer, ReceiveOptions, Waiting } from './polling.ts';

/** So many that are gone may stand among those that wait. */
const GONE_MAX = 1024;

class Receiver implements Waiting {
  timer: Timer | undefined;
  isGone = false;

  constructor(
    readonly options: ReceiveOptions,
    readonly answer: (answer: ReceiveAnswer) => void,
    private readonly left: () => void,
  ) {}

  cancel(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.timer?.cancel();
    this.left();
  }
}

export class Receivers {
  readonly #clock: Clock;
  #waiting: Receiver[] = [];
  #head = 0;
  /** Among `#waiting`. */
  #gone = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Who is served next; undefined if nobody waits. */
  get first(): ReceiveOptions | undefined {
    return this.#first?.options;
  }

  get #first(): Receiver | undefined {
    for (let first = this.#waiting[this.#head]; first !== undefined; first = this.#waiting[this.#head]) {
      if (!first.isGone) return first;
      this.#shift();
    }
    return undefined;
  }

  /** It is answered with nothing when its time is over. One that has no time waits for the disk alone. `isFirst`: before all others. */
  add(options: ReceiveOptions, answer: (answer: ReceiveAnswer) => void, isFirst: boolean): Waiting {
    const receiver = new Receiver(options, answer, () => this.#left());
    if (options.waitMs > 0) receiver.timer = this.#clock.setTimer(options.waitMs, () => this.#answer(receiver, []));
    if (isFirst) this.#waiting.splice(this.#head, 0, receiver);
    else this.#waiting.push(receiver);
    return receiver;
  }

  /** Answers the first one, who leaves. */
  serve(answer: ReceiveAnswer): void {
    const first = this.#first;
    if (first !== undefined) this.#answer(first, answer);
  }

  /** There is nothing to wait for on the disk, or it would be of no use: answers those that have no time. */
  endImmediate(answer: ReceiveAnswer): void {
    for (let at = this.#head; at < this.#waiting.length; at += 1) {
      const receiver = this.#waiting[at] as Receiver;
      if (!receiver.isGone && receiver.options.waitMs === 0) this.#answer(receiver, answer);
    }
  }

  /** All of them. */
  end(answer: ReceiveAnswer): void {
    for (let first = this.#first; first !== undefined; first = this.#first) this.#answer(first, answer);
  }

  #answer(receiver: Receiver, answer: ReceiveAnswer): void {
    receiver.cancel();
    receiver.answer(answer);
  }

  /** Those that are gone are passed over when they come first; where nothing comes they would gather. */
  #left(): void {
    this.#gone += 1;
    if (this.#gone > GONE_MAX && this.#gone * 2 > this.#waiting.length) this.#compact();
  }

  /** The first one is gone. */
  #shift(): void {
    this.#head += 1;
    if (this.#head === this.#waiting.length || this.#head > GONE_MAX) this.#compact();
  }

  #compact(): void {
    this.#waiting = this.#waiting.slice(this.#head).filter(({ isGone }) => !isGone);
    this.#head = 0;
    this.#gone = 0;
  }
}
