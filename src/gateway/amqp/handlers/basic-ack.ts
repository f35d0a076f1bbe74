/** basic.ack: deliveries were processed. */
import { defineHandler } from '../handler.ts';
import { settle } from './settle.ts';

export const basicAck = defineHandler('basic.ack', 'nothing', ({ deliveryTag, multiple }, channel) => {
  settle(channel, deliveryTag, multiple, 'accepted');
  return undefined;
});
