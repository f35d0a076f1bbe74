/** Queues on a storage engine on the memory medium, under a seeded scheduler; a toy catalog declares them. */
import type { LogId } from '../../src/base/brand.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { QueueSettings } from '../../src/catalog/amqp/queue-settings.ts';
import type { Message } from '../../src/message/message.ts';
import type { ConsumerId, ConsumerSpec } from '../../src/queue/consumer.ts';
import type { DelayTarget } from '../../src/queue/delayed-messages.ts';
import type { MessageId } from '../../src/queue/message-id.ts';
import type { QueueView } from '../../src/queue/queue-view.ts';
import { Queues, type QueuesSettings } from '../../src/queue/queues.ts';
import type { QueueRecord } from '../../src/queue/records.ts';
import type { StoredMessage } from '../../src/queue/stored-message.ts';
import type { Journal, StateMachine } from '../../src/storage/log.ts';
import { MemoryMedium } from '../../src/storage/medium/memory.ts';
import { Storage, type StorageSettings } from '../../src/storage/storage.ts';
import { Scheduler } from '../support/scheduler.ts';

export const STORAGE: StorageSettings = {
  fsync: 'always',
  fsyncIntervalMs: 1000,
  segmentBytesMax: 16 * 1024,
  cleanLivePercentMax: 50,
  tailCacheBytesMax: 2048,
  indexCacheBytesMax: 4096,
  readCacheBytesMax: 4096,
  walPendingBytesMax: 64 * 1024,
  diskReserveBytes: 0,
};

export const QUEUES: QueuesSettings = {
  settleDelayMs: 100,
  unwrittenBytesMax: 16 * 1024,
  laneUnwrittenBytesMax: 4096,
  delayedMax: 100,
  inFlightMax: 1000,
  lookAheadMax: 50,
  deduplicationMax: 1000,
};

const DEFAULTS: QueueSettings = {
  type: 'classic',
  durable: true,
  exclusive: false,
  autoDelete: false,
  messageTtlMs: undefined,
  expiresMs: undefined,
  maxLength: undefined,
  maxLengthBytes: undefined,
  overflow: 'drop-head',
  deadLetterExchange: undefined,
  deadLetterRoutingKey: undefined,
  maxPriority: 0,
  singleActiveConsumer: false,
  deliveryLimit: undefined,
  streamMaxAgeMs: undefined,
  streamMaxLengthBytes: undefined,
  streamSegmentBytes: undefined,
  retentionMs: undefined,
  redriveQueue: undefined,
  redriveReceives: undefined,
  fifo: undefined,
  encrypted: false,
};

type ToyRecord =
  | { readonly type: 'declared'; readonly id: LogId; readonly settings: QueueSettings }
  | { readonly type: 'deleted'; readonly id: LogId };

class ToyCatalog implements StateMachine<ToyRecord> {
  readonly views = new Map<LogId, QueueView>();
  queues: Queues | undefined;

  apply(record: ToyRecord): void {
    if (record.type === 'declared') {
      const view = { id: record.id, vhost: '/', name: `q${record.id}`, settings: record.settings };
      this.views.set(record.id, view);
      this.queues?.onQueueDeclared(view);
      return;
    }
    const view = this.views.get(record.id);
    this.views.delete(record.id);
    if (view !== undefined) this.queues?.onQueueDeleted(view);
  }

  *snapshot(): Iterable<ToyRecord> {
    for (const { id, settings } of this.views.values()) yield { type: 'declared', id, settings };
  }
}

export interface DeadLetter {
  readonly queue: LogId;
  readonly text: string;
  readonly reason: string;
  readonly deliveries: number;
}

export class QueueWorld {
  readonly scheduler: Scheduler;
  medium: MemoryMedium;
  storage: Storage;
  queues: Queues;
  journal: Journal<ToyRecord>;
  catalog = new ToyCatalog();
  fatal: Error | undefined;
  readonly deadLetters: DeadLetter[] = [];
  readonly delaysOver: { text: string; target: DelayTarget; atMs: number }[] = [];
  readonly unused: { id: LogId; why: string }[] = [];
  /** Where dead letters go besides the list. */
  deadLetterTo: LogId | undefined;
  /** Where what was received too often goes. */
  redriveTo: LogId | undefined;
  encryptionKey = Buffer.alloc(32, 7);
  readonly redriven: { queue: LogId; text: string }[] = [];
  /** Called before such a message moves. */
  onRedrive: (text: string) => void = () => {};

  constructor(
    seed = 1,
    readonly settings: QueuesSettings = QUEUES,
    readonly storageSettings: StorageSettings = STORAGE,
  ) {
    this.scheduler = new Scheduler(seed);
    this.medium = new MemoryMedium({ schedule: this.scheduler.defer });
    [this.storage, this.queues, this.journal] = this.#build();
  }

  #build(): [Storage, Queues, Journal<ToyRecord>] {
    const storage: Storage = new Storage({
      medium: this.medium,
      clock: this.scheduler,
      random: this.scheduler.random,
      settings: this.storageSettings,
      logger: silentLogger,
      onFatal: (error) => {
        this.fatal = error;
      },
    });
    const catalogJournal = storage.journal<ToyRecord>(6 as LogId);
    const queueJournal = storage.journal<QueueRecord>(8 as LogId);
    const queues: Queues = new Queues({
      clock: this.scheduler,
      random: this.scheduler.random,
      encryptionKey: () => this.encryptionKey,
      store: storage,
      journal: queueJournal,
      settings: this.settings,
      logger: silentLogger,
      deadLetter: (source, message, reason, deliveries) => {
        this.deadLetters.push({ queue: source.id, text: message.body.toString(), reason, deliveries });
        if (this.deadLetterTo !== undefined) queues.publish([this.deadLetterTo], message);
      },
      redrive: (source, message) => {
        const target = this.redriveTo;
        if (target === undefined) return false;
        const text = message.body.toString();
        this.redriven.push({ queue: source.id, text });
        this.onRedrive(text);
        return queues.move(target, message);
      },
      delayOver: ({ body }, target) =>
        this.delaysOver.push({ text: body.toString(), target, atMs: this.scheduler.monotonicMs() }),
      queueUnused: (id, why) => this.unused.push({ id, why }),
    });
    this.catalog = new ToyCatalog();
    this.catalog.queues = queues;
    catalogJournal.attach(this.catalog);
    queueJournal.attach(queues);
    return [storage, queues, catalogJournal];
  }

  async start(): Promise<this> {
    await this.scheduler.until(this.storage.recover());
    this.queues.recovered();
    return this;
  }

  /** What is pending is lost; recovers from what the medium kept. */
  async crash(): Promise<void> {
    await this.scheduler.idle();
    this.scheduler.clear();
    this.medium = this.medium.crash(this.scheduler.random);
    [this.storage, this.queues, this.journal] = this.#build();
    await this.start();
  }

  async restart(): Promise<void> {
    this.queues.stop();
    await this.scheduler.until(this.storage.stop());
    this.scheduler.clear();
    [this.storage, this.queues, this.journal] = this.#build();
    await this.start();
  }

  declare(id: number, settings: Partial<QueueSettings> = {}): LogId {
    this.journal.commit([{ type: 'declared', id: id as LogId, settings: { ...DEFAULTS, ...settings } }]);
    return id as LogId;
  }

  delete(id: LogId): void {
    this.journal.commit([{ type: 'deleted', id }]);
  }

  publish(id: LogId, text: string, options: Partial<Message> = {}): boolean {
    const published = message(text, options);
    const body = Buffer.from(published.body);
    const isAccepted = this.queues.publish([id], { ...published, body, isLent: true });
    // As a gateway's: the body is there during the call only.
    body.fill('-');
    return isAccepted;
  }

  consume(id: LogId, spec: Partial<ConsumerSpec> = {}): TestConsumer {
    return new TestConsumer(this, id, spec);
  }

  async get(id: LogId, noAck = true): Promise<string | undefined> {
    const got = this.queues.get(id, noAck);
    return (await this.scheduler.until(Promise.resolve(got)))?.message.body.toString();
  }

  /** Everything that is ready, taken for good. */
  async drain(id: LogId): Promise<string[]> {
    const texts: string[] = [];
    for (let text = await this.get(id); text !== undefined; text = await this.get(id)) texts.push(text);
    return texts;
  }
}

export interface Delivered {
  readonly id: MessageId;
  readonly text: string;
  readonly deliveries: number;
}

export class TestConsumer {
  readonly delivered: Delivered[] = [];
  isCancelled = false;
  isActivated = false;
  readonly id: ConsumerId;

  constructor(
    private readonly world: QueueWorld,
    private readonly queue: LogId,
    spec: Partial<ConsumerSpec>,
    onDeliver: (delivered: Delivered) => void = () => {},
  ) {
    this.id = world.queues.consume(queue, {
      noAck: false,
      prefetch: 0,
      priority: 0,
      exclusive: false,
      sink: {
        deliver: (id: MessageId, { body }: StoredMessage, deliveries: number) => {
          const delivered = { id, text: body.toString(), deliveries };
          this.delivered.push(delivered);
          onDeliver(delivered);
        },
        cancelled: () => {
          this.isCancelled = true;
        },
        activated: () => {
          this.isActivated = true;
        },
      },
      ...spec,
    });
  }

  get texts(): string[] {
    return this.delivered.map(({ text }) => text);
  }

  settle(outcome: 'accepted' | 'requeued' | 'rejected', ...texts: string[]): void {
    const ids = texts.map((text) => {
      const found = this.delivered.findLast((one) => one.text === text);
      if (found === undefined) throw new Error(`${text} was not delivered`);
      return found.id;
    });
    this.world.queues.settle(this.queue, ids, outcome);
  }

  cancel(): void {
    this.world.queues.cancel(this.queue, this.id);
  }
}

export function message(text: string, options: Partial<Message> = {}): Message {
  return {
    origin: 'amqp',
    exchange: '',
    routingKey: 'key',
    properties: Buffer.from([0x10, 0, 2]),
    body: Buffer.from(text),
    persistent: true,
    priority: 0,
    ttlMs: undefined,
    ...options,
  };
}
