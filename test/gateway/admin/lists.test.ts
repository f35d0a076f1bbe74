import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

const NAMES = ['alpha', 'alpha-2', 'beta', 'Gamma', 'delta'];

describe('lists', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start({ 'management-page-size': '3', 'management-page-size-max': '4' });
    for (const name of NAMES) await world.expect(201, 'PUT', `/api/queues/%2F/${name}`, {});
    for (const name of ['beta', 'beta', 'delta']) await world.publish(name, 'x');
  });

  const names = async (query: string): Promise<string[]> => {
    const answer = await world.get(`/api/queues?${query}`);
    return (answer.items ?? answer).map(({ name }: { name: string }) => name);
  };

  it('are ordered by vhost and name', async () => {
    assert.deepEqual(await names(''), ['Gamma', 'alpha', 'alpha-2', 'beta', 'delta']);
  });

  it('are ordered by any column, those without it as if it were 0', async () => {
    assert.deepEqual(await names('sort=messages&sort_reverse=true'), ['beta', 'delta', 'alpha-2', 'alpha', 'Gamma']);
    assert.deepEqual((await names('sort=message_stats.publish')).slice(3), ['delta', 'beta']);
    assert.deepEqual(await names('sort=no.such.column'), ['Gamma', 'alpha', 'alpha-2', 'beta', 'delta']);
  });

  it('have the wanted columns only', async () => {
    const answer = await world.get(
      '/api/queues?columns=name,message_stats.publish_details.rate,none.at.all&page=1&name=beta',
    );
    assert.deepEqual(answer.items, [{ name: 'beta', message_stats: { publish_details: { rate: 0 } } }]);
    assert.equal(answer.total_count, 5);
    const overview = await world.get('/api/overview?columns=queue_totals.messages,object_totals.queues');
    assert.deepEqual(overview, { queue_totals: { messages: 3 }, object_totals: { queues: 5 } });
  });

  it('come in pages', async () => {
    const { items, ...about } = await world.get('/api/queues?page=2&columns=name');
    assert.deepEqual(items, [{ name: 'beta' }, { name: 'delta' }]);
    assert.deepEqual(about, {
      total_count: 5,
      item_count: 2,
      filtered_count: 5,
      page: 2,
      page_size: 3,
      page_count: 2,
    });
  });

  it('are filtered by part of the name, whatever its case, or by an expression', async () => {
    assert.deepEqual(await names('page=1&name=ALPHA'), ['alpha', 'alpha-2']);
    assert.deepEqual(await names('page=1&name=%5E(gamma%7C.*-%5Cd)%24&use_regex=true'), ['Gamma', 'alpha-2']);
    assert.deepEqual(await names('page=1&name=.%2A'), [], 'an expression is a text unless it is said to be one');
    assert.equal((await names('name=alpha')).length, 5, 'only pages are filtered, as in RabbitMQ');
  });

  it('are not held up by an expression that has very many ways to match', async () => {
    const evil = encodeURIComponent(`${'(a|a|a)*'.repeat(100)}!`);
    assert.deepEqual(await names(`page=1&use_regex=true&name=${evil}`), []);
  });

  const refused: [query: string, error: string, reason: RegExp][] = [
    ['page=0', 'invalid_pagination_parameters', /page number 0, page size undefined/],
    ['page=1&page_size=5', 'invalid_pagination_parameters', /page number 1, page size 5/],
    ['page=x', 'bad_request', /Pagination parameters are invalid/],
    ['page=', 'bad_request', /Pagination parameters are invalid/],
    ['page=3', 'page_out_of_range', /page: 3 page size: 3, len: 5/],
    ['page=1&name=(&use_regex=true', 'bad_request', /no regular expression: a \( is not closed \(at character 1\)/],
  ];
  for (const [query, error, reason] of refused) {
    it(`refuse ${query}`, async () => {
      const { json } = await world.expect(400, 'GET', `/api/queues?${query}`);
      assert.equal(json.error, error);
      assert.match(json.reason, reason);
    });
  }

  it('are whole however long they are', async () => {
    const queues = Array.from({ length: 1500 }, (_, i) => ({ name: `many-${i}`, vhost: '/', durable: true }));
    await world.expect(204, 'POST', '/api/definitions', { queues });
    const all = await world.get('/api/queues?columns=name,messages&sort=name');
    assert.equal(all.length, 1505);
    assert.equal(new Set(all.map(({ name }: { name: string }) => name)).size, 1505);
    assert.deepEqual(await world.get('/api/queues?columns='), Array(1505).fill({}));
  });
});
