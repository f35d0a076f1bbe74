/**
 * The coordinator handlers on real coordinators, a real catalog and real streams, over storage in memory. Requests and
 * responses pass through their schemas, so a test sees just what a client of that version can see.
 */
import assert from 'node:assert/strict';
import type { LogId } from '../../../src/base/brand.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Writer } from '../../../src/base/schema/writer.ts';
import { Catalog } from '../../../src/catalog/catalog.ts';
import type { CatalogRecord } from '../../../src/catalog/records.ts';
import { GroupCoordinator } from '../../../src/coordinator/group/coordinator.ts';
import type { GroupRecord } from '../../../src/coordinator/group/records.ts';
import { TransactionCoordinator } from '../../../src/coordinator/transaction/transaction-coordinator.ts';
import type { TransactionRecord } from '../../../src/coordinator/transaction/transaction-records.ts';
import { coordinatorHandlers } from '../../../src/gateway/kafka/coordinator-handlers.ts';
import type { AnyHandler } from '../../../src/gateway/kafka/handler.ts';
import { apis } from '../../../src/gateway/kafka/protocol/apis.ts';
import type { KafkaServices } from '../../../src/gateway/kafka/services.ts';
import { MemoryMedium } from '../../../src/storage/medium/memory.ts';
import { Storage } from '../../../src/storage/storage.ts';
import { type StreamRecord, Streams } from '../../../src/stream/streams.ts';
import { SETTINGS as CATALOG_SETTINGS } from '../../catalog/support.ts';
import { SETTINGS as TRANSACTION_SETTINGS } from '../../coordinator/transaction/transaction-harness.ts';
import { SETTINGS as STORAGE_SETTINGS } from '../../storage/harness.ts';
import { Scheduler } from '../../support/scheduler.ts';

export type ApiName = keyof typeof apis;
// biome-ignore lint/suspicious/noExplicitAny: one call for all APIs; what a test reads of a response it also checks.
export type Fields = Record<string, any>;

const PRODUCER_SETTINGS = { expirationMs: 86_400_000, producersMax: 1000, evictableAfterMs: 900_000 };

export class CoordinatorHarness {
  readonly scheduler: Scheduler;
  readonly services: KafkaServices;
  readonly handlers: ReadonlyMap<number, AnyHandler>;
  /** Of the topic `orders`, which has two partitions. */
  readonly ordersId: string;

  private constructor(services: KafkaServices, scheduler: Scheduler) {
    this.services = services;
    this.scheduler = scheduler;
    this.handlers = new Map(coordinatorHandlers(services).map((handler) => [handler.api.key, handler]));
    this.ordersId = services.catalog.createTopic({ name: 'orders', numPartitions: 2, replicationFactor: 1 }).topicId;
  }

  static async start(): Promise<CoordinatorHarness> {
    const scheduler = new Scheduler(1);
    const { storage, services } = compose(scheduler);
    await scheduler.until(storage.recover());
    return new CoordinatorHarness(services, scheduler);
  }

  handler(name: ApiName): AnyHandler {
    const handler = this.handlers.get(apis[name].key);
    assert.ok(handler, `${name} is not served`);
    return handler;
  }

  /** The response as a client of `apiVersion` reads it. Time passes if the answer has to wait. */
  async call(name: ApiName, apiVersion: number, request: Fields): Promise<Fields> {
    return this.scheduler.until(this.send(name, apiVersion, request));
  }

  /** The same without letting time pass. */
  async send(name: ApiName, apiVersion: number, request: Fields): Promise<Fields> {
    const { api, handle, versions } = this.handler(name);
    assert.ok(apiVersion >= versions[0] && apiVersion <= versions[1], `${name} is served in versions ${versions}`);
    const sent = encoded((writer) => api.request.encode(writer, request as never, apiVersion));
    const received: unknown = api.request.decode(sent, 0, sent.length, apiVersion);
    const context = { apiVersion, clientId: 'client', clientHost: '10.0.0.7' };
    const body: unknown = await handle(received, context);
    const answered = encoded((writer) => api.response.encode(writer, body as never, apiVersion));
    return api.response.decode(answered, 0, answered.length, apiVersion) as Fields;
  }
}

function encoded(encode: (writer: Writer) => void): Buffer {
  const writer = new Writer();
  writer.begin();
  encode(writer);
  return Buffer.concat(writer.finish());
}

function compose(scheduler: Scheduler): { storage: Storage; services: KafkaServices } {
  const common = { clock: scheduler, random: scheduler.random, logger: silentLogger };
  const medium = new MemoryMedium({ schedule: scheduler.defer });
  const onFatal = (error: Error) => assert.fail(error);
  const storage = new Storage({ ...common, medium, settings: STORAGE_SETTINGS, onFatal });
  const catalogJournal = storage.journal<CatalogRecord>(2 as LogId);
  const streamJournal = storage.journal<StreamRecord>(3 as LogId);
  const groupJournal = storage.journal<GroupRecord>(4 as LogId);
  const transactionJournal = storage.journal<TransactionRecord>(5 as LogId);
  const catalog = new Catalog({ ...common, journal: catalogJournal, settings: CATALOG_SETTINGS });
  const streams = new Streams({
    clock: scheduler,
    store: storage,
    journal: streamJournal,
    producerSettings: PRODUCER_SETTINGS,
  });
  const groups = new GroupCoordinator({ ...common, journal: groupJournal });
  const find = (topic: string, index: number) => streams.find(catalog.topic(topic)?.id ?? '', index);
  const transactions = new TransactionCoordinator({
    ...common,
    journal: transactionJournal,
    atomically: storage.atomically,
    partitions: {
      exists: (topic, index) => find(topic, index) !== undefined,
      endTransaction: (topic, index, ...marker) => find(topic, index)?.endTransaction(...marker),
    },
    groups,
    settings: TRANSACTION_SETTINGS,
    coordinatorEpoch: 0,
  });
  catalog.subscribe(streams);
  catalog.subscribe({ onTopicDeleted: ({ name }) => groups.onTopicDeleted(name) });
  catalogJournal.attach(catalog);
  streamJournal.attach(streams);
  groupJournal.attach(groups);
  transactionJournal.attach(transactions);
  const services: KafkaServices = {
    ...common,
    nodeId: 1,
    advertised: { host: 'broker', port: 9092 },
    logDir: '/data',
    autoCreateTopics: false,
    fetchSessionsMax: 10,
    catalog,
    streams,
    groups,
    transactions,
    diskSpace: async () => undefined,
  };
  return { storage, services };
}
