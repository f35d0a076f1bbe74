/**
 * What clients are told of the server in connection.start. Some choose by product and version what they ask for, so both are
 * RabbitMQ's; the platform says who it really is.
 */
import type { FieldTable, FieldValue } from '../../message/field-table.ts';

const CAPABILITIES = [
  'publisher_confirms',
  'exchange_exchange_bindings',
  'basic.nack',
  'consumer_cancel_notify',
  'connection.blocked',
  'consumer_priorities',
  'authentication_failure_close',
  'per_consumer_qos',
  'direct_reply_to',
];

const TRUE: FieldValue = { type: 'bool', value: true };

export function serverProperties(version: string): FieldTable {
  const text = (value: string): FieldValue => ({ type: 'longstr', value });
  return new Map<string, FieldValue>([
    ['capabilities', { type: 'table', value: new Map(CAPABILITIES.map((name) => [name, TRUE])) }],
    ['cluster_name', text('trilog')],
    ['copyright', text('The authors of Trilog')],
    ['information', text('Licensed under the Apache License 2.0')],
    ['platform', text('Trilog')],
    ['product', text('RabbitMQ')],
    ['version', text(version)],
  ]);
}
