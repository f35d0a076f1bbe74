/** The topics that feed exchanges, put together over the topics and the AMQP side that a node has. */
import type { LogId } from '../base/brand.ts';
import { Feeds } from '../coordinator/feed/feeds.ts';
import type { FeedRecord } from '../coordinator/feed/records.ts';
import { FeedTarget } from '../gateway/amqp/feed.ts';
import type { AmqpDomain, AmqpDomainDeps } from './amqp-domain.ts';

/** The number is in the WAL and never changes. */
const FEED_JOURNAL = 10 as LogId;

/** Before recovery, after both catalogs: feeds come and go with what is in them. */
export function composeFeeds(deps: AmqpDomainDeps, { catalog, router, queues, unpacked }: AmqpDomain): Feeds {
  const { settings, storage, clock, logger, topics, streams } = deps;
  const journal = storage.journal<FeedRecord>(FEED_JOURNAL);
  const feeds = new Feeds({
    clock,
    logger,
    unpacked,
    journal,
    pressure: storage,
    settings: { positionDelayMs: settings.queues.settleDelayMs },
    topic: (name) => {
      const id = topics.topic(name)?.id;
      return id === undefined ? undefined : { id, partitions: streams.partitions(id) };
    },
    target: (exchange, topic) => new FeedTarget({ router, catalog, queues }, exchange, topic),
  });
  topics.subscribe(feeds);
  catalog.subscribe(feeds);
  journal.attach(feeds);
  return feeds;
}
