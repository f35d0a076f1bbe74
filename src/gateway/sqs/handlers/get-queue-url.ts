/** GetQueueUrl: the address of a queue, whoever is said to own it. */
import type { Call } from '../call.ts';
import { AwsError } from '../protocol/aws-error.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import { checkQueueName } from '../rules/queue-name.ts';

export function getQueueUrl(call: Call, { QueueName: name }: InputOf<'GetQueueUrl'>): OutputOf<'GetQueueUrl'> {
  if (name === '') checkQueueName(name, false);
  const queue = call.services.views.find(name);
  if (queue === undefined) throw new AwsError('QueueDoesNotExist');
  call.checkAccess(queue);
  return { QueueUrl: call.urlOf(name) };
}
