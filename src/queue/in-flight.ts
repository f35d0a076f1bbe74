/** What is known of a message that was delivered and is not settled. */
import type { Consumer } from './consumer.ts';

export class InFlight {
  constructor(
    /** Undefined: somebody got it who is no consumer. */
    readonly consumer: Consumer | undefined,
    /** How often it was delivered before this delivery. */
    readonly deliveries: number,
    readonly bytes: number,
  ) {}
}
