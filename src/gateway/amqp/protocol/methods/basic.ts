/** Class 60: messages (AMQP 0-9-1 §1.8; nack is RabbitMQ's). */
import { bit, long, longlong, reserved, short, shortstr, table } from '../argument.ts';
import { contentMethod, method } from '../method.ts';

export const BASIC = {
  'basic.qos': method(60, 10, { prefetchSize: long(0), prefetchCount: short(0), global: bit(false) }),
  'basic.qos-ok': method(60, 11, {}),
  'basic.consume': method(60, 20, {
    ticket: reserved('short'),
    queue: shortstr(''),
    consumerTag: shortstr(''),
    noLocal: bit(false),
    noAck: bit(false),
    exclusive: bit(false),
    nowait: bit(false),
    arguments: table(),
  }),
  'basic.consume-ok': method(60, 21, { consumerTag: shortstr() }),
  'basic.cancel': method(60, 30, { consumerTag: shortstr(), nowait: bit(false) }),
  'basic.cancel-ok': method(60, 31, { consumerTag: shortstr() }),
  'basic.publish': contentMethod(60, 40, {
    ticket: reserved('short'),
    exchange: shortstr(''),
    routingKey: shortstr(''),
    mandatory: bit(false),
    immediate: bit(false),
  }),
  'basic.return': contentMethod(60, 50, {
    replyCode: short(),
    replyText: shortstr(''),
    exchange: shortstr(),
    routingKey: shortstr(),
  }),
  'basic.deliver': contentMethod(60, 60, {
    consumerTag: shortstr(),
    deliveryTag: longlong(),
    redelivered: bit(false),
    exchange: shortstr(),
    routingKey: shortstr(),
  }),
  'basic.get': method(60, 70, { ticket: reserved('short'), queue: shortstr(''), noAck: bit(false) }),
  'basic.get-ok': contentMethod(60, 71, {
    deliveryTag: longlong(),
    redelivered: bit(false),
    exchange: shortstr(),
    routingKey: shortstr(),
    messageCount: long(),
  }),
  'basic.get-empty': method(60, 72, { clusterId: reserved('shortstr') }),
  'basic.ack': method(60, 80, { deliveryTag: longlong(0), multiple: bit(false) }),
  'basic.reject': method(60, 90, { deliveryTag: longlong(), requeue: bit(true) }),
  'basic.recover-async': method(60, 100, { requeue: bit(false) }),
  'basic.recover': method(60, 110, { requeue: bit(false) }),
  'basic.recover-ok': method(60, 111, {}),
  'basic.nack': method(60, 120, { deliveryTag: longlong(0), multiple: bit(false), requeue: bit(true) }),
} as const;
