/** What the queues of vhosts hold, added up by vhost. Queues are gone through in slices. */
import type { Numbers } from './rates/meter.ts';
import type { Length } from './rates/numbers.ts';
import type { AdminServices } from './services.ts';
import { Turns } from './turns.ts';

export interface Tally {
  queues: number;
  consumers: number;
  ready: number;
  unacked: number;
}

const newTally = (): Tally => ({ queues: 0, consumers: 0, ready: 0, unacked: 0 });

/** Vhosts that are gone by the time they are looked at have nothing. */
export async function tallyByVhost(
  vhosts: readonly string[],
  { catalog, queues, clock }: AdminServices,
): Promise<ReadonlyMap<string, Tally>> {
  const turns = new Turns(clock);
  const byVhost = new Map<string, Tally>();
  for (const vhost of vhosts) {
    const tally = newTally();
    byVhost.set(vhost, tally);
    if (catalog.vhost(vhost) === undefined) continue;
    for (const { id } of catalog.queues(vhost)) {
      const { ready, unacked, consumers } = queues.counts(id);
      tally.queues += 1;
      tally.consumers += consumers;
      tally.ready += ready;
      tally.unacked += unacked;
      if (turns.isOver) await turns.next();
    }
  }
  return byVhost;
}

export function total(tallies: Iterable<Tally>): Tally {
  const sum = newTally();
  for (const { queues, consumers, ready, unacked } of tallies) {
    sum.queues += queues;
    sum.consumers += consumers;
    sum.ready += ready;
    sum.unacked += unacked;
  }
  return sum;
}

export function tallyLengths({ ready, unacked }: Tally = newTally()): Numbers<Length> {
  return { messages: ready + unacked, messages_ready: ready, messages_unacknowledged: unacked };
}
