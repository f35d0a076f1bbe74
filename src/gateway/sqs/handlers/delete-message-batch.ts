/** DeleteMessageBatch: up to ten deletions. */
import type { Call } from '../call.ts';
import type { Answer } from '../handler.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { checkBatchEntries } from '../rules/batch.ts';
import { settleBatch } from '../settled-batch.ts';
import { removeMessage } from '../settling.ts';

export function deleteMessageBatch(
  call: Call,
  queue: SqsQueue,
  { Entries }: InputOf<'DeleteMessageBatch'>,
): Answer<OutputOf<'DeleteMessageBatch'>> {
  checkBatchEntries(Entries, 'DeleteMessageBatchRequestEntry');
  return settleBatch(Entries, ({ ReceiptHandle }) => removeMessage(call, queue, ReceiptHandle));
}
