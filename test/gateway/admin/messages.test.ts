import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

const PUBLISH = '/api/exchanges/%2F/amq.default/publish';
const GET = '/api/queues/%2F/q/get';
const PROPERTIES = {
  content_type: 'text/plain',
  content_encoding: 'utf-8',
  headers: { a: 1, list: [1, 'x'], inner: { yes: true }, half: 1.5 },
  delivery_mode: 2,
  priority: 3,
  correlation_id: 'c',
  reply_to: 'r',
  expiration: '60000',
  message_id: 'm',
  timestamp: 123,
  type: 't',
  user_id: 'guest',
  app_id: 'a',
  cluster_id: 'z',
};

function publication(payload: unknown, more: object = {}): object {
  return { properties: {}, routing_key: 'q', payload, payload_encoding: 'string', ...more };
}

function wish(more: object = {}): object {
  return { count: 1, ackmode: 'ack_requeue_false', encoding: 'auto', ...more };
}

describe('publishing over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
    await world.expect(201, 'PUT', '/api/queues/%2F/q', { durable: true });
  });

  it('carries all properties to whoever takes the message', async () => {
    await world.expect(200, 'POST', PUBLISH, publication('hi', { properties: PROPERTIES }));
    const [got] = (await world.expect(200, 'POST', GET, wish())).json;
    assert.deepEqual(got, {
      payload_bytes: 2,
      redelivered: false,
      exchange: '',
      routing_key: 'q',
      message_count: 0,
      properties: PROPERTIES,
      payload: 'hi',
      payload_encoding: 'string',
    });
  });

  it('tells whether any queue got the message', async () => {
    const nowhere = await world.expect(200, 'POST', PUBLISH, publication('hi', { routing_key: 'nowhere' }));
    assert.deepEqual(nowhere.json, { routed: false });
  });

  it('takes bytes as base64, and gives them so when they are no text', async () => {
    const bytes = Buffer.from([0xff, 0xfe]).toString('base64');
    await world.expect(200, 'POST', PUBLISH, publication(bytes, { payload_encoding: 'base64' }));
    await world.expect(200, 'POST', PUBLISH, publication('é€'));
    const got = (await world.expect(200, 'POST', GET, wish({ count: 5 }))).json;
    assert.deepEqual(
      got.map(({ payload, payload_encoding }: { payload: string; payload_encoding: string }) => [
        payload,
        payload_encoding,
      ]),
      [
        ['//4=', 'base64'],
        ['é€', 'string'],
      ],
    );
    assert.deepEqual(got[0].properties, [], 'none are an empty list, as in RabbitMQ');
  });

  it('says when a queue has no room', async () => {
    const full = { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } };
    await world.expect(201, 'PUT', '/api/queues/%2F/full', full);
    await world.publish('full', 'first');
    const { json } = await world.expect(400, 'POST', PUBLISH, publication('second', { routing_key: 'full' }));
    assert.match(json.reason, /^rejected/);
  });

  const refused: [what: string, body: object, reason: RegExp][] = [
    ['no payload', { properties: {}, routing_key: 'q', payload_encoding: 'string' }, /^\[\{key_missing,payload\}\]$/],
    ['a number for a payload', publication(5), /^payload_not_string$/],
    ['an unknown encoding', publication('x', { payload_encoding: 'hex' }), /unsupported payload_encoding/],
    ['what is no base64', publication('$$$', { payload_encoding: 'base64' }), /not base64/],
    ['properties of the wrong type', publication('x', { properties: { priority: '1' } }), /^not_int: priority$/],
    ['a property that is too long', publication('x', { properties: { app_id: 'é'.repeat(200) } }), /longer than 255/],
    ['headers with null', publication('x', { properties: { headers: { a: null } } }), /null_not_allowed/],
    [
      'another user',
      publication('x', { properties: { user_id: 'bob' } }),
      /^406 PRECONDITION_FAILED - user_id property/,
    ],
    [
      'no number of milliseconds',
      publication('x', { properties: { expiration: 'soon' } }),
      /invalid expiration 'soon'/,
    ],
  ];
  for (const [what, body, reason] of refused) {
    it(`refuses ${what}`, async () => {
      const { json } = await world.expect(400, 'POST', PUBLISH, body);
      assert.match(json.reason, reason);
    });
  }

  it('refuses exchanges that do not exist or are internal', async () => {
    const none = await world.expect(400, 'POST', '/api/exchanges/%2F/none/publish', publication('x'));
    assert.equal(none.json.reason, "404 NOT_FOUND - no exchange 'none' in vhost '/'");
    await world.expect(201, 'PUT', '/api/exchanges/%2F/inner', { type: 'fanout', internal: true });
    const inner = await world.expect(400, 'POST', '/api/exchanges/%2F/inner/publish', publication('x'));
    assert.equal(inner.json.reason, "403 ACCESS_REFUSED - cannot publish to internal exchange 'inner' in vhost '/'");
  });
});

describe('getting messages over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start({ 'management-get-bytes-max': '65536' });
    await world.expect(201, 'PUT', '/api/queues/%2F/q', { durable: true });
    for (const payload of ['a', 'b', 'c']) await world.publish('q', payload);
  });

  const payloads = async (more: object) => {
    const { json } = await world.expect(200, 'POST', GET, wish(more));
    return json.map((got: { payload: string; redelivered: boolean }) => `${got.payload}${got.redelivered ? '!' : ''}`);
  };

  it('leaves the messages in their order when they are to stay', async () => {
    assert.deepEqual(await payloads({ count: 2, ackmode: 'ack_requeue_true' }), ['a', 'b']);
    assert.deepEqual(await payloads({ count: 10, ackmode: 'reject_requeue_true' }), ['a!', 'b!', 'c']);
    assert.equal((await world.get('/api/queues/%2F/q')).messages_ready, 3);
  });

  it('takes a number that came as text, and shortens what is too long', async () => {
    assert.deepEqual(await payloads({ count: '1', ackmode: 'ack_requeue_true', truncate: 0 }), ['!']);
  });

  it('takes them away, or to where rejected messages go', async () => {
    assert.deepEqual(await payloads({ count: 1, ackmode: 'ack_requeue_false' }), ['a!']);
    const policy = { pattern: '^q$', definition: { 'dead-letter-exchange': '', 'dead-letter-routing-key': 'dead' } };
    await world.expect(201, 'PUT', '/api/queues/%2F/dead', {});
    await world.expect(201, 'PUT', '/api/policies/%2F/dead', policy);
    assert.deepEqual(await payloads({ count: 1, ackmode: 'reject_requeue_false' }), ['b!']);
    await world.scheduler.settle();
    assert.equal((await world.get('/api/queues/%2F/q')).messages, 1);
    assert.equal((await world.get('/api/queues/%2F/dead')).messages, 1);
  });

  it('gives no more than fits, and leaves the rest where it is', async () => {
    const large = 'x'.repeat(40_000);
    await world.expect(201, 'PUT', '/api/queues/%2F/large', {});
    for (let i = 0; i < 5; i++) await world.publish('large', large);
    const { json } = await world.expect(200, 'POST', '/api/queues/%2F/large/get', wish({ count: 1000 }));
    assert.equal(json.length, 2);
    assert.equal((await world.get('/api/queues/%2F/large')).messages, 3);
  });

  it('tells of a queue that does not exist', async () => {
    const { json } = await world.expect(404, 'POST', '/api/queues/%2F/none/get', wish());
    assert.deepEqual(json, { error: 'not_found', reason: "no queue 'none' in vhost '/'" });
  });

  const refused: [what: string, body: object, reason: RegExp][] = [
    ['nothing said', {}, /^\[\{key_missing,ackmode\},\{key_missing,count\},\{key_missing,encoding\}\]$/],
    ['a count that is none', wish({ count: 'many' }), /count should be an integer/],
    ['a count below 0', wish({ count: -1 }), /below 0/],
    ['an unknown ackmode', wish({ ackmode: 'toString' }), /Unsupported ackmode/],
    ['an unknown encoding', wish({ encoding: 'hex' }), /Unsupported encoding/],
  ];
  for (const [what, body, reason] of refused) {
    it(`refuses ${what}`, async () => {
      const { json } = await world.expect(400, 'POST', GET, body);
      assert.match(json.reason, reason);
    });
  }
});
