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

/**
 * Messages of a lane can not be had before a time: somebody received them, or they are delayed. Holds until it is said anew, or the
 * message is settled. For each in turn: offset, bytes of its body, until when (wall clock, milliseconds), how often it was delivered
 * (0: it is delayed), when it was received first (0: nobody knows), and when it was received last (0: it is delayed).
 */
export interface HeldRecord {
  readonly type: 'held';
  readonly logId: LogId;
  readonly messages: readonly number[];
}

/** Of a FIFO queue: what was sent, in order: deduplication key, public id, offset, when (wall clock, milliseconds). */
export interface DeduplicatedRecord {
  readonly type: 'deduplicated';
  readonly logId: LogId;
  /** What was sent before is forgotten. */
  readonly cleared: boolean;
  readonly sent: readonly (readonly [string, string, number, number])[];
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
  /** As in `HeldRecord`; left out if there are none. */
  readonly held?: readonly number[];
}

export type QueueRecord = SettledRecord | HeldRecord | DeduplicatedRecord | LaneRecord;
