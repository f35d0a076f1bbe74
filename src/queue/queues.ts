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
import type { Random } from '../base/random.ts';
import type { Message } from '../message/message.ts';
import type { GatheringWriter, Journal, Log, StateMachine } from '../storage/log.ts';
import type { AnyQueue } from './any-queue.ts';
import { BatchCipher } from './batch-cipher.ts';
import type { ConsumerId, ConsumerSpec } from './consumer.ts';
import { type DeadLetterPort, DeadLetters } from './dead-letters.ts';
import { Deadline } from './deadline.ts';
import { Deduplication } from './deduplication.ts';
import { DelayedMessages, type DelayOverPort, type DelayTarget } from './delayed-messages.ts';
import { KeptBytes } from './kept-bytes.ts';
import { Lane, type LaneDeps, type LaneSettings } from './lane.ts';
import type { MessageId } from './message-id.ts';
import type {
  PollCounts,
  ReceiveAnswer,
  Received,
  ReceiveOptions,
  RemoveOutcome,
  SendOptions,
  Sent,
  VisibilityOutcome,
  Waiting,
} from './polling.ts';
import { type Got, type Outcome, Queue } from './queue.ts';
import { QueueChanges } from './queue-changes.ts';
import type { QueueStats } from './queue-stats.ts';
import type { QueueView } from './queue-view.ts';
import type { QueueRecord } from './records.ts';
import { type StoredMessage, storedMessage } from './stored-message.ts';

export interface QueuesSettings {
  /** How long a settlement may wait before it is journalled. */
  readonly settleDelayMs: number;
  /** Memory for messages that need not be on disk. */
  readonly unwrittenBytesMax: number;
  readonly laneUnwrittenBytesMax: number;
  /** Messages that wait for their time in exchanges. */
  readonly delayedMax: number;
  /** Messages of one queue in the hands of those who poll it. */
  readonly inFlightMax: number;
  /** How many messages of a FIFO queue are looked at for one that can be handed out. */
  readonly lookAheadMax: number;
  /** What one FIFO queue remembers to have been sent. */
  readonly deduplicationMax: number;
}

/** What queues need of the storage engine. */
export interface QueueStore {
  log(id: LogId): Log;
  dropLog(id: LogId): void;
  gather(writer: GatheringWriter, bytes: number): void;
  /** What `body` appends survives a crash as a whole or not at all. */
  atomically(body: () => void): void;
}

export interface QueuesDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: QueueStore;
  readonly journal: Journal<QueueRecord>;
  readonly settings: QueuesSettings;
  readonly logger: Logger;
  /** 32 bytes, for queues that are encrypted; asked for when there is one. May throw. */
  encryptionKey(): Buffer;
  readonly deadLetter: DeadLetterPort;
  /** Routes and publishes a message whose delay is over. */
  readonly delayOver: DelayOverPort;
  /** The queue is to be deleted, by the catalog: its last consumer went, or nobody used it for as long as it may live. */
  queueUnused(queue: LogId, why: 'auto_delete' | 'expired'): void;
  /** Moves a message to the queue that takes what was received too often. False: there is none. */
  redrive(source: QueueView, message: StoredMessage): boolean;
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

/** Whose lane it is. */
interface LaneOwner {
  readonly name: string;
  readonly settings: LaneSettings;
}

const DELAYED: LaneOwner = { name: 'delayed messages', settings: { fifo: undefined, encrypted: false } };

const SHARED_SLAB_BYTES = 8 * 1024;
/** Messages that the disk did not give are asked for again after this time, lest their queue stands still for good. */
const READ_RETRY_MS = 1000;

const NO_COUNTS: QueueCounts = { ready: 0, unacked: 0, consumers: 0, readyBytes: 0, unackedBytes: 0 };

export class Queues implements StateMachine<QueueRecord> {
  readonly #deps: QueuesDeps;
  readonly #byId = new Map<LogId, AnyQueue>();
  readonly #lanes = new Map<LogId, Lane>();
  readonly #laneDeps: LaneDeps;
  readonly #deadLetters: DeadLetters;
  readonly #delayed: DelayedMessages;
  readonly #changes: QueueChanges;
  /** Of FIFO queues. */
  readonly #deduplications = new Map<LogId, Deduplication>();
  /** Of lanes whose last read failed: tries it again. */
  readonly #failedReads: (() => void)[] = [];
  readonly #readRetry: Deadline;
  #nextConsumer = 1;
  #nowMs: number | undefined;
  /** All that was in memory when it was used up is written with the next group. */
  #isSpilling = false;

  constructor(deps: QueuesDeps) {
    this.#deps = deps;
    const { store, settings, clock } = deps;
    this.#deadLetters = new DeadLetters(clock, deps.deadLetter);
    this.#changes = new QueueChanges({ ...deps, settleDelayMs: settings.settleDelayMs });
    this.#readRetry = new Deadline(clock, () => {
      for (const again of this.#failedReads.splice(0)) again();
    });
    const memory = { bytes: 0, bytesMax: settings.unwrittenBytesMax, laneBytesMax: settings.laneUnwrittenBytesMax };
    this.#laneDeps = {
      memory,
      sharedSlabs: new KeptBytes(SHARED_SLAB_BYTES, SHARED_SLAB_BYTES),
      gather: (writer, bytes) => store.gather(writer, bytes),
      settledSome: (lane, isSoon) => this.#changes.settledSome(lane, isSoon),
      heldSome: (lane) => this.#changes.heldSome(lane),
      lookAheadMax: settings.lookAheadMax,
      cipher: new BatchCipher(deps.encryptionKey, deps.random),
    };
    const delayed = this.#newLane(DELAYED_LOG_ID, 0, DELAYED, () => this.#delayed.loaded());
    this.#delayed = new DelayedMessages(clock, delayed, deps.delayOver, settings.delayedMax);
  }

  // Lifecycle: told by the catalog while it applies its records, live and in recovery.

  onQueueDeclared(view: QueueView): void {
    const { clock, queueUnused, streams, settings, redrive } = this.#deps;
    if (view.settings.type === 'stream') {
      if (streams !== undefined) this.#byId.set(view.id, streams.open(view));
      return;
    }
    const lanes = Array.from({ length: view.settings.maxPriority + 1 }, (_, priority) =>
      this.#newLane((view.id + priority) as LogId, priority, view, () => this.#loaded(view.id)),
    );
    const deduplication = view.settings.fifo === undefined ? undefined : new Deduplication(view.id);
    if (deduplication !== undefined) this.#deduplications.set(view.id, deduplication);
    const queue = new Queue(view, lanes, {
      clock,
      deduplication,
      inFlightMax: settings.inFlightMax,
      deduplicationMax: settings.deduplicationMax,
      flushSoon: () => {
        if (deduplication === undefined) this.#changes.flushSoon();
        else this.#changes.deduplicated(deduplication);
      },
      redrive,
      deadLetters: this.#deadLetters,
      sharedSlabs: this.#laneDeps.sharedSlabs,
      unused: (why) => queueUnused(view.id, why),
    });
    this.#byId.set(view.id, queue);
  }

  #newLane(id: LogId, priority: number, of: LaneOwner, loaded: () => void): Lane {
    const failed = ({ message }: Error, again: () => void): void => {
      this.#deps.logger.error({ queue: of.name, reason: message }, 'messages of a queue can not be read');
      this.#failedReads.push(again);
      this.#readRetry.setEarlier(READ_RETRY_MS);
    };
    const gather = (lane: GatheringWriter, bytes: number): void => this.#changes.gathered(lane, bytes);
    const deps = of.settings.fifo === undefined ? this.#laneDeps : { ...this.#laneDeps, gather };
    const lane = new Lane(priority, this.#deps.store.log(id), deps, { loaded, failed }, () => of.settings);
    this.#lanes.set(id, lane);
    return lane;
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
    this.#deduplications.delete(id);
    queue.drop();
    for (const lane of queue.lanes) {
      this.#lanes.delete(lane.id);
      this.#changes.forget(lane);
      this.#deps.store.dropLog(lane.id);
    }
  }

  apply(record: QueueRecord): void {
    // The queue may have been deleted between this record and the checkpoint that replay began from.
    const state = this.#lanes.get(record.logId)?.state;
    if (state === undefined) return;
    switch (record.type) {
      case 'settled':
        state.applySettled(record);
        break;
      case 'held':
        state.applyHeld(record);
        break;
      case 'deduplicated':
        this.#deduplications.get(record.logId)?.apply(record);
        break;
      case 'lane':
        state.restore(record);
        break;
    }
  }

  *snapshot(): Iterable<QueueRecord> {
    for (const lane of this.#lanes.values()) {
      const record = lane.state.snapshot();
      if (record !== undefined) yield record;
    }
    for (const deduplication of this.#deduplications.values()) {
      const record = deduplication.snapshot();
      if (record !== undefined) yield record;
    }
  }

  /** Once, after recovery and before anything else is called. */
  recovered(): void {
    for (const lane of this.#lanes.values()) lane.recovered();
    for (const queue of this.#byId.values()) queue.recovered();
    this.#delayed.takeNew();
  }

  /** Before the node stops: what was settled is on its way to the disk. */
  stop(): void {
    this.#readRetry.clear();
    this.#changes.stop();
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

  // For those who poll: see `polling.ts`. All throw DomainError not_found, and not_implemented for a stream.

  /** Unlike what is published it goes to this queue alone. @throws DomainError limit_exceeded if it is full, or too much was sent lately to a FIFO queue */
  send(id: LogId, message: Message, options: SendOptions): Sent {
    return this.#polled(id).send(storedMessage(message, this.#now()), options);
  }

  /**
   * A message that comes from another queue, with the time at which it came there; in a FIFO queue it lives from now on, as it does at
   * AWS. False if the queue has no room for it.
   */
  move(id: LogId, message: StoredMessage): boolean {
    const queue = this.#queue(id);
    if (!(queue instanceof Queue)) return queue.publish(message);
    const moved = queue.isFifo ? storedMessage(message, this.#now()) : message;
    return !queue.refuses(moved) && queue.publish(moved);
  }

  /** `answer` may be called at once; then nobody waits. It must not call back. */
  receive(id: LogId, options: ReceiveOptions, answer: (answer: ReceiveAnswer) => void): Waiting | undefined {
    return this.#polled(id).receive(options, answer);
  }

  /** Takes back an answer that never left: the messages are as if they had not been received, also after a crash. */
  giveBack(id: LogId, received: readonly Received[], { attemptId }: ReceiveOptions): void {
    const queue = this.#byId.get(id);
    if (queue instanceof Queue) queue.polls.giveBack(received, attemptId);
  }

  /** @param receives of the receive that the message is deleted after. A promise only if something must be read from disk */
  remove(id: LogId, message: MessageId, receives: number): RemoveOutcome | Promise<RemoveOutcome> {
    const outcome = this.#polled(id).polls.remove(message, receives);
    if (outcome instanceof Promise) return outcome.finally(() => this.#changes.flushSoon());
    this.#changes.flushSoon();
    return outcome;
  }

  changeVisibility(id: LogId, message: MessageId, receives: number, visibilityMs: number): VisibilityOutcome {
    return this.#polled(id).polls.changeVisibility(message, receives, visibilityMs);
  }

  pollCounts(id: LogId): PollCounts {
    return this.#polled(id).pollCounts;
  }

  /** Drops everything, in flight or not, and forgets what was sent. */
  purgeAll(id: LogId): void {
    this.#polled(id).purgeAll();
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

  /** Whether queues can be encrypted: there is a key. */
  canEncrypt(): boolean {
    try {
      this.#deps.encryptionKey();
      return true;
    } catch (error) {
      this.#deps.logger.error({ reason: (error as Error).message }, 'there is no key to encrypt queues with');
      return false;
    }
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

  /** Journals what has changed since the last time. */
  flushSettled(): void {
    this.#changes.flush();
  }

  #polled(id: LogId): Queue {
    const queue = this.#queue(id);
    if (!(queue instanceof Queue)) throw new DomainError('not_implemented', `queue with id ${id} is a stream`);
    return queue;
  }

  #queue(id: LogId): AnyQueue {
    const queue = this.#byId.get(id);
    if (queue === undefined) throw new DomainError('not_found', `no queue with id ${id}`);
    return queue;
  }
}
