/** What receipt handles are for: deleting a message, or changing how long it stays invisible; alone or as an entry of a batch. */
import type { MessageId } from '../../queue/message-id.ts';
import { HELD_MS_MAX, type RemoveOutcome } from '../../queue/polling.ts';
import type { Call } from './call.ts';
import type { Answer } from './handler.ts';
import { AwsError, echoed, invalidParameter } from './protocol/aws-error.ts';
import type { SqsQueue } from './queue-view.ts';
import type { Receipt } from './receipt-handles.ts';
import { checkNewVisibilityTimeout } from './rules/parameters.ts';

const MS_PER_SECOND = 1000;

/** Deleting again is no error, nor is an old handle of a queue that is not FIFO. Throws or rejects with `AwsError`. */
export function removeMessage(call: Call, queue: SqsQueue, handle: string): Answer<undefined> {
  const { messageId, receiveCount } = receiptOf(call, queue, handle);
  const outcome = call.services.queues.remove(queue.id, messageId as MessageId, receiveCount);
  return outcome instanceof Promise
    ? outcome.then((settled) => checkRemoved(settled, handle))
    : checkRemoved(outcome, handle);
}

function checkRemoved(outcome: RemoveOutcome, handle: string): undefined {
  if (outcome !== 'expired') return undefined;
  throw invalidParameter(handle, 'ReceiptHandle', 'The receipt handle has expired');
}

/** A handle that has expired changes nothing, without an error. Throws `AwsError`. */
export function changeVisibility(call: Call, queue: SqsQueue, handle: string, seconds: number): undefined {
  checkNewVisibilityTimeout(seconds);
  const { messageId, receiveCount } = receiptOf(call, queue, handle);
  const { queues } = call.services;
  const outcome = queues.changeVisibility(queue.id, messageId as MessageId, receiveCount, seconds * MS_PER_SECOND);
  if (outcome === 'too_long') {
    const reason = `Total VisibilityTimeout for the message is beyond the limit [${HELD_MS_MAX / MS_PER_SECOND} seconds]`;
    throw invalidParameter(seconds, 'VisibilityTimeout', reason);
  }
  if (outcome !== 'gone') return undefined;
  const reason = 'Message does not exist or is not available for visibility timeout change';
  throw invalidParameter(handle, 'ReceiptHandle', reason);
}

function receiptOf({ services }: Call, queue: SqsQueue, handle: string): Receipt {
  const receipt = services.receipts.decode(handle);
  if (receipt.queueId === queue.id) return receipt;
  throw new AwsError('ReceiptHandleIsInvalid', `The receipt handle "${echoed(handle)}" is not valid for this queue.`);
}
