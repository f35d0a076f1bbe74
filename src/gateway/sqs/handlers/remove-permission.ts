/** RemovePermission: one statement less in the policy of the queue, which goes with its last one. */
import { changeAttributes } from '../attribute-changes.ts';
import type { Call } from '../call.ts';
import type { InputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { removePermission as withoutPermission } from '../rules/queue-policy.ts';

export function removePermission({ services }: Call, queue: SqsQueue, input: InputOf<'RemovePermission'>): undefined {
  const policy = withoutPermission(queue.settings.policy, input.Label);
  changeAttributes(services, queue, new Map([['Policy', policy]]));
}
