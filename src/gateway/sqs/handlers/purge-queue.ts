/** PurgeQueue: all messages go, those in flight and delayed included. */
import type { Call } from '../call.ts';
import { AwsError } from '../protocol/aws-error.ts';
import type { SqsQueue } from '../queue-view.ts';

export function purgeQueue({ services }: Call, { id, name }: SqsQueue): undefined {
  const { purges, queues } = services;
  if (purges.isResting(id)) {
    const text = `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`;
    throw new AwsError('PurgeQueueInProgress', text);
  }
  queues.purgeAll(id);
  purges.began(id);
}
