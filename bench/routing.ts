/**
 * What declaring and routing cost in this process, without a broker around: queues and bindings by the ten thousand, and
 * how long a message takes through exchanges that have few bindings or 100,000. Times are those of the processor, so that
 * others on the machine matter little. Run with `node --expose-gc --import tsx bench/routing.ts`.
 */
import { silentLogger } from '../src/base/logger.ts';
import { systemClock } from '../src/base/system-clock.ts';
import { systemRandom } from '../src/base/system-random.ts';
import { AmqpCatalog } from '../src/catalog/amqp/amqp-catalog.ts';
import { EMPTY_TABLE } from '../src/message/field-table.ts';
import { type RoutedExchange, Router } from '../src/routing/router.ts';

const QUEUES = 50_000;
const BINDINGS = [1000, 10_000, 100_000];
const ROUTES = 1_000_000;
const plain = { headers: () => EMPTY_TABLE, property: () => undefined };

function newCatalog(): AmqpCatalog {
  const catalog: AmqpCatalog = new AmqpCatalog({
    journal: {
      commit: (records) => {
        // What a real journal does before it appends.
        Buffer.from(JSON.stringify(records));
        for (const record of records) catalog.apply(record);
      },
    },
    clock: systemClock,
    random: systemRandom,
    settings: {
      vhostsMax: 10,
      exchangesMax: 1e6,
      queuesMax: 1e6,
      bindingsMax: 1e6,
      policiesMax: 10,
      argumentBytesMax: 1e4,
    },
    logger: silentLogger,
    topics: { isTopic: () => false },
  });
  return catalog;
}

function newRouter(catalog: AmqpCatalog): Router {
  return new Router({ catalog, random: systemRandom, settings: { cachedRoutesMax: 65_536 } });
}

function declareQueue(catalog: AmqpCatalog, name: string): void {
  const plainQueue = { durable: true, exclusive: false, autoDelete: false, arguments: EMPTY_TABLE };
  catalog.declareQueue({ vhost: '/', name, ...plainQueue });
}

function bind(catalog: AmqpCatalog, source: string, destination: string, routingKey: string): void {
  const ends = { vhost: '/', source, destinationType: 'queue', destination } as const;
  catalog.bind({ ...ends, routingKey, arguments: EMPTY_TABLE });
}

/** Bytes that live on after a collection. */
function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function report(what: string, count: number, body: () => void): void {
  const before = heapBytes();
  const began = cpuMs();
  body();
  const ms = cpuMs() - began;
  const bytes = (heapBytes() - before) / count;
  const rate = `${((ms * 1000) / count).toFixed(2)} µs each`;
  process.stdout.write(`${what.padEnd(46)} ${rate.padStart(16)} ${bytes.toFixed(0).padStart(6)} bytes kept each\n`);
}

/** Keys come fresh from the wire, so each is a new string; what making it costs is not counted. */
function routes(what: string, exchange: RoutedExchange, keys: readonly string[]): void {
  const bytes = keys.map((key) => Buffer.from(key));
  let queues = 0;
  const run = (use: (key: string) => number): number => {
    const began = cpuMs();
    for (let i = 0; i < ROUTES; i += 1) queues += use(bytes[i % bytes.length]?.toString('latin1') ?? '');
    return ((cpuMs() - began) * 1e6) / ROUTES;
  };
  const route = (key: string) => exchange.route(key, plain)?.queues.length ?? 0;
  const length = (key: string) => key.length;
  run(route);
  run(length);
  const reading = run(length);
  queues = 0;
  const ns = run(route) - reading;
  process.stdout.write(`${what.padEnd(46)} ${`${ns.toFixed(0)} ns`.padStart(13)}    ${queues / ROUTES} queues\n`);
}

function word(i: number): string {
  return i.toString(36);
}

function topicKey(i: number): string {
  return `${word(i % 100)}.${word(i)}.${word((i * 7919) % 1000)}`;
}

function benchQueues(): void {
  const catalog = newCatalog();
  const router = newRouter(catalog);
  report(`declare ${QUEUES} queues`, QUEUES, () => {
    for (let i = 0; i < QUEUES; i += 1) declareQueue(catalog, `queue-${i}`);
  });
  report('bind each to amq.direct', QUEUES, () => {
    for (let i = 0; i < QUEUES; i += 1) bind(catalog, 'amq.direct', `queue-${i}`, `key-${i}`);
  });
  const keys = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  routes('default exchange, one key', router.resolve('/', ''), keys('queue', 1));
  routes('direct exchange, one key', router.resolve('/', 'amq.direct'), keys('key', 1));
  routes('direct exchange, 1,000 keys', router.resolve('/', 'amq.direct'), keys('key', 1000));
  routes('direct exchange, 50,000 keys (never kept)', router.resolve('/', 'amq.direct'), keys('key', QUEUES));
  report('snapshot, by queue and binding', 2 * QUEUES, () => {
    JSON.stringify(catalog.snapshot());
  });
}

function benchTopics(count: number): void {
  const catalog = newCatalog();
  const router = newRouter(catalog);
  for (let i = 0; i < 100; i += 1) declareQueue(catalog, `queue-${i}`);
  report(`bind ${count} topic patterns`, count, () => {
    for (let i = 0; i < count; i += 1) {
      const [a, b, c] = topicKey(i).split('.');
      const pattern = i % 10 === 0 ? `${a}.*.${c}` : i % 10 === 1 ? `${a}.${b}.#` : `${a}.${b}.${c}`;
      bind(catalog, 'amq.topic', `queue-${i % 100}`, pattern);
    }
  });
  const exchange = router.resolve('/', 'amq.topic');
  const spread = Array.from({ length: 100_000 }, (_, i) => topicKey((i * 31) % count));
  routes(`topic exchange of ${count}, one key`, exchange, spread.slice(1, 2));
  // More keys than are kept, so that nearly every one walks the patterns.
  const unlike = spread.map((key, i) => `${key}.${word(i)}`);
  routes(`topic exchange of ${count}, keys never kept`, exchange, spread.length > count ? unlike : spread);
}

benchQueues();
for (const count of BINDINGS) benchTopics(count);
