/** ListMessageMoveTasks: the newest tasks of a source, of which the ten last ended are remembered. */
import type { Call } from '../call.ts';
import { queueOfArn, shownTask } from '../move-task-view.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import { checkMaxResults } from '../rules/parameters.ts';

const RESULTS_MAX = 10;
const RESULTS_DEFAULT = 1;

export function listMessageMoveTasks(
  call: Call,
  { SourceArn, MaxResults }: InputOf<'ListMessageMoveTasks'>,
): OutputOf<'ListMessageMoveTasks'> {
  checkMaxResults(MaxResults, RESULTS_MAX);
  const source = queueOfArn(call, SourceArn, 'SourceArn');
  const tasks = call.services.moveTasks.tasksOf(source.id).slice(0, MaxResults ?? RESULTS_DEFAULT);
  return { Results: tasks.map((task) => shownTask(call, source, task)) };
}
