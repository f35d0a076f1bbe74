/**
 * AMQP field tables as the JSON that people write and read, with RabbitMQ's types: whole numbers are `long`, others `double`,
 * texts `longstr`. Refuses null, whole numbers that JavaScript can't hold exactly, and what is nested too deep.
 *
 * The way out loses types that JSON has no form for: integers beyond 2^53 come as text, bytes that are no text as base64.
 */
import type { FieldTable, FieldValue } from '../../message/field-table.ts';
import { EMPTY_TABLE } from '../../message/field-table.ts';
import { badRequest } from './api-error.ts';
import { type Fields, isFields } from './body.ts';

const NESTING_MAX = 32;

/** @throws ApiError 400 */
export function tableOf(fields: Fields | undefined, depth = 0): FieldTable {
  const entries = Object.entries(fields ?? {});
  if (entries.length === 0) return EMPTY_TABLE;
  return new Map(entries.map(([name, value]) => [name, fieldOf(name, value, depth)]));
}

function fieldOf(name: string, value: unknown, depth: number): FieldValue {
  if (depth > NESTING_MAX) throw badRequest(`'${name}' is nested deeper than ${NESTING_MAX}`);
  switch (typeof value) {
    case 'string':
      return { type: 'longstr', value };
    case 'boolean':
      return { type: 'bool', value };
    case 'number':
      return numberOf(name, value);
  }
  if (Array.isArray(value)) return { type: 'array', value: value.map((each) => fieldOf(name, each, depth + 1)) };
  if (isFields(value)) return { type: 'table', value: tableOf(value, depth + 1) };
  throw badRequest('null_not_allowed');
}

function numberOf(name: string, value: number): FieldValue {
  if (!Number.isInteger(value)) return { type: 'double', value };
  if (Number.isSafeInteger(value)) return { type: 'int64', value: BigInt(value) };
  throw badRequest(`'${name}' is ${value}, more than can be taken as it is written`);
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export function tableJson(table: FieldTable): { [name: string]: Json } {
  if (table.size === 0) return {};
  return Object.fromEntries(Array.from(table, ([name, value]) => [name, valueJson(value)]));
}

function valueJson(field: FieldValue): Json {
  switch (field.type) {
    case 'void':
      return null;
    case 'int64':
    case 'timestamp':
      return integerJson(field.value);
    case 'binary':
      return field.value.toString('base64');
    case 'decimal':
      return field.value / 10 ** field.scale;
    case 'array':
      return field.value.map(valueJson);
    case 'table':
      return tableJson(field.value);
    default:
      return field.value;
  }
}

export function integerJson(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
