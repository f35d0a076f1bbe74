/**
 * All queues of the node, for gateways: calls carry ids, answers are values, and deliveries come through sinks, so that a queue
 * may one day be on another node. Queues come and go with the catalog. Messages are in the lanes' logs; what is settled is
 * journalled lazily, lane by lane, since losing it means a redelivery.
 *
 * Bounds: messages in memory that are not written, over all queues and per lane; beyond them messages are written to the disk.
 */
import type { LogId } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';
import { DomainError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Message } from '../message/message.ts';
import type { GatheringWriter, Journal, Log, StateMachine } from '../storage/log.ts';
import type { AnyQueue } from './any-queue.ts';
import type { ConsumerId, ConsumerSpec } from './consumer.ts';
import { type DeadLetterPort, DeadLetters } from './dead-letters.ts';
import { Deadline } from './deadline.ts';
import { DelayedMessages, type DelayOverPort, type DelayTarget } from './delayed-messages.ts';
import { KeptBytes } from './kept-bytes.ts';
import { Lane, type LaneDeps } from './lane.ts';
import type { MessageId } from './message-id.ts';
import { type Got, type Outcome, Queue } from './queue.ts';
import type { QueueStats } from './queue-stats.ts';
import type { QueueView } from './queue-view.ts';
import type { QueueRecord } from './records.ts';
import { storedMessage } from './stored-message.ts';

export interface QueuesSettings {
  /** How long a settlement may wait before it is journalled. */
  readonly settleDelayMs: number;
  /** Memory for messages that need not be on disk. */
  readonly unwrittenBytesMax: number;
  readonly laneUnwrittenBytesMax: number;
  /** Messages that wait for their time. */
  readonly delayedMax: number;
}

/** What queues need of the storage engine. */
export interface QueueStore {
  log(id: LogId): Log;
  dropLog(id: LogId): void;
  gather(writer: GatheringWriter, bytes: number): void;
}

export interface QueuesDeps {
  readonly clock: Clock;
  readonly store: QueueStore;
  readonly journal: Journal<QueueRecord>;
  readonly settings: QueuesSettings;
  readonly logger: Logger;
  readonly deadLetter: DeadLetterPort;
  /** Routes and publishes a message whose delay is over. */
  readonly delayOver: DelayOverPort;
  /** The queue is to be deleted, by the catalog: its last consumer went, or nobody used it for as long as it may live. */
  queueUnused(queue: LogId, why: 'auto_delete' | 'expired'): void;
  /** Queues whose messages are the records of a topic. Without it there are none. */
  readonly streams?: { open(view: QueueView): AnyQueue };
}

export interface QueueCounts {
  readonly ready: number;
  readonly unacked: number;
  readonly consumers: number;
  readonly readyBytes: number;
  readonly unackedBytes: number;
}

export interface ConsumerView {
  readonly id: ConsumerId;
  readonly noAck: boolean;
  readonly prefetch: number;
  readonly priority: number;
  readonly exclusive: boolean;
  readonly isActive: boolean;
  readonly unsettled: number;
}

/** The log of delayed messages; the ids of queues begin behind it. */
const DELAYED_LOG_ID = (2 ** 30 - 1) as LogId;

const SHARED_SLAB_BYTES = 8 * 1024;
/** A disk that could not be read may be read later; nothing else may happen to a queue that would make it try again. */
const READ_RETRY_MS = 1000;

const NO_COUNTS: QueueCounts = { ready: 0, unacked: 0, consumers: 0, readyBytes: 0, unackedBytes: 0 };

export class Queues implements StateMachine<QueueRecord> {
  readonly #deps: QueuesDeps;
  readonly #byId = new Map<LogId, AnyQueue>();
  readonly #lanes = new Map<LogId, Lane>();
  readonly #laneDeps: LaneDeps;
  readonly #deadLetters: DeadLetters;
  readonly #delayed: DelayedMessages;
  readonly #settledLanes = new Set<Lane>();
  readonly #flush: Deadline;
  readonly #retry: Deadline;
  /** What tries again to read the lanes that could not be read. */
  readonly #unread = new Set<() => void>();
  #nextConsumer = 1;
  #nowMs: number | undefined;
  /** All that was in memory when it was used up is written with the next group. */
  #isSpilling = false;

  constructor(deps: QueuesDeps) {
    this.#deps = deps;
    const { store, settings, clock } = deps;
    this.#deadLetters = new DeadLetters(clock, deps.deadLetter);
    this.#flush = new Deadline(clock, () => this.flushSettled());
    this.#retry = new Deadline(clock, () => this.#readAgain());
    const memory = { bytes: 0, bytesMax: settings.unwrittenBytesMax, laneBytesMax: settings.laneUnwrittenBytesMax };
    this.#laneDeps = {
      memory,
      sharedSlabs: new KeptBytes(SHARED_SLAB_BYTES, SHARED_SLAB_BYTES),
      gather: (writer, bytes) => store.gather(writer, bytes),
      settledSome: (lane) => this.#settledSome(lane),
    };
    const delayed = this.#newLane(DELAYED_LOG_ID, 0, 'delayed messages', () => this.#delayed.loaded());
    this.#delayed = new DelayedMessages(clock, delayed, deps.delayOver, settings.delayedMax);
  }

  // Lifecycle: told by the catalog while it applies its records, live and in recovery.

  onQueueDeclared(view: QueueView): void {
    const { clock, queueUnused, streams } = this.#deps;
    if (view.settings.type === 'stream') {
      if (streams !== undefined) this.#byId.set(view.id, streams.open(view));
      return;
    }
    const lanes = Array.from({ length: view.settings.maxPriority + 1 }, (_, priority) =>
      this.#newLane((view.id + priority) as LogId, priority, view.name, () => this.#loaded(view.id)),
    );
    const queue = new Queue(view, lanes, {
      clock,
      deadLetters: this.#deadLetters,
      sharedSlabs: this.#laneDeps.sharedSlabs,
      unused: (why) => queueUnused(view.id, why),
    });
    this.#byId.set(view.id, queue);
  }

  #newLane(id: LogId, priority: number, name: string, loaded: () => void): Lane {
    const lane = new Lane(priority, this.#deps.store.log(id), this.#laneDeps, {
      loaded,
      failed: ({ message }) => {
        this.#deps.logger.error({ queue: name, reason: message }, 'messages of a queue can not be read');
        if (this.#unread.size === 0) this.#retry.set(READ_RETRY_MS);
        this.#unread.add(loaded);
      },
    });
    this.#lanes.set(id, lane);
    return lane;
  }

  #readAgain(): void {
    const unread = [...this.#unread];
    this.#unread.clear();
    for (const tryAgain of unread) tryAgain();
  }

  #loaded(id: LogId): void {
    this.#byId.get(id)?.refresh();
    this.#deadLetters.wake();
  }

  onQueueChanged(view: QueueView): void {
    const queue = this.#byId.get(view.id);
    queue?.touch();
    queue?.refresh();
  }

  onQueueDeleted({ id }: QueueView): void {
    const queue = this.#byId.get(id);
    if (queue === undefined) return;
    this.#byId.delete(id);
    queue.drop();
    for (const lane of queue.lanes) {
      this.#lanes.delete(lane.id);
      this.#settledLanes.delete(lane);
      this.#deps.store.dropLog(lane.id);
    }
  }

  apply(record: QueueRecord): void {
    // The queue may have been deleted between this record and the checkpoint that replay began from.
    const state = this.#lanes.get(record.logId)?.state;
    if (state === undefined) return;
    if (record.type === 'settled') state.applySettled(record);
    else state.restore(record);
  }

  *snapshot(): Iterable<QueueRecord> {
    for (const lane of this.#lanes.values()) {
      const record = lane.state.snapshot();
      if (record !== undefined) yield record;
    }
  }

  /** Once, after recovery and before anything else is called. */
  recovered(): void {
    for (const lane of this.#lanes.values()) lane.recovered();
    for (const queue of this.#byId.values()) {
      queue.touch();
      queue.refresh();
    }
    this.#delayed.takeNew();
  }

  /** Before the node stops: what was settled is on its way to the disk. */
  stop(): void {
    this.#flush.clear();
    this.#retry.clear();
    this.flushSettled();
  }

  // Messages.

  /**
   * To each of the queues. False if at least one refused it. What must last is durable when the watermark has passed what
   * `appended` is right after.
   */
  publish(queues: readonly LogId[], message: Message): boolean {
    let isAccepted = true;
    const stored = storedMessage(message, this.#now());
    for (const id of queues) {
      const queue = this.#byId.get(id);
      if (queue !== undefined && !queue.publish(stored)) isAccepted = false;
    }
    const { memory } = this.#laneDeps;
    if (memory.bytes <= memory.bytesMax) this.#isSpilling = false;
    else if (!this.#isSpilling) this.#spill();
    return isAccepted;
  }

  /** Read once per turn of the event loop. */
  #now(): number {
    if (this.#nowMs === undefined) {
      this.#nowMs = this.#deps.clock.nowMs();
      this.#deps.clock.defer(() => {
        this.#nowMs = undefined;
      });
    }
    return this.#nowMs;
  }

  #spill(): void {
    this.#isSpilling = true;
    for (const lane of this.#lanes.values()) if (lane.unwrittenBytes > 0) lane.spill();
  }

  /** Keeps a message until its time has come; durable as what is published. False if too many wait already. */
  delay(message: Message, target: DelayTarget, delayMs: number): boolean {
    return this.#delayed.add(message, target, delayMs);
  }

  /**
   * Deliveries may begin before this returns.
   * @throws DomainError access_refused if another consumer is exclusive, or this one wants to be and is not alone; not_found
   */
  consume(id: LogId, spec: ConsumerSpec): ConsumerId {
    const consumer = this.#nextConsumer as ConsumerId;
    this.#nextConsumer += 1;
    this.#queue(id).consume(consumer, spec);
    return consumer;
  }

  /** Ends the deliveries; what the consumer has in hand stays so until it is settled. */
  cancel(id: LogId, consumer: ConsumerId): void {
    this.#byId.get(id)?.cancel(consumer);
  }

  setPaused(id: LogId, consumer: ConsumerId, paused: boolean): void {
    this.#byId.get(id)?.setPaused(consumer, paused);
  }

  /** Ids that are not in flight are left alone; answers how many were. All are settled before anything is delivered again. */
  settle(id: LogId, ids: readonly MessageId[], outcome: Outcome): number {
    return this.#byId.get(id)?.settle(ids, outcome) ?? 0;
  }

  /** `settle` of one. */
  settleOne(id: LogId, message: MessageId, outcome: Outcome): boolean {
    return this.#byId.get(id)?.settleOne(message, outcome) ?? false;
  }

  /** The next message, or undefined. A promise only if it must be read from disk. @throws DomainError not_found */
  get(id: LogId, noAck: boolean): Got | undefined | Promise<Got | undefined> {
    return this.#queue(id).get(noAck);
  }

  /** Drops what is ready; answers how many. @throws DomainError not_found */
  purge(id: LogId): number {
    return this.#queue(id).purge();
  }

  /** A use that keeps the queue from expiring. */
  touch(id: LogId): void {
    this.#byId.get(id)?.touch();
  }

  counts(id: LogId): QueueCounts {
    const queue = this.#byId.get(id);
    if (queue === undefined) return NO_COUNTS;
    const { ready, readyBytes, unacked, unackedBytes, consumers } = queue;
    return { ready, readyBytes, unacked, unackedBytes, consumers: consumers.size };
  }

  /** Memory that what is ready takes; 0 if some of it must be read from disk. */
  readyInMemory(id: LogId): number {
    return this.#byId.get(id)?.readyInMemory ?? 0;
  }

  stats(id: LogId): Readonly<QueueStats> | undefined {
    return this.#byId.get(id)?.stats;
  }

  *consumers(id: LogId): Iterable<ConsumerView> {
    for (const { id: consumer, spec, isActive, unsettled } of this.#byId.get(id)?.consumers.all() ?? []) {
      const { noAck, prefetch, priority, exclusive } = spec;
      yield { id: consumer, noAck, prefetch, priority, exclusive, isActive, unsettled };
    }
  }

  /** Journals what was settled since the last time. */
  flushSettled(): void {
    if (this.#settledLanes.size === 0) return;
    const records: QueueRecord[] = [];
    for (const lane of this.#settledLanes) {
      const record = lane.takeSettled();
      if (record !== undefined) records.push(record);
    }
    this.#settledLanes.clear();
    this.#deps.journal.commit(records);
  }

  #settledSome(lane: Lane): void {
    if (this.#settledLanes.size === 0) this.#flush.set(this.#deps.settings.settleDelayMs);
    this.#settledLanes.add(lane);
  }

  #queue(id: LogId): AnyQueue {
    const queue = this.#byId.get(id);
    if (queue === undefined) throw new DomainError('not_found', `no queue with id ${id}`);
    return queue;
  }
}
