/** ChangeMessageVisibility: when a message in flight can be received again. */
import type { Call } from '../call.ts';
import type { InputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { changeVisibility } from '../settling.ts';

export function changeMessageVisibility(
  call: Call,
  queue: SqsQueue,
  input: InputOf<'ChangeMessageVisibility'>,
): undefined {
  return changeVisibility(call, queue, input.ReceiptHandle, input.VisibilityTimeout);
}
