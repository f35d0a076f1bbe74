/** What goes wrong in a run, and when: a plan that the seed makes, counted in events. */
import type { Fault, FaultHook } from '../../src/storage/medium/memory.ts';
import type { SeededRandom } from '../support/scheduler.ts';
import type { NetworkFaults, Protocol } from './network.ts';
import type { Trace } from './trace.ts';

/** What faults happen to. */
export interface Afflicted {
  readonly trace: Trace;
  readonly network: { readonly faults: NetworkFaults };
  crash(): void;
  stop(): void;
}

type FaultKind = 'crash' | 'stop' | 'full' | 'error' | 'drops';

interface PlannedFault {
  readonly kind: FaultKind;
  readonly atEvent: number;
  /** For those that last. */
  readonly events: number;
}

/** All trouble begins before this event; it ends some time later. Clients of SQS take more of them to get anywhere. */
const EVENTS: Readonly<Record<Protocol, number>> = { kafka: 600, amqp: 600, sqs: 2000 };
const KINDS: readonly FaultKind[] = ['crash', 'crash', 'crash', 'stop', 'full', 'error', 'drops', 'drops'];
const DROPS_PER_TEN_THOUSAND = 300;

export class Faults {
  readonly #plan: PlannedFault[] = [];
  #fullUntil = 0;
  #errorArmed = false;
  #dropsUntil = 0;

  readonly #events: number;

  constructor(
    private readonly random: SeededRandom,
    protocol: Protocol,
  ) {
    this.#events = EVENTS[protocol];
    for (let i = random.below(6); i > 0; i -= 1) {
      const kind = KINDS[random.below(KINDS.length)] as FaultKind;
      this.#plan.push({ kind, atEvent: 30 + random.below(this.#events), events: 50 + random.below(200) });
    }
  }

  /** Called before each event. */
  tick(world: Afflicted, event: number): void {
    for (const fault of this.#plan) if (fault.atEvent === event) this.#begin(world, fault, event);
    world.network.faults.dropsPerTenThousand = event < this.#dropsUntil ? DROPS_PER_TEN_THOUSAND : 0;
  }

  /** Whether anything is still to come or going on. */
  isOver(event: number): boolean {
    return event > this.#events + 30 && event >= this.#fullUntil && event >= this.#dropsUntil;
  }

  /** Ends all trouble at once. */
  heal(world: Afflicted): void {
    this.#plan.length = 0;
    this.#fullUntil = 0;
    this.#dropsUntil = 0;
    this.#errorArmed = false;
    world.network.faults.dropsPerTenThousand = 0;
  }

  /** What the medium asks before each operation. */
  hook(event: () => number): FaultHook {
    return (operation): Fault => {
      if (this.#errorArmed && this.random.chance(30)) {
        this.#errorArmed = false;
        return 'lost';
      }
      return operation !== 'read' && operation !== 'sync' && event() < this.#fullUntil ? 'full' : 'none';
    };
  }

  #begin(world: Afflicted, { kind, events }: PlannedFault, event: number): void {
    world.trace.note(`fault ${kind}`, events);
    switch (kind) {
      case 'crash':
        world.crash();
        break;
      case 'stop':
        world.stop();
        break;
      case 'full':
        this.#fullUntil = event + events;
        break;
      case 'error':
        this.#errorArmed = true;
        break;
      case 'drops':
        this.#dropsUntil = event + events;
    }
  }
}
