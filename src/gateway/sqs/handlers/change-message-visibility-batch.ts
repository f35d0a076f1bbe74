/** ChangeMessageVisibilityBatch: up to ten changes. */
import type { Call } from '../call.ts';
import type { Answer } from '../handler.ts';
import { missingParameter } from '../protocol/aws-error.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { checkBatchEntries } from '../rules/batch.ts';
import { settleBatch } from '../settled-batch.ts';
import { changeVisibility } from '../settling.ts';

const ENTRY = 'ChangeMessageVisibilityBatchRequestEntry';

export function changeMessageVisibilityBatch(
  call: Call,
  queue: SqsQueue,
  { Entries }: InputOf<'ChangeMessageVisibilityBatch'>,
): Answer<OutputOf<'ChangeMessageVisibilityBatch'>> {
  checkBatchEntries(Entries, ENTRY);
  return settleBatch(Entries, ({ ReceiptHandle, VisibilityTimeout }, i) => {
    if (VisibilityTimeout === undefined) throw missingParameter(`${ENTRY}.${i + 1}.VisibilityTimeout`);
    return changeVisibility(call, queue, ReceiptHandle, VisibilityTimeout);
  });
}
