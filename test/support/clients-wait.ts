/** Waiting for what a client will see, with a limit and with the last thing seen in the error. */
import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 20_000;
const POLL_MS = 20;

/** Asks `look` again and again until `isDone` likes its answer; an answer that never comes says what came instead. */
export async function until<Seen>(
  what: string,
  look: () => Seen | Promise<Seen>,
  isDone: (seen: Seen) => boolean,
): Promise<Seen> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const seen = await look();
    if (isDone(seen)) return seen;
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${LIMIT_MS} ms, last saw ${JSON.stringify(seen, plain)}`);
    }
    await delay(POLL_MS);
  }
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

let lastName = 0;

/** A name that no other test, and no earlier run against the same broker, has used. */
export function uniqueName(prefix: string): string {
  lastName += 1;
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${lastName}`;
}
