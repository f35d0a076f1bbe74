/**
 * What exists in the AMQP world: vhosts, exchanges, queues, bindings and policies. Every operation checks first, in
 * RabbitMQ's order and with its texts, then commits records; nothing is changed by a refused one.
 *
 * Invariants: names are unique among the queues and among the exchanges of a vhost; both ends of a binding exist; queue ids
 * are never reused; what clients can create stays within the settings. Things that do not outlive a restart are recorded
 * like all others, and forgotten by `dropTransient`.
 */
import { assert } from '../../base/assert.ts';
import type { LogId } from '../../base/brand.ts';
import { DomainError } from '../../base/errors.ts';
import { EMPTY_TABLE } from '../../message/field-table.ts';
import type { StateMachine } from '../../storage/log.ts';
import { AmqpCatalogState } from './amqp-catalog-state.ts';
import { type BindingDeclaration, bind, unbind } from './bind.ts';
import { propertiesKey } from './bindings.ts';
import { type AmqpCatalogContext, type Caller, existingVhost, NOBODY } from './context.ts';
import { type DeclaredQueue, declareQueue, type QueueDeclaration } from './declare-queue.ts';
import {
  deleteQueue,
  type QueueDeletion,
  type QueueUsage,
  removeExclusive,
  removeQueue,
  requireQueue,
} from './delete-queue.ts';
import {
  declareExchange,
  deleteExchange,
  type ExchangeDeclaration,
  type ExchangeDeletion,
  requireExchange,
} from './exchanges.ts';
import {
  type AmqpCatalogListener,
  type Binding,
  DEFAULT_EXCHANGE,
  type DestinationType,
  type Exchange,
  type Queue,
  ROOT_VHOST,
  type Vhost,
  type VhostLimits,
} from './model.ts';
import { deletePolicy, putPolicy } from './policies.ts';
import type { Policy, PolicyScope } from './policy.ts';
import type { NewPolicy } from './policy-check.ts';
import type { AmqpCatalogRecord } from './records.ts';
import { type SqsFacts, sqsFactsToJson } from './sqs-facts.ts';
import { deleteVhost, putVhost, setVhostLimits, type VhostDescription } from './vhosts.ts';

export type AmqpCatalogDependencies = Omit<AmqpCatalogContext, 'state'>;

const SECRET_BYTES = 32;

const UNUSED: QueueUsage = { messages: 0, consumers: 0 };

export class AmqpCatalog implements StateMachine<AmqpCatalogRecord> {
  readonly #state = new AmqpCatalogState();
  readonly #context: AmqpCatalogContext;

  constructor(dependencies: AmqpCatalogDependencies) {
    this.#context = { ...dependencies, state: this.#state };
  }

  apply(record: AmqpCatalogRecord): void {
    this.#state.apply(record);
  }

  snapshot(): AmqpCatalogRecord[] {
    return this.#state.snapshot();
  }

  /** Returns a function that ends the subscription. */
  subscribe(listener: AmqpCatalogListener): () => void {
    return this.#state.subscribe(listener);
  }

  /** Called once, after recovery: what is not durable, or belonged to a connection, is gone. */
  dropTransient(): void {
    this.#context.journal.commit([{ type: 'transient_dropped' }]);
  }

  /** Called once, after recovery, and has an effect on the first start only. */
  createSecret(): void {
    const { state, journal, random } = this.#context;
    if (state.secret !== undefined) return;
    journal.commit([{ type: 'secret_set', base64: random.bytes(SECRET_BYTES).toString('base64') }]);
  }

  /** The same for the life of the data; nobody else knows it. */
  get secret(): Buffer {
    const { secret } = this.#state;
    assert(secret !== undefined, 'the secret was created');
    return secret;
  }

  // Vhosts

  vhost(name: string): Vhost | undefined {
    return this.#state.vhosts.get(name);
  }

  /** For a connection that opens. @throws DomainError `not_allowed` */
  requireVhost(name: string): Vhost {
    const vhost = this.#state.vhosts.get(name);
    if (vhost === undefined) throw new DomainError('not_allowed', `vhost ${name} not found`);
    return vhost;
  }

  vhosts(): IterableIterator<Vhost> {
    return this.#state.vhosts.values();
  }

  /** Creates the vhost or changes it; answers whether it is new. @throws DomainError `invalid_request`, `limit_exceeded` */
  putVhost(name: string, wanted: VhostDescription = {}): boolean {
    return putVhost(this.#context, name, wanted);
  }

  /** With all that is in it. @throws DomainError `not_found`, `not_allowed` for `/` */
  deleteVhost(name: string): void {
    deleteVhost(this.#context, name);
  }

  /** What is left out stays, undefined or a negative number is no limit. @throws DomainError `not_found`, `invalid_request` */
  setVhostLimits(name: string, limits: Partial<VhostLimits>): void {
    setVhostLimits(this.#context, name, limits);
  }

  // Exchanges

  exchange(vhost: string, name: string): Exchange | undefined {
    return this.#state.vhosts.get(vhost)?.exchanges.get(name);
  }

  /** exchange.declare with passive. @throws DomainError `access_refused` for the default exchange, `not_found` */
  requireExchange(vhost: string, name: string): Exchange {
    return requireExchange(this.#context, vhost, name);
  }

  /** In order of creation, the predeclared ones first. @throws DomainError `not_found` */
  exchanges(vhost: string): IterableIterator<Exchange> {
    return existingVhost(this.#context, vhost).exchanges.values();
  }

  /** @throws DomainError `command_invalid`, `access_refused`, `precondition_failed`, `limit_exceeded`, `not_found` */
  declareExchange(wanted: ExchangeDeclaration, caller: Caller = NOBODY): Exchange {
    return declareExchange(this.#context, wanted, caller);
  }

  /** Answers whether there was one. @throws DomainError `access_refused`, `precondition_failed`, `not_found` (vhost) */
  deleteExchange(wanted: ExchangeDeletion, caller: Caller = NOBODY): boolean {
    return deleteExchange(this.#context, wanted, caller);
  }

  // Queues

  queue(vhost: string, name: string): Queue | undefined {
    return this.#state.vhosts.get(vhost)?.queues.get(name);
  }

  queueById(id: LogId): Queue | undefined {
    return this.#state.queueById(id);
  }

  /** Whether vhost `/` has a queue of that name, so that no topic can be created by it. */
  hasQueue(name: string): boolean {
    return this.queue(ROOT_VHOST, name) !== undefined;
  }

  /** The queue for whoever wants to use it, passive declarations included. @throws DomainError `not_found`, `resource_locked` */
  requireQueue(vhost: string, name: string, caller: Caller = NOBODY): Queue {
    return requireQueue(this.#context, vhost, name, caller);
  }

  /** In order of creation. @throws DomainError `not_found` */
  queues(vhost: string): IterableIterator<Queue> {
    return existingVhost(this.#context, vhost).queues.values();
  }

  /** Of all vhosts. */
  get queueCount(): number {
    return this.#state.queueCount;
  }

  /** @throws DomainError `access_refused`, `resource_locked`, `precondition_failed`, `limit_exceeded`, `not_found` (vhost) */
  declareQueue(wanted: QueueDeclaration, caller: Caller = NOBODY): DeclaredQueue {
    return declareQueue(this.#context, wanted, caller);
  }

  /** Sets whole what SQS says of a queue, but for `fifo`, which stays. Answers whether there is one. */
  setSqs(id: LogId, facts: SqsFacts): boolean {
    const queue = this.#state.queueById(id);
    if (queue === undefined) return false;
    assert(queue.settings.fifo === facts.settings.fifo, `queue ${queue.name} stays what it is`);
    this.#context.journal.commit([{ type: 'queue_sqs_set', queueId: id, ...sqsFactsToJson(facts) }]);
    return true;
  }

  /**
   * Answers what was deleted; undefined if there was no such queue.
   * @param usageOf asked for `ifUnused` and `ifEmpty` only
   * @throws DomainError `access_refused`, `resource_locked`, `precondition_failed`, `not_found` (vhost)
   */
  deleteQueue(
    wanted: QueueDeletion,
    caller: Caller = NOBODY,
    usageOf: (queue: Queue) => QueueUsage = () => UNUSED,
  ): Queue | undefined {
    return deleteQueue(this.#context, wanted, caller, usageOf);
  }

  /** Without asking anybody: it expired, or its last consumer went. Answers whether there was one. */
  removeQueue(id: LogId, why: 'auto_delete' | 'expired'): boolean {
    return removeQueue(this.#context, id, why);
  }

  /** The connection has ended: deletes its exclusive queues and answers which they were. */
  removeExclusive(connectionId: string): readonly Queue[] {
    return removeExclusive(this.#context, connectionId);
  }

  // Bindings

  /** Answers whether it is new. @throws DomainError `access_refused`, `not_found`, `resource_locked`, `precondition_failed`, `limit_exceeded` */
  bind(wanted: BindingDeclaration, caller: Caller = NOBODY): boolean {
    return bind(this.#context, wanted, caller);
  }

  /** Answers whether there was one. @throws DomainError `access_refused`, `resource_locked`, `not_found` (vhost) */
  unbind(wanted: BindingDeclaration, caller: Caller = NOBODY): boolean {
    return unbind(this.#context, wanted, caller);
  }

  /** All of a vhost but the default bindings, by their sources. @throws DomainError `not_found` */
  *bindings(vhost: string): Generator<Binding> {
    for (const { outgoing } of existingVhost(this.#context, vhost).exchanges.values()) yield* outgoing?.values() ?? [];
  }

  /** In order of creation. */
  bindingsFrom(vhost: string, exchange: string): Iterable<Binding> {
    return this.#state.vhosts.get(vhost)?.exchanges.get(exchange)?.outgoing?.values() ?? [];
  }

  bindingsTo(vhost: string, type: DestinationType, name: string): Iterable<Binding> {
    const { queues, exchanges } = this.#state.vhosts.get(vhost) ?? {};
    return (type === 'queue' ? queues?.get(name) : exchanges?.get(name))?.incoming ?? [];
  }

  /** The binding that the management API knows by its ends and its properties key. */
  findBinding(by: Omit<BindingDeclaration, 'routingKey' | 'arguments'>, key: string): Binding | undefined {
    for (const binding of this.bindingsTo(by.vhost, by.destinationType, by.destination)) {
      if (binding.source.name === by.source && propertiesKey(binding) === key) return binding;
    }
    return undefined;
  }

  /** What binds each queue to the default exchange, by its name. It is not stored, and can't be changed. */
  defaultBinding(queue: Queue): Binding | undefined {
    const source = this.exchange(queue.vhost, DEFAULT_EXCHANGE);
    const what = {
      destinationType: 'queue',
      destination: queue,
      routingKey: queue.name,
      arguments: EMPTY_TABLE,
    } as const;
    return source && { source, ...what };
  }

  // Policies

  policy(scope: PolicyScope, vhost: string, name: string): Policy | undefined {
    return this.#state.vhosts.get(vhost)?.policies[scope].get(name);
  }

  /** @throws DomainError `not_found` */
  policies(scope: PolicyScope, vhost: string): Iterable<Policy> {
    return existingVhost(this.#context, vhost).policies[scope].all();
  }

  /** Sets it whole, new or not. @throws DomainError `invalid_request`, `limit_exceeded`, `not_found` (vhost) */
  putPolicy(scope: PolicyScope, wanted: NewPolicy): void {
    putPolicy(this.#context, scope, wanted);
  }

  /** Answers whether there was one. @throws DomainError `not_found` (vhost) */
  deletePolicy(scope: PolicyScope, vhost: string, name: string): boolean {
    return deletePolicy(this.#context, scope, vhost, name);
  }
}
