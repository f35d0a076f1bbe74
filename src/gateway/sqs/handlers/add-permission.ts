/** AddPermission: one statement more in the policy of the queue. */
import { changeAttributes } from '../attribute-changes.ts';
import type { Call } from '../call.ts';
import type { InputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { addPermission as withPermission } from '../rules/queue-policy.ts';

export function addPermission({ services }: Call, queue: SqsQueue, input: InputOf<'AddPermission'>): undefined {
  const permission = { label: input.Label, accountIds: input.AWSAccountIds, actions: input.Actions };
  const policy = withPermission(queue.settings.policy, queue.arn, permission);
  changeAttributes(services, queue, new Map([['Policy', policy]]));
}
