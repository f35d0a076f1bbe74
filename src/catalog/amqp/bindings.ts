/**
 * What makes two bindings the same, what an exchange demands of its bindings, and how the management API names a binding
 * among those of the same two ends.
 */
import { createHash } from 'node:crypto';
import type { FieldTable, FieldValue } from '../../message/field-table.ts';
import { fieldTableToJson } from '../../message/field-table-json.ts';
import { typeName, valueText } from '../../message/field-text.ts';
import { routingType } from './exchange-arguments.ts';
import type { Binding, DestinationType, Exchange } from './model.ts';
import { preconditionFailed } from './refusals.ts';

const MATCH_MODES = ['all', 'any', 'all-with-x', 'any-with-x'];

/** Far more than anybody needs, and small enough to be added up. */
const WEIGHT_MAX = 2 ** 31;

/** The same for two bindings of one exchange exactly when they are the same binding: arguments with their types count. */
export function bindingKey(
  destinationType: DestinationType,
  destination: string,
  routingKey: string,
  args: FieldTable,
): string {
  return `${destinationType[0]}${destination.length}:${destination}${routingKey.length}:${routingKey}${argumentsKey(args)}`;
}

/** The fields in a fixed order, as text; '' if there are none. */
function argumentsKey(args: FieldTable): string {
  if (args.size === 0) return '';
  const sorted = new Map([...args].sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(fieldTableToJson(sorted));
}

/** `~`, the routing key, or the routing key and a hash of the arguments; in a form that can stand in an address. */
export function propertiesKey({ routingKey, arguments: args }: Pick<Binding, 'routingKey' | 'arguments'>): string {
  if (args.size === 0) return routingKey === '' ? '~' : quoted(routingKey);
  const hash = createHash('sha256').update(argumentsKey(args)).digest('base64url');
  return `${quoted(routingKey)}~${hash.slice(0, 22)}`;
}

/** By way of bytes, as half a surrogate pair has no encoding. */
function quoted(text: string): string {
  const encoded = encodeURIComponent(Buffer.from(text).toString()).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return encoded.replaceAll('%20', '+');
}

/** @throws DomainError `precondition_failed` */
export function checkBinding(source: Exchange, routingKey: string, args: FieldTable): void {
  const type = routingType(source.type, source.arguments);
  if (type === 'headers') checkMatchMode(args.get('x-match'));
  if (type === 'x-consistent-hash') checkWeight(routingKey);
}

function checkMatchMode(mode: FieldValue | undefined): void {
  if (mode === undefined) return;
  if (mode.type !== 'longstr') {
    const text = `Invalid x-match field type ${typeName(mode)} (value ${valueText(mode)}); expected longstr`;
    throw preconditionFailed(text);
  }
  if (!MATCH_MODES.includes(mode.value)) {
    const text = `Invalid x-match field value <<"${mode.value}">>; expected all, any, all-with-x, or any-with-x`;
    throw preconditionFailed(text);
  }
}

function checkWeight(routingKey: string): void {
  const weight = /^[+-]?\d+$/.test(routingKey) ? Number(routingKey) : undefined;
  if (weight === undefined) throw preconditionFailed(`The binding key must be an integer: <<"${routingKey}">>`);
  if (weight < 1) throw preconditionFailed('The binding key must be greater than 0');
  if (weight > WEIGHT_MAX) throw preconditionFailed(`The binding key must be at most ${WEIGHT_MAX}`);
}
