/** Transactions. Part of the settings table; see `settings.ts`. */
import { integer } from '../setting.ts';
import { DAY, HOUR, INT32_MAX, MINUTE } from './quantities.ts';

export const TRANSACTIONS_SETTINGS = {
  transactionTimeoutMsMax: integer({
    flag: 'transaction-max-timeout-ms',
    unit: 'ms',
    default: 15 * MINUTE,
    min: 1,
    max: INT32_MAX,
    doc: 'Longest transaction timeout that a producer may ask for.',
  }),
  transactionalIdExpirationMs: integer({
    flag: 'transactional-id-expiration-ms',
    unit: 'ms',
    default: 7 * DAY,
    min: 1,
    doc: 'How long a transactional id that is not used is remembered.',
  }),
  transactionalIdExpirationCheckMs: integer({
    flag: 'transactional-id-expiration-check-ms',
    unit: 'ms',
    default: HOUR,
    min: 1,
    doc: 'How often transactional ids are looked over for expired ones.',
  }),
  transactionalIdsMax: integer({
    flag: 'transactional-ids-max',
    default: 100_000,
    min: 1,
    doc: 'Transactional ids of the node. A producer with one more is refused.',
  }),
  transactionGroupsMax: integer({
    flag: 'transaction-groups-max',
    default: 1_000,
    min: 1,
    doc: 'Groups that may commit offsets in one transaction.',
  }),
};
