/**
 * Holds answers back until everything is durable that was appended when they were made. Those that wait when the node has ended for
 * good fail: nobody knows whether what they say will be true. The same on a full disk, after a time.
 */
import type { Position } from '../../base/brand.ts';
import type { Clock } from '../../base/clock.ts';
import type { Durability } from '../../base/durability.ts';
import { AwsError } from './protocol/aws-error.ts';

/** How long an answer waits for space on a full disk: some retries of the write, and less than clients wait for an answer. */
const FULL_DISK_WAIT_MS = 5000;

interface Waiter {
  readonly after: Position;
  readonly sinceMs: number;
  readonly leave: () => void;
  readonly fail: (error: AwsError) => void;
  readonly givenUp: (() => void) | undefined;
}

export class DurableAnswers {
  readonly #clock: Clock;
  readonly #durability: Durability;
  readonly #unsubscribe: () => void;
  /** Positions and times only grow, so those who may leave are in front. */
  #waiting: Waiter[] = [];

  constructor(clock: Clock, durability: Durability) {
    this.#clock = clock;
    this.#durability = durability;
    this.#unsubscribe = durability.onDurable(() => this.#release());
  }

  /**
   * The answer, or a promise of it if something must become durable first.
   * @param givenUp called when it will not leave, while the node goes on
   */
  hold<T>(answer: T, givenUp?: () => void): T | Promise<T> {
    const { appended, durable } = this.#durability;
    if (appended <= durable) return answer;
    return new Promise((resolve, reject) => {
      const sinceMs = this.#clock.monotonicMs();
      this.#waiting.push({ after: appended, sinceMs, leave: () => resolve(answer), fail: reject, givenUp });
    });
  }

  /** The disk is full: who has waited for long waits no longer. To be called every now and then while it is. */
  giveUp(): void {
    const nowMs = this.#clock.monotonicMs();
    const text = 'There is no space left on the disk: whether the request took effect is unknown.';
    const error = new AwsError('ServiceUnavailableException', text);
    for (const { fail, givenUp } of this.#takeUntil(({ sinceMs }) => nowMs - sinceMs < FULL_DISK_WAIT_MS)) {
      givenUp?.();
      fail(error);
    }
  }

  /** The watermark does not move any more. */
  end(): void {
    this.#unsubscribe();
    const error = new AwsError(
      'ServiceUnavailableException',
      'The node is stopping: whether the request took effect is unknown.',
    );
    for (const { fail } of this.#takeUntil(() => false)) fail(error);
  }

  #release(): void {
    const { durable } = this.#durability;
    for (const { leave } of this.#takeUntil(({ after }) => after > durable)) leave();
  }

  /** Those in front of the first that stays. */
  #takeUntil(stays: (waiter: Waiter) => boolean): Waiter[] {
    const first = this.#waiting.findIndex(stays);
    return this.#waiting.splice(0, first < 0 ? this.#waiting.length : first);
  }
}
