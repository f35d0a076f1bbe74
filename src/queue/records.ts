/** The journal of all queues: how far each lane's messages are settled. Messages themselves are in the lanes' logs. */
import type { LogId } from '../base/brand.ts';

/** Messages of a lane are done with: acknowledged, dropped, expired or moved on. */
export interface SettledRecord {
  readonly type: 'settled';
  readonly logId: LogId;
  /** Everything below was delivered at least once, or settled. */
  readonly cursor: number;
  /** Start and end of each interval of settled offsets, in turn. Some of them were never written. */
  readonly ranges: readonly number[];
  /** How many of them are in the log, and the bytes of their bodies. */
  readonly count: number;
  readonly bytes: number;
}

/** Only in checkpoints: what a lane has come to. */
export interface LaneRecord {
  readonly type: 'lane';
  readonly logId: LogId;
  /** Everything below is settled. */
  readonly floor: number;
  readonly cursor: number;
  /** What is settled above the floor, as in `SettledRecord`. */
  readonly ranges: readonly number[];
  readonly count: number;
  readonly bytes: number;
  readonly canExpire: boolean;
}

export type QueueRecord = SettledRecord | LaneRecord;
