/** What a broker said, as plain JSON that can be compared: nothing is left out that it could have said differently. */
import type { BasicProperties } from '../../../src/message/amqp-properties.ts';
import type { FieldTable, FieldValue } from '../../../src/message/field-table.ts';
import { fieldTableToJson } from '../../../src/message/field-table-json.ts';
import type { Received } from '../../support/amqp-end.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export function describe(received: Received): Json {
  const { body, properties, ...rest } = received;
  const described: Record<string, Json> = {};
  for (const [name, value] of Object.entries(rest)) described[name] = plain(value);
  if (properties !== undefined) described.properties = describeProperties(properties);
  if (body !== undefined) described.body = body.length > 200 ? `${body.length} bytes` : body.toString();
  return described;
}

function describeProperties(properties: BasicProperties): Json {
  const described: Record<string, Json> = {};
  for (const [name, value] of Object.entries(properties)) if (value !== undefined) described[name] = plain(value);
  return described;
}

function plain(value: unknown): Json {
  if (value instanceof Map) return byName(value as FieldTable);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'bigint') return String(value);
  return value as Json;
}

/** What RabbitMQ 4 tells of deaths and 3 does not. */
const NEWER = /^x-last-death-/;

/** Fields in the order of their names, which means nothing, at all depths. */
function byName(table: FieldTable): Json {
  const sorted = (fields: FieldTable): FieldTable =>
    new Map(
      [...fields]
        .filter(([name]) => !NEWER.test(name))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => [name, deep(value)]),
    );
  const deep = (value: FieldValue): FieldValue => {
    if (value.type === 'table') return { type: 'table', value: sorted(value.value) };
    return value.type === 'array' ? { type: 'array', value: value.value.map(deep) } : value;
  };
  return fieldTableToJson(sorted(table)) as unknown as Json;
}
