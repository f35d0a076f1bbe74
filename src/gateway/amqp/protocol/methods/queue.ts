/** Class 50: queues (AMQP 0-9-1 §1.7). */
import { bit, long, reserved, shortstr, table } from '../argument.ts';
import { method } from '../method.ts';

export const QUEUE = {
  'queue.declare': method(50, 10, {
    ticket: reserved('short'),
    queue: shortstr(''),
    passive: bit(false),
    durable: bit(false),
    exclusive: bit(false),
    autoDelete: bit(false),
    nowait: bit(false),
    arguments: table(),
  }),
  'queue.declare-ok': method(50, 11, { queue: shortstr(), messageCount: long(), consumerCount: long() }),
  'queue.bind': method(50, 20, {
    ticket: reserved('short'),
    queue: shortstr(''),
    exchange: shortstr(),
    routingKey: shortstr(''),
    nowait: bit(false),
    arguments: table(),
  }),
  'queue.bind-ok': method(50, 21, {}),
  'queue.purge': method(50, 30, { ticket: reserved('short'), queue: shortstr(''), nowait: bit(false) }),
  'queue.purge-ok': method(50, 31, { messageCount: long() }),
  'queue.delete': method(50, 40, {
    ticket: reserved('short'),
    queue: shortstr(''),
    ifUnused: bit(false),
    ifEmpty: bit(false),
    nowait: bit(false),
  }),
  'queue.delete-ok': method(50, 41, { messageCount: long() }),
  'queue.unbind': method(50, 50, {
    ticket: reserved('short'),
    queue: shortstr(''),
    exchange: shortstr(),
    routingKey: shortstr(''),
    arguments: table(),
  }),
  'queue.unbind-ok': method(50, 51, {}),
} as const;
