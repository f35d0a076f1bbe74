/** One request while it is performed: who sent it, and the queues that it may use. */
import { checkAccountAccess, checkQueueAccess } from './access.ts';
import { AwsError } from './protocol/aws-error.ts';
import type { Action } from './protocol/operations.ts';
import type { SqsQueue } from './queue-view.ts';
import { formatQueueUrl, parseQueueUrl } from './rules/queue-url.ts';
import type { SqsServices } from './services.ts';
import type { SqsCaller } from './sqs-caller.ts';

export class Call {
  constructor(
    readonly services: SqsServices,
    readonly caller: SqsCaller,
    readonly action: Action,
  ) {}

  /** Throws `AwsError`. Any account and host will do. */
  queueAt(url: string): SqsQueue {
    const queue = this.services.views.find(parseQueueUrl(url).name);
    if (queue === undefined) throw new AwsError('QueueDoesNotExist');
    this.checkAccess(queue);
    return queue;
  }

  /** Throws `AwsError`. */
  checkAccess(queue: SqsQueue): void {
    checkQueueAccess(this.action, queue, this.caller, this.services.settings.accountId);
  }

  /** Of actions that concern no queue that is there. Throws `AwsError`. */
  checkAccountAccess(name = ''): void {
    checkAccountAccess(this.services.views.arnOf(name), this.caller, this.services.settings.accountId);
  }

  urlOf(name: string): string {
    return formatQueueUrl(this.caller.origin, this.services.settings.accountId, name);
  }
}
