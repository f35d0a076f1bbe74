/**
 * The names of the headers that tell of dead-lettering (https://www.rabbitmq.com/docs/dlx#effects), and whether the broker wrote them:
 * headers that it wrote begin with x-death and x-first-death-reason, in this order, and those of a client never do.
 */
import type { FieldTable } from './field-table.ts';

export const DEATH_HEADER = 'x-death';
export const FIRST_DEATH_REASON_HEADER = 'x-first-death-reason';
export const FIRST_DEATH_QUEUE_HEADER = 'x-first-death-queue';

export const DEATH_HEADERS: readonly string[] = [
  DEATH_HEADER,
  FIRST_DEATH_REASON_HEADER,
  FIRST_DEATH_QUEUE_HEADER,
  'x-first-death-exchange',
  'x-last-death-reason',
  'x-last-death-queue',
  'x-last-death-exchange',
];

export function isBrokersDeath(headers: FieldTable): boolean {
  const names = headers.keys();
  return names.next().value === DEATH_HEADER && names.next().value === FIRST_DEATH_REASON_HEADER;
}
