/** Move tasks as SQS names them, and the queues that they are about, which are named by ARNs of any region and account. */
import type { MoveFailure, MoveStatus, MoveTask } from '../../queue/move-tasks/move-task.ts';
import type { Call } from './call.ts';
import { AwsError } from './protocol/aws-error.ts';
import { ERRORS } from './protocol/errors.ts';
import type { OutputOf } from './protocol/operations.ts';
import type { SqsQueue } from './queue-view.ts';
import { parseQueueArn } from './rules/queue-arn.ts';
import { encodeTaskHandle } from './tokens.ts';

type Shown = NonNullable<OutputOf<'ListMessageMoveTasks'>['Results']>[number];

const STATUS = {
  running: 'RUNNING',
  cancelling: 'CANCELLING',
  completed: 'COMPLETED',
  cancelled: 'CANCELLED',
  failed: 'FAILED',
} as const satisfies Record<MoveStatus, string>;

const FAILURES = {
  destination_unknown: 'CouldNotDetermineMessageSource',
  destination_gone: ERRORS.QueueDoesNotExist.queryCode,
  destination_refused: ERRORS.OverLimit.queryCode,
  source_failed: ERRORS.InternalFailure.queryCode,
} as const satisfies Record<MoveFailure, string>;

/** Throws `AwsError`. */
export function queueOfArn(call: Call, arn: string, parameter: 'SourceArn' | 'DestinationArn'): SqsQueue {
  const parsed = parseQueueArn(arn);
  if (parsed === undefined) {
    throw new AwsError(
      'InvalidParameterValueException',
      `You must use this format to specify the ${parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
    );
  }
  const queue = call.services.views.find(parsed.name);
  if (queue === undefined) {
    const text = `The resource that you specified for the ${parameter} parameter doesn't exist.`;
    throw new AwsError('ResourceNotFoundException', text);
  }
  call.checkAccess(queue);
  return queue;
}

export function shownTask({ services }: Call, source: SqsQueue, task: MoveTask): Shown {
  const { id, destination, perSecondMax, startedAtMs, toMove, moved, status, failure } = task;
  return {
    TaskHandle: status === 'running' ? encodeTaskHandle({ taskId: id, sourceArn: source.arn }) : undefined,
    Status: STATUS[status],
    SourceArn: source.arn,
    DestinationArn: destination === undefined ? undefined : services.views.arnOf(destination),
    MaxNumberOfMessagesPerSecond: perSecondMax,
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
    FailureReason: failure && FAILURES[failure],
    StartedTimestamp: Math.floor(startedAtMs),
  };
}
