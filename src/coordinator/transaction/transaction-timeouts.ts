/**
 * One timer per ongoing transaction, by transactional id. Soft state: after a restart the coordinator arms them again
 * from the start times it recovered.
 */
import type { Clock, Timer } from '../../base/clock.ts';

export class TransactionTimeouts {
  readonly #clock: Clock;
  readonly #onTimeout: (transactionalId: string) => void;
  readonly #timers = new Map<string, Timer>();

  constructor(clock: Clock, onTimeout: (transactionalId: string) => void) {
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  isArmed(transactionalId: string): boolean {
    return this.#timers.has(transactionalId);
  }

  arm(transactionalId: string, delayMs: number): void {
    this.disarm(transactionalId);
    const timer = this.#clock.setTimer(delayMs, () => {
      this.#timers.delete(transactionalId);
      this.#onTimeout(transactionalId);
    });
    this.#timers.set(transactionalId, timer);
  }

  disarm(transactionalId: string): void {
    this.#timers.get(transactionalId)?.cancel();
    this.#timers.delete(transactionalId);
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
