/** What a partition remembers of its idempotent and transactional producers. Part of the settings table; see `settings.ts`. */
import { integer } from '../setting.ts';
import { DAY, MINUTE } from './quantities.ts';

export const PRODUCERS_SETTINGS = {
  expirationMs: integer({
    flag: 'producer-id-expiration-ms',
    unit: 'ms',
    default: DAY,
    min: 1,
    doc: 'How long a partition remembers the sequence numbers of a producer that is silent.',
  }),
  expirationCheckIntervalMs: integer({
    flag: 'producer-id-expiration-check-interval-ms',
    unit: 'ms',
    default: 10 * MINUTE,
    min: 1,
    doc: 'How often partitions are looked over for silent producers.',
  }),
  producersMax: integer({
    flag: 'partition-producers-max',
    default: 10_000,
    min: 1,
    doc: 'Idempotent and transactional producers that one partition remembers. Beyond it the silent ones make room; if there are none, a new one is refused.',
  }),
  evictableAfterMs: integer({
    flag: 'producer-id-evictable-after-ms',
    unit: 'ms',
    default: 5 * MINUTE,
    min: 1,
    doc: 'How long a producer must have been silent to make room for a new one.',
  }),
};
