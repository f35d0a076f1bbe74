/**
 * What is known of one move task.
 *
 *   running    -- cancel ----------------------------> cancelling
 *   running    -- nothing more can be received ------> completed
 *   running    -- a message has nowhere to go -------> failed
 *   cancelling -- what was on its way has arrived ---> cancelled
 */
import type { LogId } from '../../base/brand.ts';

/**
 * `destination_unknown`: nobody knows where a message came from. `destination_gone`, `destination_refused`: the queue that it would go to does
 * not exist, or does not take it.
 * `source_failed`: the messages cannot be read.
 */
export type MoveFailure = 'destination_unknown' | 'destination_gone' | 'destination_refused' | 'source_failed';

export type MoveStatus = 'running' | 'cancelling' | 'completed' | 'cancelled' | 'failed';

/** As others see it: live, read-only. */
export interface MoveTask {
  readonly id: string;
  readonly sourceId: LogId;
  /** The name of a queue; undefined: where each message came from. */
  readonly destination: string | undefined;
  readonly perSecondMax: number | undefined;
  readonly startedAtMs: number;
  /** How many there were to move when it was started, about. */
  readonly toMove: number;
  readonly moved: number;
  readonly status: MoveStatus;
  readonly failure: MoveFailure | undefined;
}

export interface LiveMoveTask extends MoveTask {
  moved: number;
  status: MoveStatus;
  failure: MoveFailure | undefined;
}

export function isActive({ status }: MoveTask): boolean {
  return status === 'running' || status === 'cancelling';
}
