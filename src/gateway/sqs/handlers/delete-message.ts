/** DeleteMessage: the message will not be received again. */
import type { Call } from '../call.ts';
import type { Answer } from '../handler.ts';
import type { InputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { removeMessage } from '../settling.ts';

export function deleteMessage(call: Call, queue: SqsQueue, input: InputOf<'DeleteMessage'>): Answer<undefined> {
  return removeMessage(call, queue, input.ReceiptHandle);
}
