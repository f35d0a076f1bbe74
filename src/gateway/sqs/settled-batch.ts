/** Batches of receipt handles: each entry is done or fails by itself. */
import type { Answer } from './handler.ts';
import { AwsError } from './protocol/aws-error.ts';
import { batchResult, type FailedEntry, failedEntry } from './rules/batch.ts';

export interface SettledBatch {
  readonly Successful: readonly { readonly Id: string }[] | undefined;
  readonly Failed: readonly FailedEntry[] | undefined;
}

/** @param settle throws or rejects with `AwsError` for what fails */
export function settleBatch<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  settle: (entry: Entry, index: number) => Answer<undefined>,
): Answer<SettledBatch> {
  const outcomes = entries.map((entry, index): Answer<AwsError | undefined> => {
    try {
      const settled = settle(entry, index);
      return settled instanceof Promise ? settled.catch(refusal) : settled;
    } catch (error) {
      return refusal(error);
    }
  });
  if (!outcomes.some((outcome) => outcome instanceof Promise)) {
    return batchOf(entries, outcomes as (AwsError | undefined)[]);
  }
  return Promise.all(outcomes).then((all) => batchOf(entries, all));
}

function refusal(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}

function batchOf(
  entries: readonly { readonly Id: string }[],
  outcomes: readonly (AwsError | undefined)[],
): SettledBatch {
  const Successful: { Id: string }[] = [];
  const Failed: FailedEntry[] = [];
  entries.forEach(({ Id }, i) => {
    const error = outcomes[i];
    if (error === undefined) Successful.push({ Id });
    else Failed.push(failedEntry(Id, error));
  });
  return batchResult(Successful, Failed);
}
