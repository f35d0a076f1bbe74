/** exchange.declare and exchange.delete. Checks come in RabbitMQ's order, as a client is told of the first only. */
import { assert } from '../../base/assert.ts';
import type { FieldTable } from '../../message/field-table.ts';
import { fieldTableToJson } from '../../message/field-table-json.ts';
import { type AmqpCatalogContext, type Caller, checkArgumentBytes, existingVhost } from './context.ts';
import { checkSameArguments, checkSameProperty } from './equivalence.ts';
import {
  ALTERNATE_EXCHANGE,
  checkExchangeArguments,
  checkExchangeType,
  comparedArguments,
  exchangeNameIn,
} from './exchange-arguments.ts';
import type { LiveExchange, LiveVhost } from './live.ts';
import { DEFAULT_EXCHANGE, type Exchange, type ExchangeType } from './model.ts';
import { checkNewName, plainName } from './names.ts';
import {
  accessRefused,
  limitExceeded,
  noSuchResource,
  notOnDefaultExchange,
  preconditionFailed,
  resource,
} from './refusals.ts';
import { checkSourceTopic } from './source-topic.ts';

export interface ExchangeDeclaration {
  readonly vhost: string;
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
}

export interface ExchangeDeletion {
  readonly vhost: string;
  readonly name: string;
  readonly ifUnused?: boolean;
}

export function declareExchange(context: AmqpCatalogContext, wanted: ExchangeDeclaration, caller: Caller): Exchange {
  const vhost = existingVhost(context, wanted.vhost);
  const type = checkExchangeType(wanted.type);
  const name = plainName(wanted.name);
  checkNotDefault(name);
  caller.permissions?.checkConfigure('exchange', name);
  const present = vhost.exchanges.get(name);
  if (present !== undefined) {
    checkSame(present, type, wanted);
    return present;
  }
  checkNew(context, vhost, type, name, wanted, caller);
  const { durable, autoDelete, internal } = wanted;
  const what = { type: 'exchange_declared', vhost: vhost.name, name, exchangeType: type } as const;
  context.journal.commit([{ ...what, durable, autoDelete, internal, arguments: fieldTableToJson(wanted.arguments) }]);
  context.logger.debug({ vhost: vhost.name, exchange: name, type }, 'exchange declared');
  const exchange = vhost.exchanges.get(name);
  assert(exchange !== undefined, `committing applied the declaration of ${name}`);
  return exchange;
}

/** What a passive declaration finds. @throws DomainError `access_refused`, `not_found` */
export function requireExchange(context: AmqpCatalogContext, vhostName: string, name: string): LiveExchange {
  const plain = plainName(name);
  checkNotDefault(plain);
  const exchange = existingVhost(context, vhostName).exchanges.get(plain);
  if (exchange === undefined) throw noSuchResource('exchange', vhostName, plain);
  return exchange;
}

/** Whether there was one. @throws DomainError `access_refused`, `precondition_failed` */
export function deleteExchange(
  context: AmqpCatalogContext,
  { vhost: vhostName, name, ifUnused = false }: ExchangeDeletion,
  caller: Caller,
): boolean {
  const vhost = existingVhost(context, vhostName);
  const plain = plainName(name);
  checkNotDefault(plain);
  const what = resource('exchange', vhostName, plain);
  if (plain.startsWith('amq.')) throw accessRefused(`deletion of system ${what} not allowed`);
  caller.permissions?.checkConfigure('exchange', plain);
  const exchange = vhost.exchanges.get(plain);
  if (exchange === undefined) return false;
  if (ifUnused && exchange.outgoing !== undefined) throw preconditionFailed(`${what} in use`);
  context.journal.commit([{ type: 'exchange_deleted', vhost: vhostName, name: plain }]);
  context.logger.debug({ vhost: vhostName, exchange: plain }, 'exchange deleted');
  return true;
}

/** @throws DomainError `access_refused` */
export function checkNotDefault(exchangeName: string): void {
  if (exchangeName === DEFAULT_EXCHANGE) throw notOnDefaultExchange();
}

function checkSame(present: LiveExchange, type: ExchangeType, wanted: ExchangeDeclaration): void {
  const what = resource('exchange', present.vhost, present.name);
  checkSameProperty(what, 'type', type, present.type);
  checkSameProperty(what, 'durable', wanted.durable, present.durable);
  checkSameProperty(what, 'auto_delete', wanted.autoDelete, present.autoDelete);
  checkSameProperty(what, 'internal', wanted.internal, present.internal);
  checkSameArguments(what, comparedArguments(type), wanted.arguments, present.arguments);
}

function checkNew(
  context: AmqpCatalogContext,
  vhost: LiveVhost,
  type: ExchangeType,
  name: string,
  wanted: ExchangeDeclaration,
  { permissions }: Caller,
): void {
  checkNewName('exchange', name);
  const what = resource('exchange', vhost.name, name);
  const alternate = exchangeNameIn(wanted.arguments, ALTERNATE_EXCHANGE, what);
  if (alternate !== undefined) {
    permissions?.checkRead('exchange', name);
    permissions?.checkWrite('exchange', alternate);
  }
  checkExchangeArguments(type, wanted.arguments);
  const topic = checkSourceTopic(vhost.name, name, wanted.arguments);
  if (topic !== undefined) {
    // Whoever declares it reads the topic and publishes what is in it.
    permissions?.checkRead('queue', topic);
    permissions?.checkWrite('exchange', name);
  }
  checkArgumentBytes(context, what, wanted.arguments);
  const { exchangesMax } = context.settings;
  if (context.state.exchangeCount >= exchangesMax) throw limitExceeded(what, exchangesMax, 'exchanges');
}
