/** Classes 90 and 85: transactions (AMQP 0-9-1 §1.9) and RabbitMQ's publisher confirms. */
import { bit } from '../argument.ts';
import { method } from '../method.ts';

export const TX = {
  'tx.select': method(90, 10, {}),
  'tx.select-ok': method(90, 11, {}),
  'tx.commit': method(90, 20, {}),
  'tx.commit-ok': method(90, 21, {}),
  'tx.rollback': method(90, 30, {}),
  'tx.rollback-ok': method(90, 31, {}),
} as const;

export const CONFIRM = {
  'confirm.select': method(85, 10, { nowait: bit(false) }),
  'confirm.select-ok': method(85, 11, {}),
} as const;
