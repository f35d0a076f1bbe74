/** What is known of a message that is in somebody's hands, or must not be handed out yet. */
import type { Consumer } from './consumer.ts';

export class InFlight {
  constructor(
    /** Undefined: somebody got it who is no consumer. */
    readonly consumer: Consumer | undefined,
    /** How often it was delivered before this delivery. */
    readonly deliveries: number,
    readonly bytes: number,
    /** Wall clock: it goes back then. Infinity: its consumer has it as long as it likes. */
    public untilMs: number = Number.POSITIVE_INFINITY,
    /** Wall clock: when it was received first; 0 if nobody knows. */
    readonly firstReceivedAtMs: number = 0,
    /** It was not delivered at all: its time has not come yet. */
    readonly isDelayed: boolean = false,
    /** Wall clock: when whoever polled received it; 0 of any other. */
    public receivedAtMs: number = 0,
  ) {}

  /** It is in the hands of somebody who polls. */
  get isReceived(): boolean {
    return this.untilMs !== Number.POSITIVE_INFINITY && !this.isDelayed;
  }
}
