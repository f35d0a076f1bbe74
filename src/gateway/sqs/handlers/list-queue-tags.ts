/** ListQueueTags: all tags of a queue. */
import type { Call } from '../call.ts';
import type { OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';

export function listQueueTags(_call: Call, { tags }: SqsQueue): OutputOf<'ListQueueTags'> {
  return { Tags: tags.size === 0 ? undefined : tags };
}
