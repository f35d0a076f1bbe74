/** Message properties as JSON, by RabbitMQ's names. Refuses those of the wrong type; unknown ones are ignored, as there. */
import { integerJson, tableJson, tableOf } from './amqp-json.ts';
import type { MessageProperties } from './amqp-port.ts';
import { badRequest } from './api-error.ts';
import { type Fields, field, isFields } from './body.ts';

const TEXTS = {
  content_type: 'contentType',
  content_encoding: 'contentEncoding',
  correlation_id: 'correlationId',
  reply_to: 'replyTo',
  expiration: 'expiration',
  message_id: 'messageId',
  type: 'type',
  user_id: 'userId',
  app_id: 'appId',
  cluster_id: 'clusterId',
} as const satisfies Record<string, keyof MessageProperties>;

const SHORTSTR_BYTES_MAX = 255;
const OCTET_MAX = 255;

/** RabbitMQ writes an empty list when there are none. */
export function propertiesJson(properties: MessageProperties): object {
  const { deliveryMode, priority, timestamp, headers } = properties;
  const shown: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(TEXTS)) if (properties[key] !== undefined) shown[name] = properties[key];
  if (timestamp !== undefined) shown.timestamp = integerJson(timestamp);
  if (priority !== undefined) shown.priority = priority;
  if (deliveryMode !== undefined) shown.delivery_mode = deliveryMode;
  if (headers !== undefined) shown.headers = tableJson(headers);
  return Object.keys(shown).length === 0 ? [] : shown;
}

/** @throws ApiError 400 */
export function propertiesOf(fields: Fields): MessageProperties {
  const texts = Object.fromEntries(Object.entries(TEXTS).map(([name, key]) => [key, text(fields, name)]));
  const headers = field(fields, 'headers');
  if (headers !== undefined && !isFields(headers)) throw badRequest('headers should be an object');
  const timestamp = integer(fields, 'timestamp', Number.MAX_SAFE_INTEGER);
  return {
    ...(texts as Record<(typeof TEXTS)[keyof typeof TEXTS], string | undefined>),
    headers: headers === undefined ? undefined : tableOf(headers),
    deliveryMode: integer(fields, 'delivery_mode', OCTET_MAX),
    priority: integer(fields, 'priority', OCTET_MAX),
    timestamp: timestamp === undefined ? undefined : BigInt(timestamp),
  };
}

function text(fields: Fields, name: string): string | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw badRequest(`not_string: ${name}`);
  if (Buffer.byteLength(value) > SHORTSTR_BYTES_MAX) {
    throw badRequest(`${name} is longer than ${SHORTSTR_BYTES_MAX} bytes`);
  }
  return value;
}

function integer(fields: Fields, name: string, max: number): number | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw badRequest(`not_int: ${name}`);
  if (value < 0 || value > max) throw badRequest(`${name} is out of range: 0 to ${max}`);
  return value;
}
