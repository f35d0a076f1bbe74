/** Messages of queues as AMQP clients are given them. */

import { amqpFromSqs } from '../../message/amqp-from-sqs.ts';
import { NO_PROPERTIES } from '../../message/amqp-properties.ts';
import { encodeProperties, rewriteProperties } from '../../message/amqp-properties-codec.ts';
import { PropertiesReader } from '../../message/amqp-properties-reader.ts';
import type { FieldTable } from '../../message/field-table.ts';
import type { Message } from '../../message/message.ts';
import type { Content } from './protocol/frame-writer.ts';

const PERSISTENT = 2;
const DELIVERY_COUNT = 'x-delivery-count';
const reader = new PropertiesReader();

/** What came by AMQP is as it was; what came through SQS is converted at each call. */
export function contentOf(message: Message): Content {
  const { origin, exchange, routingKey } = message;
  switch (origin) {
    case 'amqp':
      return message;
    case 'sqs': {
      const { properties, body } = amqpFromSqs(message);
      return { exchange, routingKey, properties, body };
    }
    default: {
      const properties = message.persistent ? encodeProperties({ deliveryMode: PERSISTENT }) : NO_PROPERTIES;
      return { exchange, routingKey, properties, body: message.body };
    }
  }
}

/** As quorum queues deliver what was returned: a header counts how often it was. */
export function withDeliveryCount(content: Content, count: number): Content {
  const { exchange, routingKey, properties, body } = content;
  const headers = new Map(reader.read(properties).headers ?? []);
  headers.set(DELIVERY_COUNT, { type: 'int64', value: BigInt(count) });
  return { exchange, routingKey, properties: rewriteProperties(properties, { headers: headers as FieldTable }), body };
}
