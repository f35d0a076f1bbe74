/** SendMessageBatch: up to ten messages, each of which is taken or fails by itself, in their order. */
import type { Call } from '../call.ts';
import { checkSpace } from '../disk-space.ts';
import { awsErrorOf } from '../domain-errors.ts';
import { AwsError } from '../protocol/aws-error.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { batchResult, type FailedEntry, failedEntry } from '../rules/batch.ts';
import { type CheckedMessage, checkSendMessageBatch, type SendEntry } from '../rules/send.ts';
import { type SentMessage, sendTo } from '../sending.ts';

type Output = OutputOf<'SendMessageBatch'>;

export function sendMessageBatch(call: Call, queue: SqsQueue, { Entries }: InputOf<'SendMessageBatch'>): Output {
  const results = checkSendMessageBatch(Entries, queue.settings);
  checkSpace(call.services);
  const Successful: NonNullable<Output['Successful']>[number][] = [];
  const Failed: FailedEntry[] = [];
  Entries.forEach((entry, i) => {
    const checked = results[i];
    if (checked === undefined) return;
    const sent = checked instanceof AwsError ? checked : sentOrRefused(call, queue, entry, checked);
    if (sent instanceof AwsError) Failed.push(failedEntry(entry.Id, sent));
    else Successful.push({ Id: entry.Id, ...sent });
  });
  return batchResult(Successful, Failed);
}

/** What a full queue refuses fails alone: others are in it already. */
function sentOrRefused(call: Call, queue: SqsQueue, entry: SendEntry, checked: CheckedMessage): SentMessage | AwsError {
  try {
    return sendTo(call, queue, entry, checked);
  } catch (error) {
    const known = awsErrorOf(error);
    if (known instanceof AwsError) return known;
    throw known;
  }
}
