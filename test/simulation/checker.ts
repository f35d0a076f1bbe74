/** What can only be judged when everything has ended: reads all that is there, and compares it with what was sent and promised. */
import type { Client } from './client.ts';
import { Fetcher, type Isolation } from './fetcher.ts';
import { CONTROL, type Place, placeKey, type SentRecord, Violation } from './history.ts';

/** Reads each partition from its start to its end, with either isolation, and checks what is there. */
export async function checkAll(client: Client, places: readonly Place[]): Promise<void> {
  for (const isolation of ['read_uncommitted', 'read_committed'] as const) {
    const seen = await readAll(client, places, isolation);
    for (const place of places) checkPartition(client, place, isolation, seen.get(placeKey(place)) ?? new Map());
  }
  for (const place of places) checkOrder(client, placeKey(place));
}

type Seen = Map<string, Map<number, SentRecord>>;

async function readAll(client: Client, places: readonly Place[], isolation: Isolation): Promise<Seen> {
  const seen: Seen = new Map();
  const fetcher = new Fetcher(client, {
    isolation,
    useSession: false,
    useTopicIds: true,
    maxBytes: 2000,
    maxWaitMs: 50,
    onRecord: (record, offset, place) => {
      const key = placeKey(place);
      const ofPartition = seen.get(key) ?? new Map<number, SentRecord>();
      seen.set(key, ofPartition.set(offset, record));
    },
  });
  for (const place of places) fetcher.follow(place);
  await client.insist(`reading everything, ${isolation}`, async () => {
    await fetcher.poll();
    return fetcher.isAtEnd ? true : undefined;
  });
  return seen;
}

function checkPartition(client: Client, place: Place, isolation: Isolation, seen: Map<number, SentRecord>): void {
  const key = placeKey(place);
  const partition = client.world.history.partition(key);
  if (partition.mayBeDeleted) return;
  for (const [offset, id] of partition.contents) {
    if (id === CONTROL || offset < partition.mayBeDeletedBelow) continue;
    const record = client.world.history.records[id] as SentRecord;
    const outcome = record.transaction?.outcome;
    const isWanted = isolation === 'read_uncommitted' || outcome === undefined || outcome === 'committed';
    // What nobody was promised may have gone in a crash, unless a reader had seen it: then it would be known as committed.
    if (isWanted && record.acknowledged && !seen.has(offset)) {
      throw new Violation(
        `record ${id} of ${record.producer}, acknowledged at ${key}@${offset}, is not read (${isolation})`,
      );
    }
    if (!isWanted && seen.has(offset))
      throw new Violation(`record ${id} of ${record.transaction?.name} is read although ${outcome}`);
  }
  const first = Math.min(...seen.keys());
  if (first < partition.deletedBelow) throw new Violation(`${key}@${first} was deleted and is read`);
}

/** The records of one exactly-once producer lie in the order in which they were sent. */
function checkOrder(client: Client, key: string): void {
  const { contents } = client.world.history.partition(key);
  const last = new Map<string, number>();
  for (const offset of [...contents.keys()].sort((a, b) => a - b)) {
    const record = client.world.history.records[contents.get(offset) as number];
    if (record === undefined || !record.once) continue;
    const before = last.get(record.producer) ?? -1;
    if (record.order <= before)
      throw new Violation(`record ${record.id} of ${record.producer} is out of order at ${key}@${offset}`);
    last.set(record.producer, record.order);
  }
}
