/** StartMessageMoveTask: from a dead-letter queue to where its messages came from, or to another queue of the same kind. */
import { DomainError } from '../../../base/errors.ts';
import { type Queue, ROOT_VHOST } from '../../../catalog/amqp/model.ts';
import type { MoveTask } from '../../../queue/move-tasks/move-task.ts';
import type { NewMoveTask } from '../../../queue/move-tasks/move-tasks.ts';
import type { Call } from '../call.ts';
import { queueOfArn } from '../move-task-view.ts';
import { AwsError } from '../protocol/aws-error.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { checkMaxNumberOfMessagesPerSecond } from '../rules/parameters.ts';
import { encodeTaskHandle } from '../tokens.ts';

export function startMessageMoveTask(
  call: Call,
  input: InputOf<'StartMessageMoveTask'>,
): OutputOf<'StartMessageMoveTask'> {
  const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: perSecondMax } = input;
  checkMaxNumberOfMessagesPerSecond(perSecondMax);
  const source = queueOfArn(call, SourceArn, 'SourceArn');
  const destination = DestinationArn ? queueOfArn(call, DestinationArn, 'DestinationArn') : undefined;
  checkEnds(call, source, destination);
  const task = start(call, { source: source.queue, destination: destination?.queue, perSecondMax });
  return { TaskHandle: encodeTaskHandle({ taskId: task.id, sourceArn: source.arn }) };
}

function checkEnds({ services }: Call, source: SqsQueue, destination: SqsQueue | undefined): void {
  if (!isDeadLetterQueue(services.catalog.queues(ROOT_VHOST), source.name)) {
    throw invalid('Source queue must be configured as a Dead Letter Queue.');
  }
  if (destination === undefined) return;
  if (destination.id === source.id) throw invalid('Source queue arn and destination queue arn must be different.');
  if ((destination.fifo === undefined) !== (source.fifo === undefined)) {
    throw invalid('Source queue and destination queue must be of the same type.');
  }
}

function isDeadLetterQueue(queues: Iterable<Queue>, name: string): boolean {
  for (const { settings } of queues) if (settings.redriveQueue === name) return true;
  return false;
}

function start({ services }: Call, task: NewMoveTask): MoveTask {
  try {
    return services.moveTasks.start(task);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.kind === 'limit_exceeded') throw new AwsError('RequestThrottled', error.message);
    throw invalid(
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
  }
}

function invalid(text: string): AwsError {
  return new AwsError('InvalidParameterValueException', text);
}
