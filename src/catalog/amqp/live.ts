/**
 * Vhosts, exchanges, queues and bindings as the catalog's state keeps them: what everyone sees, and the links by which
 * one finds the other. Only `amqp-catalog-state.ts` changes them. Most queues have neither arguments nor bindings, so
 * what holds these is made when needed.
 */
import type { LogId } from '../../base/brand.ts';
import type { FieldTable } from '../../message/field-table.ts';
import type { Binding, DestinationType, Exchange, ExchangeType, Queue, Vhost, VhostLimits } from './model.ts';
import type { Policy, PolicyScope } from './policy.ts';
import { PolicyTable } from './policy-table.ts';
import type { QueueSettings, QueueType } from './queue-settings.ts';
import type { SqsFacts } from './sqs-facts.ts';

const UNLIMITED: VhostLimits = { maxQueues: undefined, maxConnections: undefined };

export class LiveVhost implements Vhost {
  description = '';
  tags: readonly string[] = [];
  defaultQueueType: QueueType | undefined;
  limits = UNLIMITED;
  readonly exchanges = new Map<string, LiveExchange>();
  readonly queues = new Map<string, LiveQueue>();
  readonly policies: Readonly<Record<PolicyScope, PolicyTable>> = {
    policy: new PolicyTable(),
    operator_policy: new PolicyTable(),
  };

  constructor(readonly name: string) {}
}

export interface ExchangeFields {
  readonly vhost: string;
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
  readonly predeclared: boolean;
}

export class LiveExchange implements Exchange {
  readonly vhost: string;
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
  readonly predeclared: boolean;
  policy: Policy | undefined;
  operatorPolicy: Policy | undefined;
  alternateExchange: string | undefined;
  /** By `bindingKey`. */
  outgoing: Map<string, LiveBinding> | undefined;
  incoming: Set<LiveBinding> | undefined;

  constructor(fields: ExchangeFields) {
    this.vhost = fields.vhost;
    this.name = fields.name;
    this.type = fields.type;
    this.durable = fields.durable;
    this.autoDelete = fields.autoDelete;
    this.internal = fields.internal;
    this.arguments = fields.arguments;
    this.predeclared = fields.predeclared;
  }
}

export interface QueueFields {
  readonly vhost: string;
  readonly name: string;
  readonly id: LogId;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusiveOwner: string | undefined;
  readonly arguments: FieldTable;
  readonly createdAtMs: number;
  readonly sqs: SqsFacts | undefined;
}

/** The policies that hold for a thing. */
export interface Policies {
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;
}

export class LiveQueue implements Queue {
  readonly vhost: string;
  readonly name: string;
  readonly id: LogId;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusiveOwner: string | undefined;
  readonly arguments: FieldTable;
  readonly createdAtMs: number;
  policy: Policy | undefined;
  operatorPolicy: Policy | undefined;
  sqs: SqsFacts | undefined;
  settings: QueueSettings;
  incoming: Set<LiveBinding> | undefined;

  constructor(fields: QueueFields, policies: Policies, settings: QueueSettings) {
    this.vhost = fields.vhost;
    this.name = fields.name;
    this.id = fields.id;
    this.durable = fields.durable;
    this.autoDelete = fields.autoDelete;
    this.exclusiveOwner = fields.exclusiveOwner;
    this.arguments = fields.arguments;
    this.createdAtMs = fields.createdAtMs;
    this.policy = policies.policy;
    this.operatorPolicy = policies.operatorPolicy;
    this.sqs = fields.sqs;
    this.settings = settings;
  }
}

export interface LiveBinding extends Binding {
  /** Its place in `source.outgoing`. */
  readonly key: string;
  readonly source: LiveExchange;
  readonly destinationType: DestinationType;
  readonly destination: LiveQueue | LiveExchange;
}
