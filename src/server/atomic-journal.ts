/** A journal whose commits survive a crash together with whatever is appended while they are applied, or not at all. */
import type { Journal } from '../storage/log.ts';
import type { Storage } from '../storage/storage.ts';

export function atomicJournal<Record>(storage: Storage, journal: Journal<Record>): Journal<Record> {
  return { commit: (records) => storage.atomically(() => journal.commit(records)) };
}
