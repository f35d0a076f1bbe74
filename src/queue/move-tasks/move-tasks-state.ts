/**
 * Which move tasks there are and were, and the only code that changes them: `apply`. Of each source the newest ended ones are kept, and
 * over all sources as many as may be; what is forgotten follows from the records. Those of a queue go with it.
 */
import { unreachable } from '../../base/assert.ts';
import type { LogId } from '../../base/brand.ts';
import type { StateMachine } from '../../storage/log.ts';
import { isActive, type LiveMoveTask } from './move-task.ts';
import type { MoveStarted, MoveTaskRecord } from './records.ts';

/** As many as clients can ask for. */
const ENDED_PER_SOURCE = 10;
const ENDED_MAX = 1000;

export class MoveTasksState implements StateMachine<MoveTaskRecord> {
  /** In the order of their start. */
  readonly #tasks = new Map<string, LiveMoveTask>();
  readonly #bySource = new Map<LogId, LiveMoveTask[]>();
  #active = 0;

  get activeCount(): number {
    return this.#active;
  }

  all(): Iterable<LiveMoveTask> {
    return this.#tasks.values();
  }

  task(id: string): LiveMoveTask | undefined {
    return this.#tasks.get(id);
  }

  /** The oldest first. */
  tasksOf(source: LogId): readonly LiveMoveTask[] {
    return this.#bySource.get(source) ?? [];
  }

  apply(record: MoveTaskRecord): void {
    if (record.type === 'move_started') {
      this.#start(record);
      return;
    }
    const task = this.#tasks.get(record.taskId);
    if (task === undefined) return;
    switch (record.type) {
      case 'move_progressed':
        task.moved = record.moved;
        break;
      case 'move_cancelled':
        task.status = 'cancelling';
        break;
      case 'move_ended':
        if (isActive(task)) this.#active -= 1;
        task.status = record.status;
        task.moved = record.moved;
        task.failure = record.failure ?? undefined;
        this.#forgetEnded(task.sourceId);
        break;
      default:
        unreachable(record);
    }
  }

  *snapshot(): Iterable<MoveTaskRecord> {
    for (const task of [...this.#tasks.values()]) {
      const { id: taskId, sourceId, startedAtMs, toMove, moved, status, failure = null } = task;
      const { destination = null, perSecondMax = null } = task;
      yield { type: 'move_started', taskId, sourceId, destination, perSecondMax, startedAtMs, toMove };
      if (status === 'running' || status === 'cancelling') {
        if (moved > 0) yield { type: 'move_progressed', taskId, moved };
        if (status === 'cancelling') yield { type: 'move_cancelled', taskId };
      } else yield { type: 'move_ended', taskId, status, moved, failure };
    }
  }

  /** Its source is gone. */
  forgetSource(source: LogId): void {
    for (const task of this.#bySource.get(source) ?? []) {
      if (isActive(task)) this.#active -= 1;
      this.#tasks.delete(task.id);
    }
    this.#bySource.delete(source);
  }

  #start(record: MoveStarted): void {
    const { taskId: id, sourceId, startedAtMs, toMove } = record;
    const task: LiveMoveTask = {
      id,
      sourceId,
      destination: record.destination ?? undefined,
      perSecondMax: record.perSecondMax ?? undefined,
      startedAtMs,
      toMove,
      moved: 0,
      status: 'running',
      failure: undefined,
    };
    this.#tasks.set(id, task);
    const others = this.#bySource.get(sourceId);
    if (others === undefined) this.#bySource.set(sourceId, [task]);
    else others.push(task);
    this.#active += 1;
  }

  #forgetEnded(source: LogId): void {
    const ended = this.tasksOf(source).filter((task) => !isActive(task));
    if (ended.length > ENDED_PER_SOURCE) this.#forget(ended[0]);
    if (this.#tasks.size - this.#active <= ENDED_MAX) return;
    for (const task of this.#tasks.values()) {
      if (isActive(task)) continue;
      this.#forget(task);
      return;
    }
  }

  #forget(task: LiveMoveTask | undefined): void {
    if (task === undefined) return;
    this.#tasks.delete(task.id);
    const others = this.#bySource.get(task.sourceId);
    others?.splice(others.indexOf(task), 1);
    if (others?.length === 0) this.#bySource.delete(task.sourceId);
  }
}
