/** The AMQP side of a node put together: catalog, users, routing, queues and the gateway, over the storage that the node has. */
import type { LogId } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import { AmqpCatalog } from '../catalog/amqp/amqp-catalog.ts';
import type { AmqpCatalogRecord } from '../catalog/amqp/records.ts';
import { StreamTopics } from '../catalog/amqp/stream-topics.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Settings } from '../config/settings.ts';
import { AmqpServer } from '../gateway/amqp/amqp-server.ts';
import { Congestion } from '../gateway/amqp/congestion.ts';
import { deadLetterPort } from '../gateway/amqp/dead-letter.ts';
import { delayOverPort } from '../gateway/amqp/delayed.ts';
import { DirectReplies } from '../gateway/amqp/direct-replies.ts';
import { Totals } from '../gateway/amqp/totals.ts';
import type { Message } from '../message/message.ts';
import { Queues } from '../queue/queues.ts';
import type { QueueRecord } from '../queue/records.ts';
import { redrivePort } from '../queue/redrive.ts';
import { StreamQueues } from '../queue/stream/stream-queues.ts';
import { Router } from '../routing/router.ts';
import type { SecurityRecord } from '../security/records.ts';
import { Security } from '../security/security.ts';
import { UserUsage } from '../security/usage.ts';
import type { Storage } from '../storage/storage.ts';
import type { Streams } from '../stream/streams.ts';
import { UnpackedBatches } from '../stream/unpacked-batches.ts';
import { atomicJournal } from './atomic-journal.ts';

/** Journals by id; the numbers are in the WAL and never change. */
const CATALOG_JOURNAL = 6 as LogId;
const SECURITY_JOURNAL = 7 as LogId;
const QUEUE_JOURNAL = 8 as LogId;

const STREAM_OVERHEAD_BYTES = 64 * 1024;

/** For no user at all, where an empty text is no setting. */
const NOBODY = '-';

export interface AmqpDomainDeps {
  readonly settings: Settings;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  encryptionKey(): Buffer;
  /** Stream queues are topics, and no other queue may have the name of one. */
  readonly topics: Catalog;
  readonly streams: Streams;
}

export interface AmqpDomain {
  readonly catalog: AmqpCatalog;
  readonly streamTopics: StreamTopics;
  readonly security: Security;
  readonly router: Router;
  readonly queues: Queues;
  /** Shared by all who read the records of topics one by one. */
  readonly unpacked: UnpackedBatches;
}

/** Before recovery. Queues come and go with the catalog, so its journal is restored before theirs. */
export function composeAmqp(deps: AmqpDomainDeps): AmqpDomain {
  const { settings, storage, clock, random, logger } = deps;
  const catalogJournal = storage.journal<AmqpCatalogRecord>(CATALOG_JOURNAL);
  const securityJournal = storage.journal<SecurityRecord>(SECURITY_JOURNAL);
  const queueJournal = storage.journal<QueueRecord>(QUEUE_JOURNAL);
  const streamTopics = new StreamTopics({ topics: deps.topics, messageBytesMax: streamMessageBytesMax(settings) });
  const catalog = new AmqpCatalog({
    journal: atomicJournal(storage, catalogJournal),
    clock,
    random,
    settings: settings.queues,
    logger,
    topics: streamTopics,
  });
  const security = new Security({
    journal: securityJournal,
    random,
    settings: securitySettings(settings),
    logger,
    vhostExists: (vhost) => catalog.vhost(vhost) !== undefined,
  });
  const unpacked = new UnpackedBatches(settings.queues.streamUnpackedBytesMax);
  const router = new Router({ catalog, random, settings: settings.queues });
  const publish = (ids: readonly LogId[], message: Message) => queues.publish(ids, message);
  const delay: Queues['delay'] = (...delayed) => queues.delay(...delayed);
  const deadLetter = deadLetterPort({ clock, logger, router, catalog, publish, delay });
  const redrive = redrivePort({ catalog, move: (id, message) => queues.move(id, message) });
  const queues: Queues = new Queues({
    clock,
    random,
    store: storage,
    journal: queueJournal,
    encryptionKey: deps.encryptionKey,
    settings: settings.queues,
    logger,
    deadLetter: (source, message, ...why) => {
      // Without an exchange for it, what is rejected goes where SQS sends what was received too often.
      if (source.settings.deadLetterExchange === undefined) redrive(source, message);
      else deadLetter(source, message, ...why);
    },
    delayOver: delayOverPort({ router, publish }),
    redrive,
    streams: streamQueues(deps, unpacked),
    queueUnused: (id, why) => {
      catalog.removeQueue(id, why);
    },
  });
  catalog.subscribe(queues);
  catalog.subscribe(streamTopics);
  deps.topics.subscribe(streamTopics);
  catalog.subscribe({ onVhostDeleted: ({ name }) => security.onVhostDeleted(name) });
  catalogJournal.attach(catalog);
  securityJournal.attach(security);
  queueJournal.attach(queues);
  return { catalog, streamTopics, security, router, queues, unpacked };
}

/** Properties and the overhead of a record and its batch come on top of a body. */
function streamMessageBytesMax({ amqp }: Settings): number {
  return amqp.messageBytesMax + amqp.frameBytesMax + STREAM_OVERHEAD_BYTES;
}

function streamQueues(deps: AmqpDomainDeps, unpacked: UnpackedBatches): StreamQueues {
  const { storage, clock, logger, topics, streams } = deps;
  const partitions = (topic: string) => streams.partitions(topics.topic(topic)?.id ?? '');
  const opened = new StreamQueues({ clock, logger, store: storage, partitions, unpacked });
  topics.subscribe({ onPartitionsAdded: ({ name }, from) => opened.partitionsAdded(name, from) });
  return opened;
}

function securitySettings({ security }: Settings) {
  const { defaultUser, defaultPassword, loopbackUsers, usersMax, permissionsMax } = security;
  const names = loopbackUsers === NOBODY ? [] : loopbackUsers.split(',').map((name) => name.trim());
  return {
    defaultUser: { name: defaultUser, password: defaultPassword },
    loopbackUsers: names,
    usersMax,
    permissionsMax,
  };
}

/** After recovery, before anybody connects. */
export function startAmqp({ catalog, streamTopics, security, queues }: AmqpDomain): void {
  streamTopics.recovered(catalog);
  catalog.dropTransient();
  catalog.createSecret();
  security.createDefaults();
  queues.recovered();
}

export function amqpServer(deps: AmqpDomainDeps, domain: AmqpDomain): AmqpServer {
  const { settings, storage, clock, random, logger } = deps;
  const { anonymousUser } = settings.security;
  return new AmqpServer({
    ...domain,
    usage: new UserUsage(domain.security),
    clock,
    random,
    logger,
    durability: storage,
    pressure: storage,
    atomically: storage.atomically,
    directReplies: new DirectReplies(random),
    congestion: new Congestion(clock, domain.queues),
    totals: new Totals(),
    settings: settings.amqp,
    sasl: { anonymousUser, certificateName: settings.amqp.tlsCertificateName },
  });
}
