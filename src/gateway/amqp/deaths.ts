/**
 * The history of a message that was dead-lettered, as its headers tell it (https://www.rabbitmq.com/docs/dlx#effects): `x-death`, an
 * array of tables, the latest death first, one for each queue and reason; and what came first and last, for those who want no more.
 *
 * Clients pass headers on when they publish a message again, and RabbitMQ takes no notice of an x-death that a client sent. So
 * headers that the broker wrote are known by their order (`message/death-headers.ts`), which means nothing to anybody else.
 */
import {
  DEATH_HEADER,
  DEATH_HEADERS,
  FIRST_DEATH_QUEUE_HEADER,
  FIRST_DEATH_REASON_HEADER,
  isBrokersDeath,
} from '../../message/death-headers.ts';
import type { FieldTable, FieldValue } from '../../message/field-table.ts';
import { integerOf } from '../../message/field-value.ts';

export interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly exchange: string;
  readonly routingKeys: readonly string[];
  /** Seconds since the Unix epoch, of the first death in this queue for this reason. */
  readonly time: bigint;
  readonly count: number;
  /** What the expiration was before it was taken away. */
  readonly originalExpiration: string | undefined;
}

/** The same headers of a client. */
export function withoutBrokersMark(headers: FieldTable): FieldTable {
  const [first, ...others] = headers;
  return new Map(first === undefined ? [] : [...others, first]);
}

/** The deaths in headers that the broker wrote, the latest first; none in others. */
export function deathsOf(headers: FieldTable): Death[] {
  if (!isBrokersDeath(headers)) return [];
  const deaths = headers.get(DEATH_HEADER);
  return deaths?.type === 'array'
    ? deaths.value.flatMap((value) => (value.type === 'table' ? [death(value.value)] : []))
    : [];
}

/** One more death: at the top, counted with those in the same queue for the same reason. */
export function withDeath(deaths: readonly Death[], latest: Death): Death[] {
  const isSame = ({ queue, reason }: Death) => queue === latest.queue && reason === latest.reason;
  const earlier = deaths.find(isSame);
  const counted = earlier === undefined ? latest : { ...earlier, count: earlier.count + 1 };
  return [counted, ...deaths.filter((each) => !isSame(each))];
}

/**
 * Whether a message with these deaths would go round for ever if it came to `queue`: it died there before, and nobody rejected
 * it since (https://www.rabbitmq.com/docs/dlx#automatic-dead-lettering-cycles).
 */
export function isCycle(queue: string, deaths: readonly Death[]): boolean {
  for (const death of deaths) {
    if (death.reason === 'rejected') return false;
    if (death.queue === queue) return true;
  }
  return false;
}

/** @param latest the exchange that the latest death names is where the message was then, which its counted record may not say */
export function deathHeaders(headers: FieldTable, deaths: readonly Death[], latest: Death): FieldTable {
  const [newest = latest] = deaths;
  const first = (name: string, fallback: string): FieldValue =>
    (isBrokersDeath(headers) ? headers.get(name) : undefined) ?? { type: 'longstr', value: fallback };
  const written = new Map<string, FieldValue>([
    [DEATH_HEADER, { type: 'array', value: deaths.map((each) => ({ type: 'table', value: table(each) })) }],
    [FIRST_DEATH_REASON_HEADER, first(FIRST_DEATH_REASON_HEADER, newest.reason)],
    [FIRST_DEATH_QUEUE_HEADER, first(FIRST_DEATH_QUEUE_HEADER, newest.queue)],
    ['x-first-death-exchange', first('x-first-death-exchange', newest.exchange)],
    ['x-last-death-reason', { type: 'longstr', value: latest.reason }],
    ['x-last-death-queue', { type: 'longstr', value: latest.queue }],
    ['x-last-death-exchange', { type: 'longstr', value: latest.exchange }],
  ]);
  for (const [name, value] of headers) if (!DEATH_HEADERS.includes(name)) written.set(name, value);
  return written;
}

function table({ queue, reason, exchange, routingKeys, time, count, originalExpiration }: Death): FieldTable {
  const fields = new Map<string, FieldValue>([
    ['count', { type: 'int64', value: BigInt(count) }],
    ['reason', { type: 'longstr', value: reason }],
    ['queue', { type: 'longstr', value: queue }],
    ['time', { type: 'timestamp', value: time }],
    ['exchange', { type: 'longstr', value: exchange }],
    ['routing-keys', { type: 'array', value: routingKeys.map((value) => ({ type: 'longstr', value })) }],
  ]);
  if (originalExpiration !== undefined)
    fields.set('original-expiration', { type: 'longstr', value: originalExpiration });
  return fields;
}

function death(fields: FieldTable): Death {
  const text = (name: string) => {
    const value = fields.get(name);
    return value?.type === 'longstr' ? value.value : undefined;
  };
  const time = fields.get('time');
  const keys = fields.get('routing-keys');
  return {
    queue: text('queue') ?? '',
    reason: text('reason') ?? '',
    exchange: text('exchange') ?? '',
    routingKeys: keys?.type === 'array' ? keys.value.flatMap((key) => (key.type === 'longstr' ? [key.value] : [])) : [],
    time: time?.type === 'timestamp' ? time.value : 0n,
    count: integerOf(fields.get('count')) ?? 1,
    originalExpiration: text('original-expiration'),
  };
}
