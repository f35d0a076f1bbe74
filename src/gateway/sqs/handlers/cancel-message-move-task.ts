/** CancelMessageMoveTask: what was moved stays where it is. */
import type { Call } from '../call.ts';
import { queueOfArn } from '../move-task-view.ts';
import { AwsError } from '../protocol/aws-error.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import { decodeTaskHandle } from '../tokens.ts';

export function cancelMessageMoveTask(
  call: Call,
  { TaskHandle }: InputOf<'CancelMessageMoveTask'>,
): OutputOf<'CancelMessageMoveTask'> {
  const { taskId, sourceArn } = decodeTaskHandle(TaskHandle);
  const source = queueOfArn(call, sourceArn, 'SourceArn');
  const task = call.services.moveTasks.cancel(source.id, taskId);
  if (task === undefined) throw new AwsError('ResourceNotFoundException', 'Task does not exist.');
  return { ApproximateNumberOfMessagesMoved: task.moved };
}
