/**
 * One node, put together from its parts and free of the outside world: medium, clock and randomness come in, connections are
 * handed to `kafka.accept`, `amqp.accept` and `sqs.accept`. The broker gives it a disk and sockets, the simulation memory and a seeded scheduler.
 *
 * Start is recovery; background tasks run from then on. Any failure that can't be survived goes to `onFatal`, once.
 */
import { BackgroundTask } from '../base/background-task.ts';
import type { LogId } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { CatalogRecord } from '../catalog/records.ts';
import type { Settings } from '../config/settings.ts';
import type { Feeds } from '../coordinator/feed/feeds.ts';
import { GroupCoordinator } from '../coordinator/group/coordinator.ts';
import type { GroupRecord } from '../coordinator/group/records.ts';
import { TransactionCoordinator } from '../coordinator/transaction/transaction-coordinator.ts';
import type { TransactionRecord } from '../coordinator/transaction/transaction-records.ts';
import type { AmqpServer } from '../gateway/amqp/amqp-server.ts';
import { unsupportedVersion } from '../gateway/kafka/handlers/api-versions.ts';
import { kafkaHandlers } from '../gateway/kafka/handlers.ts';
import { KafkaServer } from '../gateway/kafka/kafka-server.ts';
import type { KafkaServices } from '../gateway/kafka/services.ts';
import type { SqsServer } from '../gateway/sqs/sqs-server.ts';
import type { MoveTasks } from '../queue/move-tasks/move-tasks.ts';
import type { Medium } from '../storage/medium/medium.ts';
import { Storage } from '../storage/storage.ts';
import { Compactor } from '../stream/compaction.ts';
import { enforceRetention } from '../stream/retention.ts';
import { type StreamRecord, Streams } from '../stream/streams.ts';
import { type AmqpDomain, type AmqpDomainDeps, amqpServer, composeAmqp, startAmqp } from './amqp-domain.ts';
import { atomicJournal } from './atomic-journal.ts';
import { catalogSettings } from './catalog-settings.ts';
import { composeFeeds } from './feed-domain.ts';
import { composeMoveTasks, sqsServer } from './sqs-domain.ts';

/** Journals by id; the numbers are in the WAL and never change. Storage itself has journal 1. */
const CATALOG_JOURNAL = 2 as LogId;
const STREAM_JOURNAL = 3 as LogId;
const GROUP_JOURNAL = 4 as LogId;
const TRANSACTION_JOURNAL = 5 as LogId;

/** One node owns everything from the first to the last day. */
const COORDINATOR_EPOCH = 0;
const SPACE_CHECK_INTERVAL_MS = 1000;
const FEED_RETRY_INTERVAL_MS = 1000;
/** Consumer timeouts are looked at so often within the shortest one that there is. */
const CONSUMER_TIMEOUT_CHECKS = 4;

export interface NodeDeps {
  readonly settings: Settings;
  readonly medium: Medium;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** 32 bytes, kept apart from the data; asked for when a queue is to be encrypted. May throw. */
  encryptionKey(): Buffer;
  onFatal(error: Error): void;
}

export interface Node {
  readonly kafka: KafkaServer;
  readonly amqp: AmqpServer;
  readonly sqs: SqsServer;
  readonly clusterId: string;
  /** Tells clients where to connect; before that they are sent nowhere. */
  advertise(host: string, port: number): void;
  /** Ends every activity and makes all that was appended durable. */
  stop(): Promise<void>;
}

interface Domain {
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly streams: Streams;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly amqp: AmqpDomain;
  readonly feeds: Feeds;
  readonly moveTasks: MoveTasks;
}

export async function startNode(deps: NodeDeps): Promise<Node> {
  const domain = compose(deps);
  const { storage, catalog, groups, transactions } = domain;
  await storage.recover();
  catalog.createCluster();
  groups.start();
  transactions.start();
  startAmqp(domain.amqp);
  domain.feeds.recovered();
  domain.moveTasks.recovered();
  const advertised = { host: '', port: 0 };
  const kafka = kafkaServer(deps, domain, advertised);
  const amqp = amqpServer(amqpDeps(deps, domain), domain.amqp);
  const sqs = sqsServer({ ...deps, storage }, domain.amqp, domain.moveTasks);
  const compactor = new Compactor({
    ...deps,
    streams: domain.streams,
    keyBytesMax: deps.settings.topics.compactionKeyBytesMax,
  });
  const tasks = backgroundTasks(deps, domain, { kafka, amqp, sqs }, compactor);
  for (const task of tasks) task.start();
  return {
    kafka,
    amqp,
    sqs,
    clusterId: catalog.clusterId ?? '',
    advertise: (host, port) => Object.assign(advertised, { host, port }),
    stop: async () => {
      amqp.freeze();
      sqs.freeze();
      compactor.stop();
      await Promise.all(tasks.map((task) => task.stop()));
      groups.stop();
      transactions.stop();
      domain.feeds.stop();
      domain.moveTasks.stop();
      domain.amqp.queues.stop();
      await storage.stop();
      kafka.stop();
      amqp.stop();
      sqs.stop();
    },
  };
}

type Topics = Pick<Domain, 'storage' | 'catalog' | 'streams'>;

function amqpDeps(deps: NodeDeps, { storage, catalog, streams }: Topics): AmqpDomainDeps {
  return { ...deps, storage, topics: catalog, streams };
}

function compose(deps: NodeDeps): Domain {
  const { settings, medium, clock, random, logger, onFatal } = deps;
  const storage = new Storage({ medium, clock, random, settings: settings.storage, logger, onFatal });
  const catalogJournal = storage.journal<CatalogRecord>(CATALOG_JOURNAL);
  const streamJournal = storage.journal<StreamRecord>(STREAM_JOURNAL);
  const groupJournal = storage.journal<GroupRecord>(GROUP_JOURNAL);
  const transactionJournal = storage.journal<TransactionRecord>(TRANSACTION_JOURNAL);
  const catalog = new Catalog({
    journal: atomicJournal(storage, catalogJournal),
    random,
    clock,
    settings: catalogSettings(settings),
    logger,
    isQueue: (name) => amqp.catalog.hasQueue(name),
  });
  const streams = new Streams({
    clock,
    store: storage,
    journal: streamJournal,
    producerSettings: settings.producers,
  });
  const groups = new GroupCoordinator({
    clock,
    random,
    journal: groupJournal,
    logger,
    settings: settings.groups,
  });
  const find = (topic: string, index: number) => streams.find(catalog.topic(topic)?.id ?? '', index);
  const transactions = new TransactionCoordinator({
    clock,
    journal: transactionJournal,
    atomically: storage.atomically,
    partitions: {
      exists: (topic, index) => find(topic, index) !== undefined,
      endTransaction: (topic, index, ...marker) => find(topic, index)?.endTransaction(...marker),
    },
    groups,
    settings: settings.transactions,
    coordinatorEpoch: COORDINATOR_EPOCH,
    logger,
  });
  catalog.subscribe(streams);
  catalog.subscribe({ onTopicDeleted: ({ name }) => groups.onTopicDeleted(name) });
  catalogJournal.attach(catalog);
  streamJournal.attach(streams);
  groupJournal.attach(groups);
  transactionJournal.attach(transactions);
  const amqpOf = amqpDeps(deps, { storage, catalog, streams });
  const amqp: AmqpDomain = composeAmqp(amqpOf);
  const moveTasks = composeMoveTasks({ ...deps, storage }, amqp);
  const feeds = composeFeeds(amqpOf, amqp);
  return { storage, catalog, streams, groups, transactions, amqp, moveTasks, feeds };
}

function kafkaServer(deps: NodeDeps, domain: Domain, advertised: KafkaServices['advertised']): KafkaServer {
  const { settings, clock, random, logger, medium } = deps;
  const { storage, catalog, streams, groups, transactions } = domain;
  const handlers = kafkaHandlers({
    nodeId: settings.node.id,
    advertised,
    logDir: settings.storage.medium === 'memory' ? 'memory' : settings.storage.dataDir,
    autoCreateTopics: settings.topics.autoCreateTopics,
    fetchSessionsMax: settings.kafka.fetchSessionsMax,
    clock,
    random,
    logger,
    catalog,
    streams,
    groups,
    transactions,
    diskSpace: async () => {
      const freeBytes = await medium.freeBytes();
      return Number.isFinite(freeBytes) ? { freeBytes, totalBytes: freeBytes + storage.storedBytes } : undefined;
    },
  });
  return new KafkaServer({
    handlers,
    unsupportedVersion,
    clock,
    durability: storage,
    pressure: storage,
    settings: settings.kafka,
    logger,
  });
}

function backgroundTasks(
  deps: NodeDeps,
  domain: Domain,
  { kafka, amqp, sqs }: Pick<Node, 'kafka' | 'amqp' | 'sqs'>,
  compactor: Compactor,
): BackgroundTask[] {
  const { clock, logger, onFatal, settings } = deps;
  const { storage, streams, groups, feeds } = domain;
  const { topics, storage: disk, kafka: server, groups: group, producers, sqs: http } = settings;
  const { consumerTimeoutMs } = settings.amqp;
  const checkMs = Math.ceil(consumerTimeoutMs / CONSUMER_TIMEOUT_CHECKS);
  const every = (name: string, intervalMs: number, tick: () => void | Promise<void>) =>
    new BackgroundTask({ name, clock, intervalMs, tick, onFatal });
  return [
    every('retention', topics.retentionCheckIntervalMs, () => enforceRetention(streams, clock, logger)),
    every('compaction', topics.compactionIntervalMs, () => compactor.tick()),
    every('cleaner', disk.cleanerIntervalMs, async () => {
      while (await storage.clean());
    }),
    every('space', SPACE_CHECK_INTERVAL_MS, async () => {
      await storage.checkSpace();
      amqp.checkSpace();
      sqs.checkSpace();
    }),
    every('topic feeds', FEED_RETRY_INTERVAL_MS, () => feeds.tick()),
    every('offset expiry', group.offsetsRetentionCheckIntervalMs, () => {
      groups.expireOffsets();
    }),
    every('producer expiry', producers.expirationCheckIntervalMs, () => {
      for (const partition of streams.all()) partition.producers.expireIdle();
    }),
    every('idle connections', Math.ceil(server.idleTimeoutMs / 4), () => kafka.closeIdle()),
    every('HTTP timeouts', Math.ceil(Math.min(http.idleTimeoutMs, http.requestTimeoutMs) / 4), () =>
      sqs.checkTimeouts(),
    ),
    ...(consumerTimeoutMs === 0 ? [] : [every('consumer timeouts', checkMs, () => amqp.checkConsumerTimeouts())]),
  ];
}
