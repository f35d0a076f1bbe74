/** What an exchange may be declared with: its type, and the arguments that its type reads. */
import { DomainError } from '../../base/errors.ts';
import type { FieldTable } from '../../message/field-table.ts';
import { typeName, valueText } from '../../message/field-text.ts';
import { EXCHANGE_TYPES, type ExchangeType } from './model.ts';
import { preconditionFailed } from './refusals.ts';
import { SOURCE_OFFSET, SOURCE_TOPIC } from './source-topic.ts';

export const ALTERNATE_EXCHANGE = 'alternate-exchange';
const DELAYED_TYPE = 'x-delayed-type';
const COMPARED: readonly string[] = [ALTERNATE_EXCHANGE, SOURCE_TOPIC, SOURCE_OFFSET];

/** What an exchange of type x-consistent-hash can read instead of the routing key. */
export const HASH_PROPERTIES = ['message_id', 'correlation_id', 'timestamp'] as const;
export type HashProperty = (typeof HASH_PROPERTIES)[number];

/** The arguments that a second declaration must repeat. */
export function comparedArguments(type: ExchangeType): readonly string[] {
  return type === 'x-delayed-message' ? [...COMPARED, DELAYED_TYPE] : COMPARED;
}

/** @throws DomainError `command_invalid` */
export function checkExchangeType(name: string): ExchangeType {
  const type = EXCHANGE_TYPES.find((known) => known === name);
  if (type === undefined) throw new DomainError('command_invalid', `unknown exchange type '${name}'`);
  return type;
}

/**
 * The name of an exchange in an argument; undefined if there is none.
 * @param what the declared thing as texts name it
 * @throws DomainError `precondition_failed`
 */
export function exchangeNameIn(args: FieldTable, argument: string, what: string): string | undefined {
  const value = args.get(argument);
  if (value === undefined || value.type === 'longstr') return value?.value;
  throw preconditionFailed(`invalid type '${typeName(value)}' for arg '${argument}' in ${what}`);
}

/** @throws DomainError `precondition_failed`, or `command_invalid` for an unknown type within */
export function checkExchangeArguments(type: ExchangeType, args: FieldTable): void {
  if (type === 'x-consistent-hash') checkHashArguments(args);
  if (type === 'x-delayed-message') checkDelayedType(args);
}

/** The type by which an x-delayed-message exchange routes; of other exchanges their own. */
export function routingType(type: ExchangeType, args: FieldTable): ExchangeType {
  if (type !== 'x-delayed-message') return type;
  const value = args.get(DELAYED_TYPE);
  return value?.type === 'longstr' ? checkExchangeType(value.value) : type;
}

function checkDelayedType(args: FieldTable): void {
  const value = args.get(DELAYED_TYPE);
  if (value?.type !== 'longstr') {
    throw preconditionFailed(`Invalid argument, '${DELAYED_TYPE}' must be an existing exchange type`);
  }
  const type = checkExchangeType(value.value);
  if (type === 'x-delayed-message') {
    throw preconditionFailed(`Invalid argument, 'x-delayed-message' can't be used for '${DELAYED_TYPE}'`);
  }
  checkExchangeArguments(type, args);
}

function checkHashArguments(args: FieldTable): void {
  const header = args.get('hash-header');
  const property = args.get('hash-property');
  if (header !== undefined && property !== undefined) {
    throw preconditionFailed('hash-header and hash-property are mutually exclusive');
  }
  if (header !== undefined && header.type !== 'longstr') {
    throw preconditionFailed(`invalid type '${typeName(header)}' for arg 'hash-header'`);
  }
  if (
    property !== undefined &&
    !HASH_PROPERTIES.some((known) => property.type === 'longstr' && property.value === known)
  ) {
    throw preconditionFailed(`Unsupported property: ${valueText(property)}`);
  }
}
