/**
 * The AMQP catalog's state and the only code that changes it: `apply`. What follows from a record is worked out here, the
 * same way live and in recovery: bindings go with either end, exchanges that delete themselves go with their last binding,
 * policies are matched anew. Queue ids come from a counter that follows from the records, and are never used twice.
 */
import { assert, unreachable } from '../../base/assert.ts';
import type { LogId } from '../../base/brand.ts';
import { EMPTY_TABLE, type FieldTable } from '../../message/field-table.ts';
import { fieldTableFromJson, type JsonField } from '../../message/field-table-json.ts';
import type { StateMachine } from '../../storage/log.ts';
import { bindingKey } from './bindings.ts';
import { type LiveBinding, LiveExchange, type LiveQueue, LiveVhost } from './live.ts';
import { type AmqpCatalogListener, type DestinationType, ROOT_VHOST } from './model.ts';
import type { PolicyScope } from './policy.ts';
import { isConcerned, newQueue, refreshExchange, refreshQueue } from './policy-effects.ts';
import { predeclaredExchanges } from './predeclared.ts';
import { QUEUE_LOG_ID_MIN } from './queue-settings.ts';
import type {
  AmqpCatalogRecord,
  BindingFields,
  ExchangeDeclared,
  PolicySet,
  QueueDeclared,
  QueueSqsSet,
  VhostLimitsSet,
  VhostSet,
} from './records.ts';
import { snapshotRecords } from './snapshot.ts';
import { sqsFactsFromJson } from './sqs-facts.ts';

export class AmqpCatalogState implements StateMachine<AmqpCatalogRecord> {
  readonly #listeners = new Set<AmqpCatalogListener>();
  readonly #vhosts = new Map<string, LiveVhost>();
  readonly #queuesById = new Map<LogId, LiveQueue>();
  readonly #queuesByOwner = new Map<string, Set<LiveQueue>>();
  #nextQueueId = QUEUE_LOG_ID_MIN;
  #exchangeCount = 0;
  #bindingCount = 0;
  #policyCount = 0;
  #secret: Buffer | undefined;

  constructor() {
    this.#createVhost(ROOT_VHOST);
  }

  get vhosts(): ReadonlyMap<string, LiveVhost> {
    return this.#vhosts;
  }

  get queueCount(): number {
    return this.#queuesById.size;
  }

  /** Predeclared ones are not counted. */
  get exchangeCount(): number {
    return this.#exchangeCount;
  }

  get bindingCount(): number {
    return this.#bindingCount;
  }

  get policyCount(): number {
    return this.#policyCount;
  }

  /** Never used so far, like all that follow. Nothing is taken until a record with it is applied. */
  get nextQueueId(): number {
    return this.#nextQueueId;
  }

  /** Undefined until it was made. */
  get secret(): Buffer | undefined {
    return this.#secret;
  }

  queueById(id: LogId): LiveQueue | undefined {
    return this.#queuesById.get(id);
  }

  queuesOf(owner: string): ReadonlySet<LiveQueue> | undefined {
    return this.#queuesByOwner.get(owner);
  }

  subscribe(listener: AmqpCatalogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Taken at once, so that changes during its use do not tear it. */
  snapshot(): AmqpCatalogRecord[] {
    return snapshotRecords(this.#nextQueueId, this.#secret, this.#vhosts.values());
  }

  apply(record: AmqpCatalogRecord): void {
    switch (record.type) {
      case 'vhost_set':
        this.#setVhost(record);
        break;
      case 'vhost_deleted':
        this.#deleteVhost(this.#vhost(record.vhost));
        break;
      case 'vhost_limits_set':
        this.#setLimits(record);
        break;
      case 'exchange_declared':
        this.#declareExchange(record);
        break;
      case 'exchange_deleted':
        this.#removeExchanges([this.#exchange(record.vhost, record.name)]);
        break;
      case 'queue_declared':
        this.#declareQueue(record);
        break;
      case 'queue_sqs_set':
        this.#setSqs(record);
        break;
      case 'queue_deleted':
        this.#deleteQueue(this.#queue(record.queueId));
        break;
      case 'queue_ids_used':
        this.#nextQueueId = Math.max(this.#nextQueueId, record.nextQueueId);
        break;
      case 'bound':
        this.#bind(record);
        break;
      case 'unbound':
        this.#unbind(record);
        break;
      case 'policy_set':
        this.#setPolicy(record);
        break;
      case 'policy_deleted':
        this.#deletePolicy(record.scope, this.#vhost(record.vhost), record.name);
        break;
      case 'secret_set':
        this.#secret = Buffer.from(record.base64, 'base64');
        break;
      case 'transient_dropped':
        this.#dropTransient();
        break;
      default:
        unreachable(record);
    }
  }

  #createVhost(name: string): LiveVhost {
    const vhost = new LiveVhost(name);
    for (const exchange of predeclaredExchanges(name)) vhost.exchanges.set(exchange.name, exchange);
    this.#vhosts.set(name, vhost);
    return vhost;
  }

  #setVhost(record: VhostSet): void {
    const present = this.#vhosts.get(record.vhost);
    const vhost = present ?? this.#createVhost(record.vhost);
    vhost.description = record.description;
    vhost.tags = record.tags;
    vhost.defaultQueueType = record.defaultQueueType ?? undefined;
    if (present === undefined) for (const listener of this.#listeners) listener.onVhostCreated?.(vhost);
  }

  #setLimits({ vhost, maxQueues, maxConnections }: VhostLimitsSet): void {
    this.#vhost(vhost).limits = { maxQueues: maxQueues ?? undefined, maxConnections: maxConnections ?? undefined };
  }

  #deleteVhost(vhost: LiveVhost): void {
    for (const queue of vhost.queues.values()) this.#deleteQueue(queue);
    this.#removeExchanges([...vhost.exchanges.values()].filter((exchange) => !exchange.predeclared));
    // Predeclared exchanges may still be bound among themselves.
    for (const exchange of vhost.exchanges.values()) this.#dropAll(exchange.outgoing?.values());
    this.#policyCount -= vhost.policies.policy.size + vhost.policies.operator_policy.size;
    this.#vhosts.delete(vhost.name);
    for (const listener of this.#listeners) listener.onVhostDeleted?.(vhost);
  }

  #declareExchange(record: ExchangeDeclared): void {
    const { vhost: vhostName, name, exchangeType: type, durable, autoDelete, internal } = record;
    const vhost = this.#vhost(vhostName);
    assert(!vhost.exchanges.has(name), `exchange ${name} is declared once`);
    const what = { vhost: vhost.name, name, type, durable, autoDelete, internal };
    const exchange = new LiveExchange({ ...what, arguments: tableOf(record.arguments), predeclared: false });
    refreshExchange(vhost, exchange);
    vhost.exchanges.set(name, exchange);
    this.#exchangeCount += 1;
    for (const listener of this.#listeners) listener.onExchangeDeclared?.(exchange);
  }

  /** Those that delete themselves and lose their last binding by it follow, however long the chain. */
  #removeExchanges(doomed: LiveExchange[]): void {
    for (const exchange of doomed) {
      const { exchanges } = this.#vhost(exchange.vhost);
      if (exchanges.get(exchange.name) !== exchange) continue;
      exchanges.delete(exchange.name);
      this.#exchangeCount -= 1;
      this.#dropAll(exchange.outgoing?.values());
      for (const follower of this.#dropAll(exchange.incoming)) doomed.push(follower);
      for (const listener of this.#listeners) listener.onExchangeDeleted?.(exchange);
    }
  }

  #declareQueue(record: QueueDeclared): void {
    const { name, queueId: id, durable, autoDelete, exclusiveOwner, createdAtMs = 0 } = record;
    const vhost = this.#vhost(record.vhost);
    assert(!vhost.queues.has(name) && !this.#queuesById.has(id), `queue ${name} is declared once`);
    const what = { vhost: vhost.name, name, id, durable, autoDelete, exclusiveOwner: exclusiveOwner ?? undefined };
    const sqs = record.sqs && sqsFactsFromJson(record.sqs);
    const queue = newQueue(
      vhost,
      { ...what, arguments: tableOf(record.arguments), createdAtMs, sqs },
      record.queueType,
    );
    vhost.queues.set(name, queue);
    this.#queuesById.set(id, queue);
    if (exclusiveOwner !== null) this.#own(exclusiveOwner, queue);
    this.#nextQueueId = Math.max(this.#nextQueueId, id + 1 + queue.settings.maxPriority);
    for (const listener of this.#listeners) listener.onQueueDeclared?.(queue);
  }

  #setSqs(record: QueueSqsSet): void {
    const queue = this.#queue(record.queueId);
    queue.sqs = sqsFactsFromJson(record);
    if (!refreshQueue(this.#vhost(queue.vhost), queue)) return;
    for (const listener of this.#listeners) listener.onQueueChanged?.(queue);
  }

  #own(owner: string, queue: LiveQueue): void {
    const queues = this.#queuesByOwner.get(owner);
    if (queues === undefined) this.#queuesByOwner.set(owner, new Set([queue]));
    else queues.add(queue);
  }

  #deleteQueue(queue: LiveQueue): void {
    this.#vhost(queue.vhost).queues.delete(queue.name);
    this.#queuesById.delete(queue.id);
    if (queue.exclusiveOwner !== undefined) this.#disown(queue.exclusiveOwner, queue);
    this.#removeExchanges(this.#dropAll(queue.incoming));
    for (const listener of this.#listeners) listener.onQueueDeleted?.(queue);
  }

  #disown(owner: string, queue: LiveQueue): void {
    const queues = this.#queuesByOwner.get(owner);
    queues?.delete(queue);
    if (queues?.size === 0) this.#queuesByOwner.delete(owner);
  }

  #bind(record: BindingFields): void {
    const { destinationType, destination: name, routingKey } = record;
    const args = tableOf(record.arguments);
    const key = bindingKey(destinationType, name, routingKey, args);
    const source = this.#exchange(record.vhost, record.source);
    const destination = this.#destination(record.vhost, destinationType, name);
    const binding: LiveBinding = { key, source, destinationType, destination, routingKey, arguments: args };
    source.outgoing ??= new Map();
    assert(!source.outgoing.has(key), `${source.name} is bound to ${name} once`);
    source.outgoing.set(key, binding);
    destination.incoming ??= new Set();
    destination.incoming.add(binding);
    this.#bindingCount += 1;
    for (const listener of this.#listeners) listener.onBound?.(binding);
  }

  #unbind(record: BindingFields): void {
    const key = bindingKey(record.destinationType, record.destination, record.routingKey, tableOf(record.arguments));
    const binding = this.#exchange(record.vhost, record.source).outgoing?.get(key);
    assert(binding !== undefined, `${record.source} is bound to ${record.destination}`);
    this.#removeExchanges(this.#dropAll([binding]));
  }

  /** Answers which exchanges have lost their last binding by it and therefore go. */
  #dropAll(bindings: Iterable<LiveBinding> = []): LiveExchange[] {
    const doomed: LiveExchange[] = [];
    for (const binding of bindings) {
      const { source, destination } = binding;
      source.outgoing?.delete(binding.key);
      destination.incoming?.delete(binding);
      if (source.outgoing?.size === 0) source.outgoing = undefined;
      if (destination.incoming?.size === 0) destination.incoming = undefined;
      this.#bindingCount -= 1;
      for (const listener of this.#listeners) listener.onUnbound?.(binding);
      if (source.autoDelete && source.outgoing === undefined) doomed.push(source);
    }
    return doomed;
  }

  #setPolicy({ type: _, ...policy }: PolicySet): void {
    const vhost = this.#vhost(policy.vhost);
    const table = vhost.policies[policy.scope];
    if (table.get(policy.name) === undefined) this.#policyCount += 1;
    table.set(policy);
    this.#refresh(vhost, policy.scope, policy.name);
  }

  #deletePolicy(scope: PolicyScope, vhost: LiveVhost, name: string): void {
    vhost.policies[scope].delete(name);
    this.#policyCount -= 1;
    this.#refresh(vhost, scope, name);
  }

  #refresh(vhost: LiveVhost, scope: PolicyScope, policyName: string): void {
    for (const exchange of vhost.exchanges.values()) {
      if (!isConcerned(vhost, scope, policyName, 'exchange', exchange) || !refreshExchange(vhost, exchange)) continue;
      for (const listener of this.#listeners) listener.onExchangeChanged?.(exchange);
    }
    for (const queue of vhost.queues.values()) {
      if (!isConcerned(vhost, scope, policyName, queue.settings.type, queue) || !refreshQueue(vhost, queue)) continue;
      for (const listener of this.#listeners) listener.onQueueChanged?.(queue);
    }
  }

  #dropTransient(): void {
    for (const vhost of this.#vhosts.values()) {
      for (const queue of vhost.queues.values()) {
        if (!queue.durable || queue.exclusiveOwner !== undefined) this.#deleteQueue(queue);
      }
      this.#removeExchanges([...vhost.exchanges.values()].filter((exchange) => !exchange.durable));
    }
  }

  #vhost(name: string): LiveVhost {
    const vhost = this.#vhosts.get(name);
    assert(vhost !== undefined, `vhost ${name} exists`);
    return vhost;
  }

  #exchange(vhost: string, name: string): LiveExchange {
    const exchange = this.#vhost(vhost).exchanges.get(name);
    assert(exchange !== undefined, `exchange ${name} exists`);
    return exchange;
  }

  #queue(id: LogId): LiveQueue {
    const queue = this.#queuesById.get(id);
    assert(queue !== undefined, `queue ${id} exists`);
    return queue;
  }

  #destination(vhost: string, type: DestinationType, name: string): LiveQueue | LiveExchange {
    if (type === 'exchange') return this.#exchange(vhost, name);
    const queue = this.#vhost(vhost).queues.get(name);
    assert(queue !== undefined, `queue ${name} exists`);
    return queue;
  }
}

function tableOf(fields: readonly JsonField[]): FieldTable {
  return fields.length === 0 ? EMPTY_TABLE : fieldTableFromJson(fields);
}
