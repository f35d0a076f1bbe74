/** The operating system's clock: the only place in the core's reach that reads real time. */
import type { Clock, Timer } from './clock.ts';

/** `setTimeout` treats longer delays as 1 ms; a timer that long is re-armed instead. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

class SystemTimer implements Timer {
  #handle: NodeJS.Timeout | undefined;

  constructor(delayMs: number, callback: () => void) {
    this.#arm(delayMs, callback);
  }

  #arm(delayMs: number, callback: () => void): void {
    const stepMs = Math.min(Math.max(delayMs, 0), TIMEOUT_MS_MAX);
    const restMs = delayMs - stepMs;
    this.#handle = setTimeout(() => {
      if (restMs > 0) this.#arm(restMs, callback);
      else callback();
    }, stepMs);
    this.#handle.unref();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, callback) => new SystemTimer(delayMs, callback),
  defer: (callback) => {
    setImmediate(callback);
  },
};
