/**
 * Tasks that move the messages of a dead-letter queue to where they came from, or to another queue. One at a time per source; they go on
 * after a restart. Tasks that run, and ended ones that are remembered, have a maximum.
 */
import type { LogId } from '../../base/brand.ts';
import type { Clock } from '../../base/clock.ts';
import type { Durability } from '../../base/durability.ts';
import { DomainError } from '../../base/errors.ts';
import { type Random, uuidV4 } from '../../base/random.ts';
import type { AmqpCatalogListener, Queue } from '../../catalog/amqp/model.ts';
import type { Journal, StateMachine } from '../../storage/log.ts';
import type { MovePort } from './move-port.ts';
import { isActive, type MoveFailure, type MoveTask } from './move-task.ts';
import { MoveTasksState } from './move-tasks-state.ts';
import { Mover, type MoverDeps } from './mover.ts';
import type { MoveTaskRecord } from './records.ts';

export interface MoveTasksDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal<MoveTaskRecord>;
  readonly durability: Durability;
  readonly queues: MovePort;
  readonly pressure: { readonly hasSpace: boolean };
  readonly catalog: {
    queue(vhost: string, name: string): Queue | undefined;
    queueById(id: LogId): Queue | undefined;
  };
}

export interface NewMoveTask {
  readonly source: Queue;
  /** Undefined: where each message came from. */
  readonly destination: Queue | undefined;
  readonly perSecondMax: number | undefined;
}

const ACTIVE_MAX = 100;

export class MoveTasks implements StateMachine<MoveTaskRecord>, AmqpCatalogListener {
  readonly #deps: MoveTasksDeps;
  readonly #state = new MoveTasksState();
  readonly #movers = new Map<string, Mover>();

  constructor(deps: MoveTasksDeps) {
    this.#deps = deps;
  }

  apply(record: MoveTaskRecord): void {
    this.#state.apply(record);
  }

  snapshot(): Iterable<MoveTaskRecord> {
    return this.#state.snapshot();
  }

  onQueueDeleted({ id }: Queue): void {
    for (const task of this.#state.tasksOf(id)) {
      this.#movers.get(task.id)?.stop();
      this.#movers.delete(task.id);
    }
    this.#state.forgetSource(id);
  }

  /** Once, after recovery: tasks go on. */
  recovered(): void {
    for (const task of [...this.#state.all()]) {
      // The queue may have been deleted before the record of the task was read.
      if (this.#deps.catalog.queueById(task.sourceId) === undefined) this.#state.forgetSource(task.sourceId);
      else if (task.status === 'running') this.#run(task, true);
      else if (task.status === 'cancelling') this.#ended(task, 'cancelled');
    }
  }

  /** Before the node stops. */
  stop(): void {
    for (const mover of this.#movers.values()) mover.stop();
    this.#movers.clear();
  }

  /** @throws DomainError precondition_failed if one is active for the source; limit_exceeded */
  start({ source, destination, perSecondMax }: NewMoveTask): MoveTask {
    if (this.#state.tasksOf(source.id).some(isActive)) {
      throw new DomainError('precondition_failed', `messages of queue '${source.name}' are being moved already`);
    }
    if (this.#state.activeCount >= ACTIVE_MAX) {
      throw new DomainError('limit_exceeded', `a task would be one more than the ${ACTIVE_MAX} that can be active`);
    }
    const { clock, random, journal, queues } = this.#deps;
    const taskId = uuidV4(random);
    const toMove = queues.pollCounts(source.id).ready;
    const what = { type: 'move_started', taskId, sourceId: source.id } as const;
    const how = { destination: destination?.name ?? null, perSecondMax: perSecondMax ?? null };
    journal.commit([{ ...what, ...how, startedAtMs: clock.nowMs(), toMove }]);
    const task = this.#known(taskId);
    this.#run(task, false);
    return task;
  }

  /** Undefined if there is no such task, or it has ended. */
  cancel(source: LogId, taskId: string): MoveTask | undefined {
    const task = this.#state.task(taskId);
    if (task === undefined || task.sourceId !== source || task.status !== 'running') return undefined;
    this.#deps.journal.commit([{ type: 'move_cancelled', taskId }]);
    // What is on its way ends it when it has arrived.
    if (this.#movers.get(taskId)?.isArriving !== true) this.#ended(task, 'cancelled');
    return task;
  }

  /** The newest first. */
  tasksOf(source: LogId): readonly MoveTask[] {
    return this.#state.tasksOf(source).toReversed();
  }

  #known(taskId: string): MoveTask {
    const task = this.#state.task(taskId);
    if (task === undefined) throw new Error(`committing did not apply the start of task ${taskId}`);
    return task;
  }

  #run(task: MoveTask, isResumed: boolean): void {
    const { clock, random, durability, queues, pressure, catalog } = this.#deps;
    const vhost = catalog.queueById(task.sourceId)?.vhost ?? '';
    const port: MoverDeps = {
      clock,
      random,
      durability,
      queues,
      pressure,
      sourceExists: () => catalog.queueById(task.sourceId) !== undefined,
      queueNamed: (name) => catalog.queue(vhost, name),
      moved: (count) => {
        const moved = task.moved + count;
        this.#deps.journal.commit([{ type: 'move_progressed', taskId: task.id, moved }]);
      },
      ended: (failure) => this.#ended(task, statusOf(task, failure), failure),
    };
    const mover = new Mover(task, port, isResumed);
    this.#movers.set(task.id, mover);
    mover.start();
  }

  #ended({ id: taskId, moved }: MoveTask, status: 'completed' | 'cancelled' | 'failed', failure?: MoveFailure): void {
    this.#movers.get(taskId)?.stop();
    this.#movers.delete(taskId);
    this.#deps.journal.commit([{ type: 'move_ended', taskId, status, moved, failure: failure ?? null }]);
  }
}

function statusOf({ status }: MoveTask, failure: MoveFailure | undefined): 'completed' | 'cancelled' | 'failed' {
  if (status === 'cancelling') return 'cancelled';
  return failure === undefined ? 'completed' : 'failed';
}
