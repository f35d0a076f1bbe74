/** SendMessageBatch: up to ten messages, each of which is taken or fails by itself, in their order. */
import type { Call } from '../call.ts';
import { checkSpace } from '../disk-space.ts';
import { AwsError } from '../protocol/aws-error.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { type FailedEntry, failedEntry } from '../rules/batch.ts';
import { checkSendMessageBatch } from '../rules/send.ts';
import { sendTo } from '../sending.ts';

type Output = OutputOf<'SendMessageBatch'>;

export function sendMessageBatch(call: Call, queue: SqsQueue, { Entries }: InputOf<'SendMessageBatch'>): Output {
  const results = checkSendMessageBatch(Entries, queue.settings);
  checkSpace(call.services);
  const Successful: Output['Successful'][number][] = [];
  const Failed: FailedEntry[] = [];
  Entries.forEach((entry, i) => {
    const checked = results[i];
    if (checked === undefined) return;
    if (checked instanceof AwsError) Failed.push(failedEntry(entry.Id, checked));
    else Successful.push({ Id: entry.Id, ...sendTo(call, queue, entry, checked) });
  });
  return { Successful, Failed };
}
