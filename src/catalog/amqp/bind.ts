/** queue.bind, exchange.bind and their opposites. Checks come in RabbitMQ's order, as a client is told of the first only. */
import type { FieldTable } from '../../message/field-table.ts';
import { fieldTableToJson } from '../../message/field-table-json.ts';
import { adoptTopic } from './adopt-topic.ts';
import { bindingKey, checkBinding } from './bindings.ts';
import { type AmqpCatalogContext, type Caller, checkArgumentBytes, existingVhost, isLocked } from './context.ts';
import { checkNotDefault } from './exchanges.ts';
import type { LiveExchange, LiveQueue, LiveVhost } from './live.ts';
import type { DestinationType } from './model.ts';
import { checkLength, plainName } from './names.ts';
import type { BindingFields } from './records.ts';
import { limitExceeded, lockedQueue, noSuchResource, resource } from './refusals.ts';

export interface BindingDeclaration {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: DestinationType;
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

/** The ends of a binding, where they exist. */
interface Ends {
  readonly sourceName: string;
  readonly destinationName: string;
  readonly source: LiveExchange | undefined;
  readonly destination: LiveQueue | LiveExchange | undefined;
}

/** Whether the binding is new. @throws DomainError `access_refused`, `not_found`, `resource_locked`, `precondition_failed` */
export function bind(context: AmqpCatalogContext, wanted: BindingDeclaration, caller: Caller): boolean {
  const vhost = existingVhost(context, wanted.vhost);
  const { destinationType: type, routingKey, arguments: args } = wanted;
  const ends = permittedEnds(vhost, wanted, caller);
  const { source, sourceName, destinationName } = ends;
  if (source === undefined) throw noSuchResource('exchange', vhost.name, sourceName);
  const topic = () => (type === 'queue' ? adoptTopic(context, vhost, destinationName) : undefined);
  const destination = ends.destination ?? topic();
  if (destination === undefined) throw noSuchResource(type, vhost.name, destinationName);
  checkUnlocked(vhost, destination, caller);
  checkBinding(source, routingKey, args);
  if (source.outgoing?.has(bindingKey(type, destinationName, routingKey, args))) return false;
  checkLength('routing key', routingKey);
  const what = `binding of ${resource(type, vhost.name, destinationName)} to exchange '${sourceName}'`;
  checkArgumentBytes(context, what, args);
  const { bindingsMax } = context.settings;
  if (context.state.bindingCount >= bindingsMax) throw limitExceeded(what, bindingsMax, 'bindings');
  context.journal.commit([{ type: 'bound', ...fieldsOf(wanted, sourceName, destinationName) }]);
  return true;
}

/** Whether there was such a binding; its ends need not exist. @throws DomainError `access_refused`, `resource_locked` */
export function unbind(context: AmqpCatalogContext, wanted: BindingDeclaration, caller: Caller): boolean {
  const vhost = existingVhost(context, wanted.vhost);
  const { source, sourceName, destination, destinationName } = permittedEnds(vhost, wanted, caller);
  if (source === undefined || destination === undefined) return false;
  const key = bindingKey(wanted.destinationType, destinationName, wanted.routingKey, wanted.arguments);
  if (!source.outgoing?.has(key)) return false;
  checkUnlocked(vhost, destination, caller);
  context.journal.commit([{ type: 'unbound', ...fieldsOf(wanted, sourceName, destinationName) }]);
  return true;
}

function permittedEnds(vhost: LiveVhost, wanted: BindingDeclaration, { permissions }: Caller): Ends {
  const { destinationType: type } = wanted;
  const sourceName = plainName(wanted.source);
  const destinationName = plainName(wanted.destination);
  permissions?.checkWrite(type, destinationName);
  if (type === 'exchange') checkNotDefault(destinationName);
  checkNotDefault(sourceName);
  permissions?.checkRead('exchange', sourceName);
  const destinations: ReadonlyMap<string, LiveQueue | LiveExchange> = type === 'queue' ? vhost.queues : vhost.exchanges;
  const ends = { source: vhost.exchanges.get(sourceName), destination: destinations.get(destinationName) };
  return { sourceName, destinationName, ...ends };
}

function checkUnlocked(vhost: LiveVhost, destination: LiveQueue | LiveExchange, caller: Caller): void {
  if ('exclusiveOwner' in destination && isLocked(destination, caller)) throw lockedQueue(vhost.name, destination.name);
}

function fieldsOf(wanted: BindingDeclaration, source: string, destination: string): BindingFields {
  const { vhost, destinationType, routingKey } = wanted;
  return { vhost, source, destinationType, destination, routingKey, arguments: fieldTableToJson(wanted.arguments) };
}
