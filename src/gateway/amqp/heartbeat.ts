/**
 * The heartbeats of one connection (AMQP 0-9-1 §4.2.7): sends one when nothing else was sent for half the interval, and calls
 * `dead` when nothing has come for two intervals. Silence that we made ourselves, by not reading, does not count.
 */
import type { Clock, Timer } from '../../base/clock.ts';

/** Looked at so often: halves of an interval. */
const CHECKS_PER_INTERVAL = 2;
const MISSED_MAX = 2;

export interface HeartbeatPorts {
  readonly sentBytes: () => number;
  readonly receivedBytes: () => number;
  readonly isReading: () => boolean;
  readonly send: () => void;
  readonly dead: () => void;
}

export class Heartbeat {
  readonly #clock: Clock;
  readonly #ports: HeartbeatPorts;
  #timer: Timer | undefined;
  #sentBytes = 0;
  #receivedBytes = 0;
  #silentChecks = 0;

  constructor(clock: Clock, ports: HeartbeatPorts) {
    this.#clock = clock;
    this.#ports = ports;
  }

  /** @param intervalMs 0: there are none */
  start(intervalMs: number): void {
    if (intervalMs === 0) return;
    this.#sentBytes = this.#ports.sentBytes();
    this.#receivedBytes = this.#ports.receivedBytes();
    this.#arm(intervalMs / CHECKS_PER_INTERVAL);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(checkMs: number): void {
    this.#timer = this.#clock.setTimer(checkMs, () => this.#check(checkMs));
  }

  #check(checkMs: number): void {
    const received = this.#ports.receivedBytes();
    if (received !== this.#receivedBytes || !this.#ports.isReading()) this.#silentChecks = 0;
    else this.#silentChecks += 1;
    if (this.#silentChecks > MISSED_MAX * CHECKS_PER_INTERVAL) {
      this.#ports.dead();
      return;
    }
    this.#receivedBytes = received;
    const sent = this.#ports.sentBytes();
    if (sent === this.#sentBytes) this.#ports.send();
    this.#sentBytes = sent;
    this.#arm(checkMs);
  }
}
