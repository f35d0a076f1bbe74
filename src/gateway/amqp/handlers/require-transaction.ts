/** The transaction of a channel that must have one. */
import type { Channel } from '../channel.ts';
import { AmqpError } from '../errors.ts';
import { ReplyCode } from '../protocol/reply-codes.ts';
import type { Transaction } from '../transaction.ts';

/** @throws AmqpError */
export function requireTransaction({ mode }: Channel): Transaction {
  if (mode.name === 'tx') return mode.transaction;
  throw new AmqpError(ReplyCode.PRECONDITION_FAILED, 'channel is not transactional');
}
