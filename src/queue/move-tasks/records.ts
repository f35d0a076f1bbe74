/** The journal of move tasks. Records of tasks that are not known any more have no effect. */
import type { LogId } from '../../base/brand.ts';
import type { MoveFailure } from './move-task.ts';

export interface MoveStarted {
  readonly type: 'move_started';
  readonly taskId: string;
  readonly sourceId: LogId;
  /** The name of a queue in the source's vhost; null: where each message came from. */
  readonly destination: string | null;
  readonly perSecondMax: number | null;
  readonly startedAtMs: number;
  readonly toMove: number;
}

/** After each batch: so many in all. */
export interface MoveProgressed {
  readonly type: 'move_progressed';
  readonly taskId: string;
  readonly moved: number;
}

/** What is on its way arrives, nothing else is taken. */
export interface MoveCancelled {
  readonly type: 'move_cancelled';
  readonly taskId: string;
}

export interface MoveEnded {
  readonly type: 'move_ended';
  readonly taskId: string;
  readonly status: 'completed' | 'cancelled' | 'failed';
  readonly moved: number;
  /** Of those that failed. */
  readonly failure: MoveFailure | null;
}

export type MoveTaskRecord = MoveStarted | MoveProgressed | MoveCancelled | MoveEnded;
