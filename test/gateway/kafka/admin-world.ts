/**
 * The admin handlers over a real catalog and real partitions, on storage in memory. A call goes through the wire formats
 * both ways in the version that is asked for; its answer comes when everything that was appended is durable.
 */
import assert from 'node:assert/strict';
import type { LogId } from '../../../src/base/brand.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import type { Message } from '../../../src/base/schema/message.ts';
import { Writer } from '../../../src/base/schema/writer.ts';
import { Catalog } from '../../../src/catalog/catalog.ts';
import type { CatalogRecord } from '../../../src/catalog/records.ts';
import type { CatalogSettings } from '../../../src/catalog/settings.ts';
import { UUID_ZERO } from '../../../src/catalog/uuid.ts';
import { adminHandlers } from '../../../src/gateway/kafka/admin-handlers.ts';
import type { AnyHandler } from '../../../src/gateway/kafka/handler.ts';
import { metadataHandler } from '../../../src/gateway/kafka/handlers/metadata.ts';
import type { Api } from '../../../src/gateway/kafka/protocol/apis.ts';
import { errorCodeName } from '../../../src/gateway/kafka/protocol/error-codes.ts';
import type { KafkaServices } from '../../../src/gateway/kafka/services.ts';
import { buildBatch } from '../../../src/record/build.ts';
import { MemoryMedium } from '../../../src/storage/medium/memory.ts';
import { Storage } from '../../../src/storage/storage.ts';
import type { Partition } from '../../../src/stream/partition.ts';
import { type StreamRecord, Streams } from '../../../src/stream/streams.ts';
import { SETTINGS } from '../../storage/harness.ts';
import { Scheduler } from '../../support/scheduler.ts';

export const NODE_ID = 1;
export const CLUSTER_OPERATIONS = 8096;
export const TOPIC_OPERATIONS = 3576;
export const NOT_ASKED = -2147483648;

const CATALOG_SETTINGS: CatalogSettings = {
  nodeId: NODE_ID,
  autoCreateTopics: false,
  defaultPartitions: 2,
  replicationFactorMode: 'lenient',
  topicsMax: 100,
  partitionsMax: 40_000,
  brokerConfigs: {},
};

// biome-ignore lint/suspicious/noExplicitAny: answers of many APIs; what they must hold is asserted.
export type Answer = any;

export class AdminWorld {
  readonly scheduler = new Scheduler(7);
  readonly catalog: Catalog;
  readonly streams: Streams;
  readonly handlers: readonly AnyHandler[];
  /** What the services say of the disk. */
  space: { freeBytes: number; totalBytes: number } | undefined = { freeBytes: 3e9, totalBytes: 5e9 };
  readonly #storage: Storage;

  private constructor() {
    const { scheduler } = this;
    const { random } = scheduler;
    const medium = new MemoryMedium({ schedule: scheduler.defer });
    const onFatal = (error: Error) => assert.fail(error);
    const base = { random, clock: scheduler, logger: silentLogger };
    this.#storage = new Storage({ ...base, medium, settings: SETTINGS, onFatal });
    const catalogJournal = this.#storage.journal<CatalogRecord>(100 as LogId);
    const streamJournal = this.#storage.journal<StreamRecord>(101 as LogId);
    this.catalog = new Catalog({ ...base, journal: catalogJournal, settings: CATALOG_SETTINGS });
    this.streams = new Streams({
      clock: scheduler,
      store: this.#storage,
      journal: streamJournal,
      producerSettings: { expirationMs: 86_400_000, producersMax: 100, evictableAfterMs: 900_000 },
    });
    catalogJournal.attach(this.catalog);
    streamJournal.attach(this.streams);
    this.catalog.subscribe(this.streams);
    const services = this.#services();
    this.handlers = [...adminHandlers(services), metadataHandler(services)];
  }

  static async start(): Promise<AdminWorld> {
    const world = new AdminWorld();
    await world.scheduler.until(world.#storage.recover());
    world.catalog.createCluster();
    return world;
  }

  #services(): KafkaServices {
    const { catalog, streams, scheduler } = this;
    return {
      nodeId: NODE_ID,
      advertised: { host: 'broker.test', port: 9092 },
      logDir: '/data',
      autoCreateTopics: false,
      fetchSessionsMax: 10,
      clock: scheduler,
      random: scheduler.random,
      logger: silentLogger,
      catalog,
      streams,
      get groups() {
        return assert.fail('admin handlers have nothing to do with groups');
      },
      get transactions() {
        return assert.fail('admin handlers have nothing to do with transactions');
      },
      diskSpace: async () => this.space,
    };
  }

  /** @param version the newest that is advertised if left out */
  async call<Request, Response>(api: Api<Request, Response>, request: object, version?: number): Promise<Answer> {
    const handler = this.handlers.find((each) => each.api.key === api.key);
    assert.ok(handler, `${api.name} is served`);
    const apiVersion = version ?? handler.versions[1];
    assert.ok(
      apiVersion >= handler.versions[0] && apiVersion <= handler.versions[1],
      `${api.name} ${apiVersion} is served`,
    );
    const asked = overTheWire(api.request, request, apiVersion);
    const answer = await handler.handle(asked, { apiVersion, clientId: 'test', clientHost: '127.0.0.1' });
    await this.durable();
    return overTheWire(api.response, answer, apiVersion);
  }

  async durable(): Promise<void> {
    await this.scheduler.settle(() => this.#storage.durable >= this.#storage.appended);
  }

  /** Creates a topic behind the handlers' back. Returns its id. */
  topic(name: string, numPartitions = 1, configs: Record<string, string> = {}): string {
    const settings = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
    return this.catalog.createTopic({ name, numPartitions, replicationFactor: 1, configs: settings }).topicId;
  }

  partition(name: string, index = 0): Partition {
    return this.streams.partition(this.catalog.topic(name)?.id ?? UUID_ZERO, index);
  }

  /** Appends `count` records and makes them durable. */
  async produce(partition: Partition, count: number, producer: object = {}): Promise<void> {
    const timestampMs = this.scheduler.nowMs();
    const value = Buffer.from('value');
    const records = Array.from({ length: count }, (_, offsetDelta) => ({
      offsetDelta,
      timestampMs,
      key: value,
      value,
    }));
    partition.append(buildBatch({ baseOffset: 0, records, ...producer }), false);
    await this.durable();
  }
}

function overTheWire(message: Message<unknown, never>, value: unknown, version: number): unknown {
  const writer = new Writer();
  writer.begin();
  (message as Message<unknown, unknown>).encode(writer, value, version);
  const bytes = Buffer.concat(writer.finish());
  return message.decode(bytes, 0, bytes.length, version);
}

/** `[name, error]` of each, for answers that have a name. */
export function errorsByName(
  answers: readonly { name: string | null; errorCode: number }[],
): [string | null, string][] {
  return answers.map(({ name, errorCode }) => [name, errorCodeName(errorCode)]);
}

export function errorName({ errorCode }: { errorCode: number }): string {
  return errorCodeName(errorCode);
}
