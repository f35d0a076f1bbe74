/** The slice of the node's settings that the actions of SQS are given. */
export interface SqsServiceSettings {
  /** In the addresses and ARNs of queues. Requests may name any other. */
  readonly accountId: string;
  /** In the ARNs of queues. Requests may name any other. */
  readonly region: string;
  /** How long a name can't be used for a new queue after its queue was deleted; 0: not at all. */
  readonly recreateDelayMs: number;
  /** How long a queue can't be purged again; 0: not at all. */
  readonly purgeDelayMs: number;
  /** Deletions and purges that are remembered for these delays, each; beyond it the oldest are forgotten. */
  readonly coolDownsMax: number;
}
