/** The journal of the feeds: how far each has come. */

export interface FeedPositions {
  readonly type: 'positions';
  /** Of vhost `/`. */
  readonly exchange: string;
  readonly topicId: string;
  /** Partitions, and the offset that is to be published next of each. Those that are not named stay where they are. */
  readonly positions: readonly (readonly [partition: number, offset: number])[];
}

export type FeedRecord = FeedPositions;
