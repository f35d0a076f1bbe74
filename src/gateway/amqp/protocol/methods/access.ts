/** Class 30: access tickets of AMQP 0-8, which RabbitMQ still answers. */
import { bit, short, shortstr } from '../argument.ts';
import { method } from '../method.ts';

export const ACCESS = {
  'access.request': method(30, 10, {
    realm: shortstr('/data'),
    exclusive: bit(false),
    passive: bit(true),
    active: bit(true),
    write: bit(true),
    read: bit(true),
  }),
  'access.request-ok': method(30, 11, { ticket: short(1) }),
} as const;
