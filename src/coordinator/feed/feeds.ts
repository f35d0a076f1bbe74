/**
 * All exchanges of the node that a Kafka topic feeds (`x-source-topic`, `catalog/amqp/source-topic.ts`). Every committed record becomes
 * a message that the exchange routes, at least once: how far each feed has come is journalled lazily, behind the messages, so a
 * crash repeats some and loses none.
 *
 * A partition without a position is read from its beginning. So an exchange that begins with `next` gets positions together with
 * its declaration, and a topic or partitions that come later are read as a whole. A topic that is deleted takes its positions along.
 */
import type { Timer } from '../../base/clock.ts';
import type { AmqpCatalogListener, Exchange } from '../../catalog/amqp/model.ts';
import { sourceTopicOf } from '../../catalog/amqp/source-topic.ts';
import type { CatalogListener, Topic } from '../../catalog/topic.ts';
import type { Journal, StateMachine } from '../../storage/log.ts';
import type { Partition } from '../../stream/partition.ts';
import { Feed, type FeedDeps, type FeedTarget } from './feed.ts';
import type { FeedRecord } from './records.ts';

export interface FeedsSettings {
  /** How long a position may wait before it is journalled. */
  readonly positionDelayMs: number;
}

/** Back-pressure from storage. */
export interface FeedPressure {
  readonly overloaded: boolean;
  onRelieved(listener: () => void): void;
  readonly hasSpace: boolean;
}

export interface FeedsDeps extends Pick<FeedDeps, 'clock' | 'logger' | 'unpacked'> {
  readonly journal: Journal<FeedRecord>;
  readonly pressure: FeedPressure;
  readonly settings: FeedsSettings;
  /** The topic of that name, and its partitions by their index. */
  topic(name: string): { readonly id: string; readonly partitions: readonly Partition[] } | undefined;
  /** For publishing records of `topic`. */
  target(exchange: string, topic: string): FeedTarget;
}

interface State {
  readonly feed: Feed;
  /** Of the topic that `positions` are in. */
  topicId: string | undefined;
  /** As they are journalled. */
  positions: Map<number, number>;
}

/** So many records are published before their positions are journalled, however fast they come. */
const UNJOURNALLED_RECORDS_MAX = 1000;

export class Feeds implements StateMachine<FeedRecord>, AmqpCatalogListener, CatalogListener {
  readonly #deps: FeedsDeps;
  readonly #byExchange = new Map<string, State>();
  readonly #byTopic = new Map<string, Set<State>>();
  /** What they have published is not all journalled. */
  readonly #ahead = new Set<State>();
  /** They wait for the storage to take more. */
  readonly #blocked = new Set<Feed>();
  #unjournalled = 0;
  #timer: Timer | undefined;
  #awaitsRelief = false;
  #isLive = false;

  constructor(deps: FeedsDeps) {
    this.#deps = deps;
  }

  apply({ exchange, topicId, positions }: FeedRecord): void {
    const state = this.#byExchange.get(exchange);
    // One of them may have been deleted between this record and the checkpoint that replay began from.
    if (state === undefined || this.#deps.topic(state.feed.topic)?.id !== topicId) return;
    if (state.topicId !== topicId) state.positions = new Map();
    state.topicId = topicId;
    for (const [partition, offset] of positions) state.positions.set(partition, offset);
  }

  *snapshot(): Iterable<FeedRecord> {
    for (const [exchange, { topicId, positions }] of this.#byExchange) {
      if (topicId !== undefined) yield { type: 'positions', exchange, topicId, positions: [...positions] };
    }
  }

  /** Once, after recovery and before anything else is called. */
  recovered(): void {
    this.#isLive = true;
    for (const state of this.#byExchange.values()) this.#begin(state);
  }

  /** Once a second or so: tries again what could not be done. */
  tick(): void {
    this.#blocked.clear();
    for (const { feed } of this.#byExchange.values()) feed.wake();
  }

  /** Before the node stops: nothing is published any more, and positions are on their way to the disk. */
  stop(): void {
    this.#flush();
    this.#isLive = false;
    for (const { feed } of this.#byExchange.values()) feed.end();
  }

  onExchangeDeclared({ vhost, name, arguments: args }: Exchange): void {
    const source = sourceTopicOf(vhost, args);
    if (source === undefined) return;
    const { topic, start } = source;
    const state: State = { feed: this.#newFeed(name, topic), topicId: undefined, positions: new Map() };
    this.#byExchange.set(name, state);
    const others = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, others.add(state));
    if (!this.#isLive) return;
    if (start === 'next') this.#skipToEnd(state);
    this.#begin(state);
  }

  #newFeed(exchange: string, topic: string): Feed {
    const { clock, logger, unpacked } = this.#deps;
    const feed: Feed = new Feed(exchange, topic, {
      clock,
      logger,
      unpacked,
      target: this.#deps.target(exchange, topic),
      mayPublish: () => this.#mayPublish(feed),
      published: () => this.#published(exchange),
    });
    return feed;
  }

  onExchangeDeleted({ vhost, name, arguments: args }: Exchange): void {
    const state = this.#byExchange.get(name);
    if (state === undefined || sourceTopicOf(vhost, args) === undefined) return;
    state.feed.end();
    this.#byExchange.delete(name);
    this.#ahead.delete(state);
    this.#blocked.delete(state.feed);
    const others = this.#byTopic.get(state.feed.topic);
    others?.delete(state);
    if (others?.size === 0) this.#byTopic.delete(state.feed.topic);
  }

  onTopicCreated({ name }: Topic): void {
    if (this.#isLive) for (const state of this.#byTopic.get(name) ?? []) this.#begin(state);
  }

  onPartitionsAdded(topic: Topic): void {
    this.onTopicCreated(topic);
  }

  onTopicDeleted({ name }: Topic): void {
    for (const state of this.#byTopic.get(name) ?? []) {
      state.feed.end();
      state.topicId = undefined;
      state.positions = new Map();
      this.#ahead.delete(state);
    }
  }

  /** What is in the topic when the exchange is declared is not for it. Survives a crash with the declaration, or not at all. */
  #skipToEnd({ feed: { exchange, topic } }: State): void {
    const found = this.#deps.topic(topic);
    if (found === undefined) return;
    const positions = found.partitions.map(
      (partition) => [partition.index, partition.visibleEnd('read_committed')] as const,
    );
    this.#deps.journal.commit([{ type: 'positions', exchange, topicId: found.id, positions }]);
  }

  #begin({ feed, positions }: State): void {
    const found = this.#deps.topic(feed.topic);
    if (found !== undefined) feed.begin(found.partitions, positions);
  }

  #mayPublish(feed: Feed): boolean {
    const { pressure } = this.#deps;
    if (pressure.hasSpace && !pressure.overloaded) return true;
    this.#blocked.add(feed);
    if (pressure.overloaded && !this.#awaitsRelief) {
      this.#awaitsRelief = true;
      pressure.onRelieved(() => {
        this.#awaitsRelief = false;
        this.#unblock();
      });
    }
    return false;
  }

  #unblock(): void {
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const feed of blocked) feed.wake();
  }

  #published(exchange: string): void {
    const state = this.#byExchange.get(exchange);
    if (state === undefined) return;
    this.#ahead.add(state);
    this.#unjournalled += 1;
    if (this.#unjournalled >= UNJOURNALLED_RECORDS_MAX) this.#flush();
    else this.#timer ??= this.#deps.clock.setTimer(this.#deps.settings.positionDelayMs, () => this.#flush());
  }

  /** A record of the journal comes behind what has gathered before it: the messages of these positions. */
  #flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#unjournalled = 0;
    const records: FeedRecord[] = [];
    for (const { feed } of this.#ahead) {
      const { exchange, topic } = feed;
      const positions = feed.takePositions();
      const topicId = this.#deps.topic(topic)?.id;
      if (topicId !== undefined && positions.length > 0) {
        records.push({ type: 'positions', exchange, topicId, positions });
      }
    }
    this.#ahead.clear();
    this.#deps.journal.commit(records);
  }
}
