/** An AMQP catalog on a journal that only applies and remembers, and short ways to declare things in vhost `/`. */
import { silentLogger } from '../../../src/base/logger.ts';
import { AmqpCatalog } from '../../../src/catalog/amqp/amqp-catalog.ts';
import type { Caller, TopicPort } from '../../../src/catalog/amqp/context.ts';
import type { Exchange, Queue } from '../../../src/catalog/amqp/model.ts';
import type { AmqpCatalogRecord } from '../../../src/catalog/amqp/records.ts';
import type { AmqpCatalogSettings } from '../../../src/catalog/amqp/settings.ts';
import { EMPTY_TABLE, type FieldTable, type FieldValue } from '../../../src/message/field-table.ts';
import { seededRandom } from '../support.ts';

/** Of all that is declared. */
export const NOW_MS = 1_700_000_000_000;

const SETTINGS: AmqpCatalogSettings = {
  vhostsMax: 10,
  exchangesMax: 1000,
  queuesMax: 1000,
  bindingsMax: 1000,
  policiesMax: 100,
  argumentBytesMax: 4096,
};

export interface TestAmqpCatalog {
  readonly catalog: AmqpCatalog;
  /** Everything committed, as it would come back from disk. */
  readonly records: AmqpCatalogRecord[];
}

export interface TestOptions {
  readonly settings?: Partial<AmqpCatalogSettings>;
  readonly topics?: TopicPort;
}

export function testAmqpCatalog({ settings, topics = { isTopic: () => false } }: TestOptions = {}): TestAmqpCatalog {
  const records: AmqpCatalogRecord[] = [];
  const catalog: AmqpCatalog = new AmqpCatalog({
    journal: {
      commit(batch) {
        for (const record of batch) {
          records.push(reread(record));
          catalog.apply(record);
        }
      },
    },
    clock: { nowMs: () => NOW_MS },
    random: seededRandom(1),
    settings: { ...SETTINGS, ...settings },
    logger: silentLogger,
    topics,
  });
  return { catalog, records };
}

export function recovered(records: Iterable<AmqpCatalogRecord>, options?: TestOptions): TestAmqpCatalog {
  const test = testAmqpCatalog(options);
  for (const record of records) test.catalog.apply(reread(record));
  return test;
}

function reread<T>(record: T): T {
  return JSON.parse(JSON.stringify(record)) as T;
}

/** Text becomes a longstr, whole numbers signedint, anything else what it says it is. */
export function table(fields: Readonly<Record<string, string | number | boolean | FieldValue>>): FieldTable {
  return new Map(Object.entries(fields).map(([name, value]) => [name, fieldOf(value)]));
}

function fieldOf(value: string | number | boolean | FieldValue): FieldValue {
  if (typeof value === 'string') return { type: 'longstr', value };
  if (typeof value === 'number') return { type: 'int32', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  return value;
}

export interface QueueOptions {
  readonly vhost?: string;
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
  readonly arguments?: FieldTable;
}

export function queue(catalog: AmqpCatalog, name: string, options: QueueOptions = {}, caller?: Caller): Queue {
  const plain = { vhost: '/', durable: true, exclusive: false, autoDelete: false, arguments: EMPTY_TABLE };
  return catalog.declareQueue({ ...plain, ...options, name }, caller).queue;
}

export interface ExchangeOptions {
  readonly vhost?: string;
  readonly type?: string;
  readonly durable?: boolean;
  readonly autoDelete?: boolean;
  readonly internal?: boolean;
  readonly arguments?: FieldTable;
}

export function exchange(catalog: AmqpCatalog, name: string, options: ExchangeOptions = {}, caller?: Caller): Exchange {
  const plain = {
    vhost: '/',
    type: 'direct',
    durable: true,
    autoDelete: false,
    internal: false,
    arguments: EMPTY_TABLE,
  };
  return catalog.declareExchange({ ...plain, ...options, name }, caller);
}

/** @param to a queue, or an exchange if it begins with `x:` */
export function binding(source: string, to: string, routingKey = '', args: FieldTable = EMPTY_TABLE) {
  const isExchange = to.startsWith('x:');
  const ends = { vhost: '/', source, destination: isExchange ? to.slice(2) : to };
  const destinationType = isExchange ? ('exchange' as const) : ('queue' as const);
  return { ...ends, destinationType, routingKey, arguments: args };
}
