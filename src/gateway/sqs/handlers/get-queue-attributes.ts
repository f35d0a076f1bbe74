/** GetQueueAttributes: what was set, or else the defaults, and what the queue has at the moment. */
import type { Call } from '../call.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { shownAttributes } from '../rules/queue-settings.ts';

const MS_PER_SECOND = 1000;

export function getQueueAttributes(
  { services }: Call,
  queue: SqsQueue,
  { AttributeNames }: InputOf<'GetQueueAttributes'>,
): OutputOf<'GetQueueAttributes'> {
  const { ready, inFlight, delayed } = services.queues.pollCounts(queue.id);
  const live = {
    ApproximateNumberOfMessages: ready,
    ApproximateNumberOfMessagesNotVisible: inFlight,
    ApproximateNumberOfMessagesDelayed: delayed,
    CreatedTimestamp: Math.floor(queue.createdAtMs / MS_PER_SECOND),
    LastModifiedTimestamp: Math.floor(queue.modifiedAtMs / MS_PER_SECOND),
    QueueArn: queue.arn,
  };
  const shown = shownAttributes(queue.attributes, live, AttributeNames);
  return { Attributes: shown.size === 0 ? undefined : shown };
}
