/** UntagQueue: takes tags away; those that are not there are no error. */
import { changeTags } from '../attribute-changes.ts';
import type { Call } from '../call.ts';
import type { InputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { withoutTags } from '../rules/tags.ts';

export function untagQueue({ services }: Call, queue: SqsQueue, { TagKeys }: InputOf<'UntagQueue'>): undefined {
  changeTags(services, queue, withoutTags(queue.tags, TagKeys));
}
