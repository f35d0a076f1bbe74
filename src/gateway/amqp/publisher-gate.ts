/**
 * Whether a connection that publishes is read: not while more waits for the disk than is allowed, not for a moment while consumers
 * don't keep up with it, and not while the disk is full. Of the last the client is told, if it understands, and told again when it is over. Connections that only consume are read
 * all the time: what they acknowledge makes room.
 */
import type { Congestion } from './congestion.ts';
import type { Pressure } from './services.ts';

export interface GatePorts {
  /** May be read again. */
  readonly opened: () => void;
  /** Asks for a call of `checkSpace` when there may be room on the disk. */
  readonly awaitSpace: () => void;
  readonly tellBlocked: () => void;
  readonly tellUnblocked: () => void;
}

export class PublisherGate {
  readonly #pressure: Pressure;
  readonly #ports: GatePorts;
  readonly #congestion: Pick<Congestion, 'onRelieved'>;
  #awaitsRelief = false;
  #isHeldBack = false;
  #isBlocked = false;

  constructor(pressure: Pressure, congestion: Pick<Congestion, 'onRelieved'>, ports: GatePorts) {
    this.#pressure = pressure;
    this.#congestion = congestion;
    this.#ports = ports;
  }

  /** There is no room on the disk, and the client knows. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** To be asked before more is taken from a publisher; false: `opened` will be called. */
  isOpen(): boolean {
    if (this.#pressure.overloaded && !this.#awaitsRelief) {
      this.#awaitsRelief = true;
      this.#pressure.onRelieved(() => {
        this.#awaitsRelief = false;
        this.#ports.opened();
      });
    }
    if (!this.#pressure.hasSpace && !this.#isBlocked) {
      this.#isBlocked = true;
      this.#ports.tellBlocked();
      this.#ports.awaitSpace();
    }
    return !this.#awaitsRelief && !this.#isHeldBack && !this.#isBlocked;
  }

  /** Until consumers have read on. */
  holdBack(): void {
    if (this.#isHeldBack) return;
    this.#isHeldBack = true;
    this.#congestion.onRelieved(() => {
      this.#isHeldBack = false;
      this.#ports.opened();
    });
  }

  checkSpace(): void {
    if (!this.#isBlocked) return;
    if (!this.#pressure.hasSpace) {
      this.#ports.awaitSpace();
      return;
    }
    this.#isBlocked = false;
    this.#ports.tellUnblocked();
    this.#ports.opened();
  }
}
