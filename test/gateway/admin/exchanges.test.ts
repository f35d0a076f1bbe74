import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

const TO_QUEUE = '/api/bindings/%2F/e/x/q/q';

describe('exchanges over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
  });

  it('are declared, shown and deleted', async () => {
    const wanted = { type: 'topic', durable: 'true', arguments: { 'alternate-exchange': 'amq.fanout' } };
    await world.expect(201, 'PUT', '/api/exchanges/%2F/x', wanted);
    await world.expect(204, 'PUT', '/api/exchanges/%2F/x', wanted);
    const shown = await world.get('/api/exchanges/%2F/x');
    assert.deepEqual(
      [shown.name, shown.vhost, shown.type, shown.durable, shown.auto_delete, shown.internal],
      ['x', '/', 'topic', true, false, false],
    );
    assert.deepEqual(shown.arguments, { 'alternate-exchange': 'amq.fanout' });
    const other = await world.expect(400, 'PUT', '/api/exchanges/%2F/x', { type: 'direct' });
    assert.equal(
      other.json.reason,
      "inequivalent arg 'type' for exchange 'x' in vhost '/': received 'direct' but current is 'topic'",
    );
    await world.expect(204, 'DELETE', '/api/exchanges/%2F/x');
    await world.expect(404, 'DELETE', '/api/exchanges/%2F/x');
  });

  it('include the predeclared ones, which stay', async () => {
    const all = await world.get('/api/exchanges/%2F?columns=name');
    assert.deepEqual(
      all.map(({ name }: { name: string }) => name),
      ['', 'amq.direct', 'amq.fanout', 'amq.headers', 'amq.match', 'amq.rabbitmq.trace', 'amq.topic'],
    );
    assert.equal((await world.get('/api/exchanges/%2F/amq.default')).name, '');
    await world.expect(401, 'DELETE', '/api/exchanges/%2F/amq.direct');
    await world.expect(401, 'DELETE', '/api/exchanges/%2F/amq.default');
    await world.expect(401, 'PUT', '/api/exchanges/%2F/amq.mine', { type: 'direct' });
  });

  it('can be fed by a topic, if one can have that name', async () => {
    const fed = (topic: string) => ({
      type: 'topic',
      arguments: { 'x-source-topic': topic, 'x-source-offset': 'first' },
    });
    await world.expect(201, 'PUT', '/api/exchanges/%2F/fed', fed('clicks'));
    await world.expect(204, 'PUT', '/api/exchanges/%2F/fed', fed('clicks'));
    const { json } = await world.expect(400, 'PUT', '/api/exchanges/%2F/other', fed('two words'));
    assert.match(json.reason, /Topic name is invalid: 'two words' contains/);
    await world.expect(204, 'DELETE', '/api/exchanges/%2F/fed');
  });

  it('have a type that exists', async () => {
    const { json } = await world.expect(400, 'PUT', '/api/exchanges/%2F/y', { type: 'nope' });
    assert.equal(json.reason, "unknown exchange type 'nope'");
  });
});

describe('bindings over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
    await world.expect(201, 'PUT', '/api/exchanges/%2F/x', { type: 'topic' });
    await world.expect(201, 'PUT', '/api/exchanges/%2F/y', { type: 'fanout' });
    await world.expect(201, 'PUT', '/api/queues/%2F/q', {});
  });

  const bind = async (body: object | undefined, path = TO_QUEUE) => {
    const { headers } = await world.expect(201, 'POST', path, body);
    return String(headers.location);
  };

  it('are found again where the answer says they are', async () => {
    for (const [body, location] of [
      [{ routing_key: 'a.b' }, 'q/a.b'],
      [{}, 'q/~'],
      [{ routing_key: 'a~b/c d', arguments: {} }, 'q/a%257Eb%252Fc%2Bd'],
      [undefined, 'q/~'],
    ] as const) {
      assert.equal(await bind(body), location);
      const shown = await world.get(`/api/bindings/%2F/e/x/q/${location}`);
      assert.equal(shown.routing_key, body !== undefined && 'routing_key' in body ? body.routing_key : '');
    }
  });

  it('with arguments have a key of their own', async () => {
    const one = await bind({ routing_key: 'k', arguments: { a: 1 } });
    const two = await bind({ routing_key: 'k', arguments: { a: 2 } });
    assert.notEqual(one, two);
    assert.match(one, /^q\/k~/);
    assert.deepEqual((await world.get(`/api/bindings/%2F/e/x/q/${one}`)).arguments, { a: 1 });
    await world.expect(204, 'DELETE', `/api/bindings/%2F/e/x/q/${one}`);
    await world.expect(404, 'GET', `/api/bindings/%2F/e/x/q/${one}`);
    await world.get(`/api/bindings/%2F/e/x/q/${two}`);
  });

  it('are listed by their ends, the default binding included', async () => {
    await bind({ routing_key: '#' }, '/api/bindings/%2F/e/x/e/y');
    const keys = async (path: string) =>
      (await world.get(path)).map((each: { source: string; destination: string; properties_key: string }) =>
        [each.source, each.destination, each.properties_key.slice(0, 2)].join(' '),
      );
    assert.deepEqual(await keys('/api/queues/%2F/q/bindings'), [' q q', 'x q ~', 'x q a.', 'x q a%', 'x q k~']);
    assert.deepEqual(await keys('/api/exchanges/%2F/y/bindings/destination'), ['x y %2']);
    assert.deepEqual(await keys('/api/exchanges/%2F/amq.default/bindings/source'), [' q q']);
    assert.deepEqual(await keys('/api/bindings/%2F/e/amq.default/q/q'), [' q q']);
    assert.equal((await world.get('/api/exchanges/%2F/x/bindings/source')).length, 5);
    assert.equal((await world.get('/api/bindings/%2F')).length, 6);
    assert.equal((await world.get('/api/bindings')).length, 6);
    assert.deepEqual(await world.get('/api/bindings/%2F/e/x/q/none'), []);
  });

  it('are deleted by their key, encoded once or twice', async () => {
    await world.expect(204, 'DELETE', '/api/bindings/%2F/e/x/q/q/a%7Eb%2Fc%20d');
    await world.expect(204, 'DELETE', '/api/bindings/%2F/e/x/q/q/a.b');
    await world.expect(404, 'DELETE', '/api/bindings/%2F/e/x/q/q/a.b');
    await world.expect(204, 'DELETE', '/api/bindings/%2F/e/x/q/q/~');
  });

  it('need both ends, and an exchange that can be bound', async () => {
    const none = await world.expect(404, 'POST', '/api/bindings/%2F/e/none/q/q', {});
    assert.deepEqual(none.json, { error: 'not_found', reason: "no exchange 'none' in vhost '/'" });
    await world.expect(404, 'POST', '/api/bindings/%2F/e/x/q/none', {});
    await world.expect(404, 'POST', '/api/bindings/none/e/x/q/q', {});
    await world.expect(401, 'POST', '/api/bindings/%2F/e/amq.default/q/q', {});
    await world.expect(401, 'DELETE', '/api/bindings/%2F/e/amq.default/q/q/q');
    await world.expect(400, 'POST', '/api/bindings/%2F/e/x/z/q', {});
    await world.expect(400, 'POST', '/api/bindings/%2F/e/amq.headers/q/q', { arguments: { 'x-match': 'some' } });
  });

  it('keep an exchange that is to go only if it is unused', async () => {
    const { json } = await world.expect(400, 'DELETE', '/api/exchanges/%2F/x?if-unused=true');
    assert.equal(json.reason, "exchange 'x' in vhost '/' in use");
  });

  it('route', async () => {
    await bind({ routing_key: 'news.#' });
    const body = { properties: {}, routing_key: 'news.today', payload: 'x', payload_encoding: 'string' };
    const { json } = await world.expect(200, 'POST', '/api/exchanges/%2F/x/publish', body);
    assert.deepEqual(json, { routed: true });
    assert.equal((await world.get('/api/queues/%2F/q')).messages, 1);
  });
});
