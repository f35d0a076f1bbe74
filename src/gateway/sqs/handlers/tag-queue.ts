/** TagQueue: adds tags, or gives them new values. */
import { changeTags } from '../attribute-changes.ts';
import type { Call } from '../call.ts';
import type { InputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { withTags } from '../rules/tags.ts';

export function tagQueue({ services }: Call, queue: SqsQueue, { Tags }: InputOf<'TagQueue'>): undefined {
  changeTags(services, queue, withTags(queue.name, queue.tags, Tags));
}
