/** basic.reject: one delivery was not processed. */
import { defineHandler } from '../handler.ts';
import { settle } from './settle.ts';

export const basicReject = defineHandler('basic.reject', 'nothing', ({ deliveryTag, requeue }, channel) => {
  settle(channel, deliveryTag, false, requeue ? 'requeued' : 'rejected');
  return undefined;
});
