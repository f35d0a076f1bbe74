import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpCatalog } from '../../src/catalog/amqp/amqp-catalog.ts';
import type { FieldTable } from '../../src/message/field-table.ts';
import type { Router } from '../../src/routing/router.ts';
import { binding, type ExchangeOptions, exchange, queue, table, testAmqpCatalog } from '../catalog/amqp/support.ts';
import { refuses } from '../catalog/support.ts';
import { message, names, sealed, testRouter } from './support.ts';

interface World {
  readonly catalog: AmqpCatalog;
  readonly router: Router;
  /** Where a message goes that nobody may look into. Asked so often that the route is kept if it ever is. */
  readonly to: (exchange: string, ...keys: string[]) => string[] | undefined;
}

function world(...queues: string[]): World {
  const { catalog } = testAmqpCatalog();
  for (const name of queues) queue(catalog, name);
  const router = testRouter(catalog);
  const to = (name: string, ...keys: string[]) => {
    const held = router.resolve('/', name);
    const [first, second] = [1, 2].map(() => names(catalog, held.routeAll(keys, sealed)));
    if (held.exchange?.type !== 'x-random') assert.deepEqual(first, second);
    return names(catalog, held.routeAll(keys, sealed));
  };
  return { catalog, router, to };
}

describe('a message', () => {
  it('goes through the default exchange to the queue of that name', () => {
    const { catalog, to } = world('a');
    assert.deepEqual([to('', 'a'), to('', 'b')], [['a'], []]);
    queue(catalog, 'b');
    catalog.deleteQueue({ vhost: '/', name: 'a' });
    assert.deepEqual([to('', 'a'), to('', 'b'), to('', 'b', 'a', 'b')], [[], ['b'], ['b']]);
  });

  it('goes to each queue once, whatever leads there', () => {
    const { catalog, to } = world('q');
    exchange(catalog, 'x');
    catalog.bind(binding('amq.fanout', 'q'));
    catalog.bind(binding('amq.fanout', 'q', 'again'));
    catalog.bind(binding('amq.fanout', 'x:x'));
    catalog.bind(binding('x', 'q', 'k'));
    catalog.bind(binding('x', 'x:amq.fanout', 'k'));
    assert.deepEqual([to('amq.fanout', 'k'), to('x', 'k')], [['q'], ['q']]);
  });

  it('goes by each of its routing keys', () => {
    const { catalog, to } = world('a', 'b');
    catalog.bind(binding('amq.direct', 'a', 'a'));
    catalog.bind(binding('amq.direct', 'b', 'b'));
    assert.deepEqual(to('amq.direct', 'a', 'c', 'b'), ['a', 'b']);
  });

  it('goes to the alternate exchange only if nothing matched, also on the way', () => {
    const { catalog, to } = world('q', 'lost');
    exchange(catalog, 'x', { arguments: table({ 'alternate-exchange': 'ae' }) });
    assert.deepEqual(to('x', 'k'), [], 'an alternate that is not there yet');
    exchange(catalog, 'ae', { type: 'fanout' });
    catalog.bind(binding('ae', 'lost'));
    catalog.bind(binding('x', 'q', 'k'));
    catalog.bind(binding('amq.fanout', 'x:x'));
    assert.deepEqual([to('x', 'k'), to('x', 'other'), to('amq.fanout', 'other')], [['q'], ['lost'], ['lost']]);
    exchange(catalog, 'dead end');
    catalog.bind(binding('x', 'x:dead end', 'other'));
    assert.deepEqual(to('x', 'other'), [], 'something matched, though it leads nowhere');
    catalog.deleteExchange({ vhost: '/', name: 'ae' });
    assert.deepEqual(to('x', 'neither'), []);
  });

  it('goes on to the alternate of an alternate as soon as that is there', () => {
    const { catalog, to } = world('lost');
    exchange(catalog, 'x', { arguments: table({ 'alternate-exchange': 'y' }) });
    catalog.bind(binding('amq.fanout', 'lost'));
    assert.deepEqual(to('x', 'k'), []);
    exchange(catalog, 'y', { arguments: table({ 'alternate-exchange': 'amq.fanout' }) });
    assert.deepEqual(to('x', 'k'), ['lost']);
  });

  it('is not lost between two alternates of each other', () => {
    const { catalog, to } = world();
    exchange(catalog, 'x', { arguments: table({ 'alternate-exchange': 'y' }) });
    exchange(catalog, 'y', { arguments: table({ 'alternate-exchange': 'x' }) });
    assert.deepEqual(to('x', 'k'), []);
  });

  it('can find a queue by its name when nothing else matched', () => {
    const { catalog, to } = world();
    exchange(catalog, 'x', { arguments: table({ 'alternate-exchange': '' }) });
    assert.deepEqual(to('x', 'q'), []);
    queue(catalog, 'q');
    assert.deepEqual(to('x', 'q'), ['q']);
    catalog.deleteQueue({ vhost: '/', name: 'q' });
    assert.deepEqual(to('x', 'q'), []);
  });

  it('follows a policy’s alternate exchange', () => {
    const { catalog, to } = world('lost');
    exchange(catalog, 'x');
    catalog.bind(binding('amq.fanout', 'lost'));
    assert.deepEqual(to('x', 'k'), []);
    const definition = { 'alternate-exchange': 'amq.fanout' };
    catalog.putPolicy('policy', { vhost: '/', name: 'p', pattern: 'x', priority: 0, applyTo: 'all', definition });
    assert.deepEqual(to('x', 'k'), ['lost']);
  });

  it('is looked into once, and only if an exchange wants to know', () => {
    const { catalog, router } = world('q');
    exchange(catalog, 'h2', { type: 'headers' });
    catalog.bind(binding('amq.headers', 'q', '', table({ a: 1 })));
    catalog.bind(binding('amq.headers', 'x:h2', '', table({ a: 1 })));
    catalog.bind(binding('h2', 'q', '', table({ a: 1 })));
    let looked = 0;
    const headers = () => {
      looked += 1;
      return table({ a: 1 });
    };
    const route = router.resolve('/', 'amq.headers').route('k', { ...sealed, headers });
    assert.deepEqual([names(catalog, route), looked], [['q'], 1]);
  });
});

describe('an exchange that is held on to', () => {
  it('is the one that has the name, if any', () => {
    const { catalog, router } = world('q');
    const held = router.resolve('/', 'x');
    const missing = () => held.requirePublishable();
    assert.deepEqual([held.route('k', sealed), held.exchange], [undefined, undefined]);
    refuses(missing, 'not_found', "no exchange 'x' in vhost '/'");
    const first = exchange(catalog, 'x');
    catalog.bind(binding('x', 'q', 'k'));
    assert.deepEqual([names(catalog, held.route('k', sealed)), held.requirePublishable()], [['q'], first]);
    catalog.deleteExchange({ vhost: '/', name: 'x' });
    assert.equal(held.route('k', sealed), undefined);
    const second = exchange(catalog, 'x', { type: 'fanout' });
    assert.deepEqual([names(catalog, held.route('k', sealed)), held.exchange === second], [[], true]);
    exchange(catalog, 'i', { internal: true });
    const internal = () => router.resolve('/', 'i').requirePublishable();
    refuses(internal, 'access_refused', "cannot publish to internal exchange 'i' in vhost '/'");
  });

  it('is gone with its vhost, and another when that is there again', () => {
    const { catalog, router } = world();
    const held = ['', 'amq.direct'].map((name) => router.resolve('v', name));
    catalog.putVhost('v');
    queue(catalog, 'q', { vhost: 'v' });
    catalog.bind({ ...binding('amq.direct', 'q', 'q'), vhost: 'v' });
    const seen = () => held.map((each) => names(catalog, each.route('q', sealed)));
    assert.deepEqual(seen(), [['q'], ['q']]);
    catalog.deleteVhost('v');
    assert.deepEqual(seen(), [undefined, undefined]);
    catalog.putVhost('v');
    assert.deepEqual(seen(), [[], []]);
  });

  it('gives the very same route for a key that comes again, until something changes', () => {
    const { catalog, router } = world('q');
    catalog.bind(binding('amq.direct', 'q', 'k'));
    for (const [name, key] of [
      ['amq.direct', 'k'],
      ['', 'q'],
    ] as const) {
      const held = router.resolve('/', name);
      const first = held.route(key, sealed);
      const route = held.route(key, sealed);
      assert.notEqual(route, first, 'a key that never came before is not worth it');
      assert.equal(held.route(key, sealed), route);
    }
    const before = router.resolve('/', 'amq.direct').route('k', sealed);
    catalog.bind(binding('amq.topic', 'q', 'k'));
    assert.notEqual(router.resolve('/', 'amq.direct').route('k', sealed), before);
  });

  it('keeps no more routes than it may', () => {
    const { catalog } = testAmqpCatalog();
    for (let i = 0; i < 10; i += 1) catalog.bind(binding('amq.fanout', queue(catalog, `q${i}`).name));
    const small = testRouter(catalog, 88).resolve('/', 'amq.fanout');
    const keysKept = (held: typeof small) => {
      const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
      for (const key of keys) held.route(key, sealed);
      const second = keys.map((key) => held.route(key, sealed));
      return keys.filter((key, i) => held.route(key, sealed) === second[i]).length;
    };
    assert.equal(keysKept(testRouter(catalog, 1000).resolve('/', 'amq.fanout')), 20);
    assert.ok(keysKept(small) < 9);
    assert.equal(keysKept(testRouter(catalog, 87).resolve('/', 'amq.fanout')), 0, 'one route is too much of it');
  });
});

describe('an exchange that hashes', () => {
  const KEYS = Array.from({ length: 10_000 }, (_, i) => `order-${i}`);

  function hashing(weights: readonly number[], args?: FieldTable) {
    const { catalog, router, to } = world(...weights.map((_, i) => `q${i}`), 'new');
    exchange(catalog, 'h', { type: 'x-consistent-hash', ...(args && { arguments: args }) });
    for (const [i, weight] of weights.entries()) catalog.bind(binding('h', `q${i}`, String(weight)));
    return { catalog, router, place: (key: string) => to('h', key)?.join() ?? assert.fail() };
  }

  it('shares messages out by weight, each to one queue', () => {
    const { place } = hashing([1, 1, 2]);
    const counts = { q0: 0, q1: 0, q2: 0 };
    for (const key of KEYS) counts[place(key) as keyof typeof counts] += 1;
    assert.ok(Math.abs(counts.q0 - 2500) < 200 && Math.abs(counts.q1 - 2500) < 200, JSON.stringify(counts));
    assert.equal(counts.q0 + counts.q1 + counts.q2, KEYS.length);
  });

  it('moves to a new queue what it takes, and nothing else', () => {
    const { catalog, place } = hashing([1, 1, 1, 1]);
    const before = KEYS.map(place);
    catalog.bind(binding('h', 'new', '1'));
    const moved = KEYS.filter((key, i) => place(key) !== before[i]);
    assert.ok(moved.every((key) => place(key) === 'new'));
    assert.ok(Math.abs(moved.length - 2000) < 200, `${moved.length} moved`);
    catalog.unbind(binding('h', 'new', '1'));
    assert.deepEqual(KEYS.map(place), before);
  });

  it('can take a header or a property instead of the routing key', () => {
    const { catalog, router } = hashing([1, 1, 1, 1], table({ 'hash-header': 'h' }));
    const at = (value: string, key: string) =>
      names(catalog, router.resolve('/', 'h').route(key, message(table({ h: value }))))?.join();
    const places = new Set(KEYS.slice(0, 100).map((value) => at(value, 'same')));
    assert.equal(places.size, 4);
    assert.equal(at('v', 'a'), at('v', 'b'));
    const nothing = (key: string) => names(catalog, router.resolve('/', 'h').route(key, message()))?.length;
    assert.equal(nothing('k'), 1, 'what has no such header goes somewhere too');
    const other = hashing([1, 1, 1, 1], table({ 'hash-property': 'message_id' }));
    const byId = (id: string, key: string) =>
      other.router.resolve('/', 'h').route(key, message(undefined, { message_id: id }))?.queues[0];
    assert.equal(new Set(KEYS.slice(0, 100).map((id) => byId(id, 'same'))).size, 4);
    assert.equal(byId('v', 'a'), byId('v', 'b'));
  });

  it('has bindings whose weights add up to more than can be counted out', () => {
    const { place } = hashing([2 ** 31, 2 ** 31, 2 ** 31]);
    assert.equal(new Set(KEYS.slice(0, 100).map(place)).size, 3);
  });
});

describe('an exchange that leaves it to chance', () => {
  it('chooses one of its bindings each time', () => {
    const { catalog, to } = world('a', 'b', 'c');
    exchange(catalog, 'r', { type: 'x-random' });
    assert.deepEqual(to('r', 'k'), []);
    for (const name of ['a', 'b', 'c']) catalog.bind(binding('r', name));
    const chosen = () => new Set(Array.from({ length: 100 }, () => to('r', 'k')?.join('+')));
    assert.deepEqual([...chosen()].sort(), ['a', 'b', 'c']);
    catalog.unbind(binding('r', 'a'));
    assert.deepEqual([...chosen()].sort(), ['b', 'c']);
    catalog.unbind(binding('r', 'c'));
    assert.deepEqual([...chosen()], ['b']);
  });
});

describe('an exchange that delays', () => {
  const delaying = (type: string): ExchangeOptions => ({
    type: 'x-delayed-message',
    arguments: table({ 'x-delayed-type': type }),
  });
  const after = (delay: Parameters<typeof table>[0][string]) => message(table({ 'x-delay': delay }));

  it('holds back what asks for it, and routes it by its other type when the time has come', () => {
    const { catalog, router } = world('q');
    exchange(catalog, 'd', delaying('topic'));
    catalog.bind(binding('d', 'q', '*.b'));
    const held = router.resolve('/', 'd');
    const route = held.route('a.b', after(500));
    assert.deepEqual(route, { queues: [], delays: [{ exchange: 'd', delayMs: 500 }] });
    assert.deepEqual(held.route('a.b', after('1500'))?.delays, [{ exchange: 'd', delayMs: 1500 }]);
    assert.deepEqual(names(catalog, held.routeDelayed(['a.b'], after(500))), ['q']);
    assert.deepEqual(names(catalog, held.routeDelayed(['a'], after(500))), []);
    assert.equal(held.route('a.b', after(500))?.delays.length, 1, 'nothing was kept');
  });

  it('lets pass at once what has no delay', () => {
    const { catalog, router } = world('q');
    exchange(catalog, 'd', delaying('direct'));
    catalog.bind(binding('d', 'q', 'k'));
    const held = router.resolve('/', 'd');
    for (const each of [message(), after(0), after(-5), after('soon'), after(true)]) {
      assert.deepEqual(held.route('k', each), { queues: [catalog.queue('/', 'q')?.id], delays: [] });
    }
  });

  it('does so too when another exchange leads to it', () => {
    const { catalog, router } = world('q', 'now');
    exchange(catalog, 'd', delaying('fanout'));
    catalog.bind(binding('amq.fanout', 'x:d'));
    catalog.bind(binding('amq.fanout', 'now'));
    catalog.bind(binding('d', 'q'));
    const held = router.resolve('/', 'amq.fanout');
    const route = held.route('k', after(7));
    assert.deepEqual([names(catalog, route), route?.delays], [['now'], [{ exchange: 'd', delayMs: 7 }]]);
    assert.deepEqual(names(catalog, held.route('k', message())), ['now', 'q']);
  });
});
