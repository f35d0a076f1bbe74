/**
 * Holds answers back until everything is durable that was appended when they were made. Those who wait when the node has ended for
 * good are told that nothing is certain.
 */
import type { Position } from '../../base/brand.ts';
import type { Durability } from '../../base/durability.ts';
import { ApiError } from './api-error.ts';

interface Waiter {
  readonly after: Position;
  readonly leave: () => void;
  readonly refuse: (error: ApiError) => void;
}

export class DurableWait {
  readonly #durability: Durability;
  readonly #unsubscribe: () => void;
  #waiting: Waiter[] = [];

  constructor(durability: Durability) {
    this.#durability = durability;
    this.#unsubscribe = durability.onDurable(() => this.#release());
  }

  /** Undefined if nothing has to be waited for. */
  untilDurable(): Promise<void> | undefined {
    const { appended, durable } = this.#durability;
    if (appended <= durable) return undefined;
    return new Promise((leave, refuse) => this.#waiting.push({ after: appended, leave, refuse }));
  }

  /** The watermark does not move any more. */
  end(): void {
    this.#unsubscribe();
    const error = new ApiError(
      503,
      'service_unavailable',
      'the node is stopping: whether the change is kept is unknown',
    );
    for (const { refuse } of this.#waiting) refuse(error);
    this.#waiting = [];
  }

  #release(): void {
    const { durable } = this.#durability;
    // Positions only grow, so those who may leave are in front.
    const stays = this.#waiting.findIndex(({ after }) => after > durable);
    const leaving = this.#waiting.splice(0, stays < 0 ? this.#waiting.length : stays);
    for (const { leave } of leaving) leave();
  }
}
