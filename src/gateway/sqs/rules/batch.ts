/** The rules that all batches share. What is wrong with the batch fails the request; the rest fails an entry. */
import { AwsError, echoed } from '../protocol/aws-error.ts';
import type { OutputOf } from '../protocol/operations.ts';

export type FailedEntry = NonNullable<OutputOf<'SendMessageBatch'>['Failed']>[number];

const ENTRY_ID = /^[a-zA-Z0-9_-]{1,80}$/;

/** Throws `AwsError`. That there are not too many entries is known since they were decoded. */
export function checkBatchEntries(entries: readonly { readonly Id: string }[], entryName: string): void {
  if (entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', `There should be at least one ${entryName} in the request.`);
  }
  const ids = new Set<string>();
  for (const { Id: id } of entries) {
    if (!ENTRY_ID.test(id)) throw new AwsError('InvalidBatchEntryId');
    if (ids.has(id)) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${echoed(id)} repeated.`);
    ids.add(id);
  }
}

/** What a batch is answered with: a list without entries is left out. */
export function batchResult<Done>(done: readonly Done[], failed: readonly FailedEntry[]) {
  return { Successful: done.length === 0 ? undefined : done, Failed: failed.length === 0 ? undefined : failed };
}

export function failedEntry(id: string, error: AwsError): FailedEntry {
  const { queryCode, fault } = error.spec;
  return { Id: id, SenderFault: fault === 'Sender', Code: queryCode, Message: error.message };
}
