/** Class 40: exchanges (AMQP 0-9-1 §1.6; bind and unbind are RabbitMQ's, whose unbind-ok is number 51). */
import { bit, reserved, shortstr, table } from '../argument.ts';
import { method } from '../method.ts';

export const EXCHANGE = {
  'exchange.declare': method(40, 10, {
    ticket: reserved('short'),
    exchange: shortstr(),
    type: shortstr('direct'),
    passive: bit(false),
    durable: bit(false),
    autoDelete: bit(false),
    internal: bit(false),
    nowait: bit(false),
    arguments: table(),
  }),
  'exchange.declare-ok': method(40, 11, {}),
  'exchange.delete': method(40, 20, {
    ticket: reserved('short'),
    exchange: shortstr(),
    ifUnused: bit(false),
    nowait: bit(false),
  }),
  'exchange.delete-ok': method(40, 21, {}),
  'exchange.bind': method(40, 30, {
    ticket: reserved('short'),
    destination: shortstr(),
    source: shortstr(),
    routingKey: shortstr(''),
    nowait: bit(false),
    arguments: table(),
  }),
  'exchange.bind-ok': method(40, 31, {}),
  'exchange.unbind': method(40, 40, {
    ticket: reserved('short'),
    destination: shortstr(),
    source: shortstr(),
    routingKey: shortstr(''),
    nowait: bit(false),
    arguments: table(),
  }),
  'exchange.unbind-ok': method(40, 51, {}),
} as const;
