/**
 * The AMQP catalog's journal: what changed in what exists. Records are plain JSON; what is set is set whole, never as a
 * delta. What follows from a record is not written: bindings go with either of their ends, exchanges that delete themselves
 * with their last binding, everything with its vhost.
 */
import type { LogId } from '../../base/brand.ts';
import type { JsonField } from '../../message/field-table-json.ts';
import type { DestinationType, ExchangeType } from './model.ts';
import type { PolicyDefinition, PolicyScope, PolicyTarget } from './policy.ts';
import type { QueueType } from './queue-settings.ts';
import type { SqsFactsJson } from './sqs-facts.ts';

/** Creates the vhost, or changes what is said about it. */
export interface VhostSet {
  readonly type: 'vhost_set';
  readonly vhost: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly defaultQueueType: QueueType | null;
}

export interface VhostDeleted {
  readonly type: 'vhost_deleted';
  readonly vhost: string;
}

export interface VhostLimitsSet {
  readonly type: 'vhost_limits_set';
  readonly vhost: string;
  readonly maxQueues: number | null;
  readonly maxConnections: number | null;
}

export interface ExchangeDeclared {
  readonly type: 'exchange_declared';
  readonly vhost: string;
  readonly name: string;
  readonly exchangeType: ExchangeType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: readonly JsonField[];
}

export interface ExchangeDeleted {
  readonly type: 'exchange_deleted';
  readonly vhost: string;
  readonly name: string;
}

export interface QueueDeclared {
  readonly type: 'queue_declared';
  readonly vhost: string;
  readonly name: string;
  /** The first of as many ids as the queue has priorities. */
  readonly queueId: LogId;
  readonly queueType: QueueType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** The connection whose queue it is alone; null if it is nobody's. */
  readonly exclusiveOwner: string | null;
  readonly arguments: readonly JsonField[];
  /** Wall clock; left out by earlier versions. */
  readonly createdAtMs?: number;
  readonly sqs?: SqsFactsJson;
}

/** What SQS says of a queue that is there. */
export interface QueueSqsSet extends SqsFactsJson {
  readonly type: 'queue_sqs_set';
  readonly queueId: LogId;
}

export interface QueueDeleted {
  readonly type: 'queue_deleted';
  readonly queueId: LogId;
}

/** Only in snapshots: ids below `nextQueueId` may have belonged to queues that are gone, and must not come back. */
export interface QueueIdsUsed {
  readonly type: 'queue_ids_used';
  readonly nextQueueId: number;
}

export interface BindingFields {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: DestinationType;
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: readonly JsonField[];
}

export interface Bound extends BindingFields {
  readonly type: 'bound';
}

export interface Unbound extends BindingFields {
  readonly type: 'unbound';
}

export interface PolicySet {
  readonly type: 'policy_set';
  readonly scope: PolicyScope;
  readonly vhost: string;
  readonly name: string;
  readonly pattern: string;
  readonly priority: number;
  readonly applyTo: PolicyTarget;
  readonly definition: PolicyDefinition;
}

export interface PolicyDeleted {
  readonly type: 'policy_deleted';
  readonly scope: PolicyScope;
  readonly vhost: string;
  readonly name: string;
}

/** Random bytes that nobody else knows, made once: what clients are handed and bring back is proven with it. */
export interface SecretSet {
  readonly type: 'secret_set';
  readonly base64: string;
}

/** The node was started: what does not outlive a restart is gone. */
export interface TransientDropped {
  readonly type: 'transient_dropped';
}

export type AmqpCatalogRecord =
  | VhostSet
  | VhostDeleted
  | VhostLimitsSet
  | ExchangeDeclared
  | ExchangeDeleted
  | QueueDeclared
  | QueueSqsSet
  | QueueDeleted
  | QueueIdsUsed
  | Bound
  | Unbound
  | PolicySet
  | PolicyDeleted
  | SecretSet
  | TransientDropped;
