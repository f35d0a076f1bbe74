/**
 * Holds answers back until everything is durable that was appended when they were made. Those that wait when the node has ended for
 * good fail: nobody knows whether what they say will be true.
 */
import type { Position } from '../../base/brand.ts';
import type { Durability } from '../../base/durability.ts';
import { AwsError } from './protocol/aws-error.ts';

interface Waiter {
  readonly after: Position;
  readonly leave: () => void;
  readonly fail: (error: AwsError) => void;
}

export class DurableAnswers {
  readonly #durability: Durability;
  readonly #unsubscribe: () => void;
  /** Positions only grow, so those who may leave are in front. */
  #waiting: Waiter[] = [];

  constructor(durability: Durability) {
    this.#durability = durability;
    this.#unsubscribe = durability.onDurable(() => this.#release());
  }

  /** The answer, or a promise of it if something must become durable first. */
  hold<T>(answer: T): T | Promise<T> {
    const { appended, durable } = this.#durability;
    if (appended <= durable) return answer;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ after: appended, leave: () => resolve(answer), fail: reject });
    });
  }

  /** The watermark does not move any more. */
  end(): void {
    this.#unsubscribe();
    const error = new AwsError(
      'ServiceUnavailableException',
      'The node is stopping: whether the request took effect is unknown.',
    );
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { fail } of waiting) fail(error);
  }

  #release(): void {
    const { durable } = this.#durability;
    const stays = this.#waiting.findIndex(({ after }) => after > durable);
    const leaving = this.#waiting.splice(0, stays < 0 ? this.#waiting.length : stays);
    for (const { leave } of leaving) leave();
  }
}
