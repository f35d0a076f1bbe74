/** basic.nack, RabbitMQ's extension: deliveries were not processed. */
import { defineHandler } from '../handler.ts';
import { settle } from './settle.ts';

export const basicNack = defineHandler('basic.nack', 'nothing', ({ deliveryTag, multiple, requeue }, channel) => {
  settle(channel, deliveryTag, multiple, requeue ? 'requeued' : 'rejected');
  return undefined;
});
