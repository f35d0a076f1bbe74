/**
 * Time reaches the core only through this interface, so that a whole node runs under a seeded scheduler.
 * Only the adapter in `system-clock.ts` touches the operating system.
 */

export interface Timer {
  /** Does nothing when the timer has fired or was cancelled before. */
  cancel(): void;
}

export interface Clock {
  /** Wall-clock time, milliseconds since the Unix epoch. May jump; for timestamps that people and clients see. */
  nowMs(): number;
  /** Monotonic time in milliseconds from an arbitrary start. For durations and deadlines. */
  monotonicMs(): number;
  /** Calls `callback` once, `delayMs` or more from now. Timers never keep the process alive on their own. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` once, after the events that are already waiting. The group-commit point of the storage engine. */
  defer(callback: () => void): void;
}
