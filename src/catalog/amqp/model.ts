/**
 * Vhosts, exchanges, queues and bindings as everyone but the catalog sees them: live, read-only. An object stays the same
 * for the thing's life.
 */
import type { LogId } from '../../base/brand.ts';
import type { FieldTable } from '../../message/field-table.ts';
import type { Policy } from './policy.ts';
import type { QueueSettings, QueueType } from './queue-settings.ts';
import type { SqsFacts } from './sqs-facts.ts';

/** The one that always exists: it holds Kafka's topics and SQS's queues too. */
export const ROOT_VHOST = '/';

/** Every vhost has it: it routes to the queue that is named by the routing key. */
export const DEFAULT_EXCHANGE = '';

export const EXCHANGE_TYPES = [
  'direct',
  'fanout',
  'topic',
  'headers',
  'x-consistent-hash',
  'x-random',
  'x-delayed-message',
] as const;
export type ExchangeType = (typeof EXCHANGE_TYPES)[number];

export type DestinationType = 'queue' | 'exchange';

export interface VhostLimits {
  readonly maxQueues: number | undefined;
  /** For the gateway to enforce. */
  readonly maxConnections: number | undefined;
}

export interface Vhost {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly defaultQueueType: QueueType | undefined;
  readonly limits: VhostLimits;
}

export interface Exchange {
  readonly vhost: string;
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  /** It goes when its last binding goes. */
  readonly autoDelete: boolean;
  /** Nobody publishes to it; other exchanges route to it. */
  readonly internal: boolean;
  readonly arguments: FieldTable;
  /** Every vhost has it from the start. */
  readonly predeclared: boolean;
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;
  /** Takes what no binding of this exchange matches: the argument's, or else the policy's. */
  readonly alternateExchange: string | undefined;
}

export interface Queue {
  readonly vhost: string;
  readonly name: string;
  readonly id: LogId;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** The connection that alone may use it. */
  readonly exclusiveOwner: string | undefined;
  /** As declared. The type is `settings.type`, whether it was declared or not. */
  readonly arguments: FieldTable;
  /** Wall clock, milliseconds. */
  readonly createdAtMs: number;
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;
  /** A new object after every change; undefined: nothing was said of it through SQS. */
  readonly sqs: SqsFacts | undefined;
  /** Arguments, policies and attributes of SQS together; a new object after every change. */
  readonly settings: QueueSettings;
}

export interface Binding {
  readonly source: Exchange;
  readonly destinationType: DestinationType;
  readonly destination: Queue | Exchange;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

/**
 * Told of every change while it is applied, live and in recovery alike; must not throw, nor change the catalog. What goes
 * is told after the bindings that go with it. The vhost `/` and the exchanges of every vhost are there without being told.
 */
export interface AmqpCatalogListener {
  onVhostCreated?(vhost: Vhost): void;
  /** Everything in it was told to be gone before, but for its predeclared exchanges. */
  onVhostDeleted?(vhost: Vhost): void;
  onExchangeDeclared?(exchange: Exchange): void;
  /** `alternateExchange` changed. */
  onExchangeChanged?(exchange: Exchange): void;
  onExchangeDeleted?(exchange: Exchange): void;
  onQueueDeclared?(queue: Queue): void;
  /** `settings` changed. */
  onQueueChanged?(queue: Queue): void;
  onQueueDeleted?(queue: Queue): void;
  onBound?(binding: Binding): void;
  onUnbound?(binding: Binding): void;
}
