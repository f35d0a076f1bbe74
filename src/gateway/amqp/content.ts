/** Messages of queues as AMQP clients are given them. */

import { NO_PROPERTIES } from '../../message/amqp-properties.ts';
import { encodeProperties, rewriteProperties } from '../../message/amqp-properties-codec.ts';
import { PropertiesReader } from '../../message/amqp-properties-reader.ts';
import type { FieldTable } from '../../message/field-table.ts';
import type { Message } from '../../message/message.ts';
import type { Content } from './protocol/frame-writer.ts';

const PERSISTENT = 2;
const DELIVERY_COUNT = 'x-delivery-count';
const reader = new PropertiesReader();

/** What another protocol published has no properties of AMQP's but whether it lasts. */
export function contentOf(message: Message): Content {
  if (message.origin === 'amqp') return message;
  const properties = message.persistent ? encodeProperties({ deliveryMode: PERSISTENT }) : NO_PROPERTIES;
  return { exchange: message.exchange, routingKey: message.routingKey, properties, body: message.body };
}

/** As quorum queues deliver what was returned: a header counts how often it was. */
export function withDeliveryCount(content: Content, count: number): Content {
  const { exchange, routingKey, properties, body } = content;
  const headers = new Map(reader.read(properties).headers ?? []);
  headers.set(DELIVERY_COUNT, { type: 'int64', value: BigInt(count) });
  return { exchange, routingKey, properties: rewriteProperties(properties, { headers: headers as FieldTable }), body };
}
