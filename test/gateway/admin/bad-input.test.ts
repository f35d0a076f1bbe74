import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { RESOURCES } from '../../../src/gateway/admin/resources.ts';
import { SeededRandom } from '../../support/scheduler.ts';
import { AdminWorld } from './world.ts';

const NOT_FOUND = { error: 'Object Not Found', reason: 'Not Found' };

describe('bad requests to the management API', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start({ 'management-body-bytes-max': '65536' });
    await world.expect(201, 'PUT', '/api/queues/%2F/q', {});
  });

  it('for what does not exist are told so', async () => {
    for (const path of ['/', '/api', '/api/nothing', '/api/queues/%2F/q/nothing', '/api//queues', '/api/queues//q']) {
      assert.deepEqual((await world.expect(404, 'GET', path)).json, NOT_FOUND, path);
    }
  });

  it('with a method that is not served are told which are', async () => {
    for (const [method, path, allow] of [
      ['POST', '/api/whoami', 'HEAD, GET, OPTIONS'],
      ['PATCH', '/api/queues/%2F/q', 'HEAD, GET, PUT, DELETE, OPTIONS'],
      ['GET', '/api/queues/%2F/q/contents', 'DELETE, OPTIONS'],
      ['HEAD', '/api/queues/%2F/q/contents', 'DELETE, OPTIONS'],
    ] as const) {
      const { headers } = await world
        .request(method, path)
        .catch((error) => assert.fail(`${method} ${path}: ${error}`));
      assert.equal(headers.allow, allow, `${method} ${path}`);
    }
    const options = await world.bare({ method: 'OPTIONS', target: '/api/queues', headers: {} });
    assert.deepEqual([options.status, options.headers.allow], [200, 'HEAD, GET, OPTIONS']);
  });

  const bodies: [what: string, raw: string, reason: RegExp][] = [
    ['broken JSON', '{"a":', /^not_json$/],
    ['a list', '[1]', /^not_json$/],
    ['a number', '5', /^not_json$/],
    ['JSON in JSON', '"{}"', /Is the input doubly-JSON-encoded\?$/],
    ['more after the end', '{}x', /^not_json$/],
    ['the wrong type', '{"durable":"maybe"}', /^durable should be a boolean, actually was "maybe"$/],
    ['null for a value', '{"arguments":{"a":null}}', /^null_not_allowed$/],
    ['a number that is too large', '{"arguments":{"a":9007199254740993}}', /more than can be taken/],
    ['very deep nesting', `{"arguments":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`, /nested deeper than 32/],
    ['a long value of the wrong type', `{"durable":"${'x'.repeat(5000)}"}`, /^durable should be a boolean.{1,140}$/],
  ];
  for (const [what, raw, reason] of bodies) {
    it(`with ${what} are refused`, async () => {
      const { json } = await world.expect(400, 'PUT', '/api/queues/%2F/new', undefined, { raw });
      assert.equal(json.error, 'bad_request');
      assert.match(json.reason, reason);
    });
  }

  it('with nothing, or null, for a body are as good as with an empty object', async () => {
    await world.expect(201, 'PUT', '/api/queues/%2F/empty', undefined, { raw: '' });
    await world.expect(204, 'PUT', '/api/queues/%2F/empty', undefined, { raw: 'null' });
  });

  it('may name any type of content', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense', 'application/json; charset=x']) {
      await world.expect(204, 'PUT', '/api/queues/%2F/empty', undefined, {
        raw: '{}',
        headers: { 'content-type': type },
      });
    }
  });

  it('that are too large are refused', async () => {
    const raw = JSON.stringify({ arguments: { a: 'x'.repeat(70_000) } });
    const { json } = await world.expect(400, 'PUT', '/api/queues/%2F/large', undefined, { raw });
    assert.equal(json.reason, 'Exceeded HTTP request body size limit');
  });

  it('with names that are no UTF-8 are refused, and long ones where names are short', async () => {
    await world.expect(400, 'PUT', '/api/queues/%2F/%ff', {});
    await world.expect(400, 'PUT', '/api/queues/%2F/%zz', {});
    await world.expect(400, 'PUT', `/api/queues/%2F/${'q'.repeat(256)}`, {});
    await world.expect(400, 'PUT', `/api/queues/%2F/${encodeURIComponent('é'.repeat(128))}`, {});
    await world.expect(201, 'PUT', `/api/queues/%2F/${encodeURIComponent('é'.repeat(127))}`, {});
  });

  it('are not taken in by names that objects have anyway', async () => {
    const raw = '{"__proto__":{"durable":true},"constructor":5,"arguments":{"__proto__":{"a":1},"toString":"x"}}';
    await world.expect(201, 'PUT', '/api/queues/%2F/proto', undefined, { raw });
    const shown = await world.get('/api/queues/%2F/proto');
    assert.equal(shown.durable, false);
    assert.deepEqual(Object.entries(shown.arguments), [
      ['__proto__', { a: 1 }],
      ['toString', 'x'],
    ]);
    await world.expect(404, 'GET', '/api/queues/__proto__');
    await world.expect(404, 'GET', '/api/users/constructor');
    await world.expect(400, 'PUT', '/api/vhost-limits/%2F/toString', { value: 1 });
    assert.deepEqual(await world.get('/api/queues/%2F/q?columns=constructor,toString.name'), {});
    await world.expect(400, 'GET', '/api/health/checks/certificate-expiration/1/toString');
  });

  it('of every kind get an answer of the API and change nothing else', async () => {
    const random = new SeededRandom(11);
    const values = [null, 5, -1, 1.5, 'x', '', true, [], ['x'], {}, { x: {} }, 'é'.repeat(300)];
    const keys = [
      'name',
      'users',
      'tags',
      'password',
      'pattern',
      'definition',
      'value',
      'arguments',
      'type',
      'properties',
    ];
    const names = ['%2F', 'q', 'none', '%00', '..', '%2e%2e', 'amq.default', '0', '~', 'constructor'];
    const pick = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
    for (let i = 0; i < 600; i++) {
      const path = pick(RESOURCES).path.replace(/:\w+/g, () => pick(names));
      const method = pick(['GET', 'PUT', 'POST', 'DELETE']);
      const body = Object.fromEntries(Array.from({ length: random.below(5) }, () => [pick(keys), pick(values)]));
      if (path.includes('users/') || path.includes('permissions') || path.includes('definitions')) continue;
      const { status, text } = await world.request(method, path, body);
      assert.ok(status < 500 || status === 503, `${method} ${path} ${JSON.stringify(body)}: ${status} ${text}`);
      if (status >= 400 && method !== 'HEAD') assert.notEqual(JSON.parse(text), undefined);
    }
    assert.equal(world.fatal, undefined);
    await world.get('/api/overview');
  });
});

describe('large requests', () => {
  it('are bounded together', async () => {
    const flags = { 'management-body-bytes-max': '65536', 'management-bodies-bytes-max': '65536' };
    const world = await AdminWorld.start(flags);
    const large = { payload: 'x'.repeat(60_000), properties: {}, routing_key: 'q', payload_encoding: 'string' };
    const publish = () => world.begin('POST', '/api/exchanges/%2F/amq.default/publish', large);
    const answers = await world.settled(Promise.all([publish(), publish()]));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 503]);
    assert.equal((await world.settled(publish())).status, 200, 'what was reserved is given back');
  });
});
