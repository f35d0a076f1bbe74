/** access.request: of AMQP 0-8, still sent by old clients; every ticket is as good as any other. */
import { defineHandler, reply } from '../handler.ts';

export const accessRequest = defineHandler('access.request', 'nothing', () =>
  reply('access.request-ok', { ticket: 1 }),
);
