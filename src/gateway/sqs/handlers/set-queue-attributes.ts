/** SetQueueAttributes: changes hold from now on, for messages that are there already too. */
import { changeAttributes } from '../attribute-changes.ts';
import type { Call } from '../call.ts';
import { missingParameter } from '../protocol/aws-error.ts';
import type { InputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { attributesToSet } from '../rules/queue-settings.ts';

export function setQueueAttributes(
  { services }: Call,
  queue: SqsQueue,
  { Attributes }: InputOf<'SetQueueAttributes'>,
): undefined {
  if (Attributes.size === 0) throw missingParameter('Attribute.Name');
  changeAttributes(services, queue, attributesToSet(Attributes, queue.attributes));
}
