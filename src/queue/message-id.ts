/** One message within its queue: its lane and its offset there, in one number. Only equality means anything to others. */
import type { Brand } from '../base/brand.ts';

export type MessageId = Brand<number, 'MessageId'>;

/** AMQP priorities are one octet. */
const LANES = 256;

export function idOf(lane: number, offset: number): MessageId {
  return (offset * LANES + lane) as MessageId;
}

export function laneOf(id: MessageId): number {
  return id % LANES;
}

export function offsetOf(id: MessageId): number {
  return Math.floor(id / LANES);
}
