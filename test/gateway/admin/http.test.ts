/** The management API in the bytes of HTTP: what is answered before a body, in pieces, and to clients that are silent or slow. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Answer } from '../../support/http-answers.ts';
import type { HttpClientEnd } from '../../support/http-client-end.ts';
import { AdminWorld, basic } from './world.ts';

const LARGE = 'x'.repeat(70_000);
const QUEUES = 1200;

function head(method: string, path: string, user: string | undefined, ...lines: readonly string[]): string {
  const login = user === undefined ? [] : [`authorization: ${basic(user, user)}`];
  return `${[`${method} ${path} HTTP/1.1`, 'host: h', ...login, ...lines].join('\r\n')}\r\n\r\n`;
}

describe('the management API over HTTP', () => {
  let world: AdminWorld;
  let client: HttpClientEnd;
  beforeEach(async () => {
    world = await AdminWorld.start({ 'management-body-bytes-max': '65536' });
    client = world.connect();
    answers = [];
  });

  const attempts = async () => {
    const [{ auth_attempts_succeeded: succeeded, auth_attempts_failed: failed }] =
      await world.get('/api/auth/attempts/trilog@1');
    return [succeeded, failed];
  };
  let answers: Answer[];
  const answer = async () => {
    await world.scheduler.settle(() => {
      answers.push(...client.answers());
      return answers.length > 0;
    });
    const found = answers.shift();
    assert.ok(found !== undefined, 'it is answered');
    return found;
  };

  it('asks who is there before it reads what they send', async () => {
    for (const length of ['content-length: 10', `content-length: ${LARGE.length}`, 'transfer-encoding: chunked']) {
      client = world.connect();
      client.send(head('PUT', '/api/queues/%2F/q', undefined, length));
      assert.equal((await answer()).status, 401);
      assert.equal(client.isEnded, true);
    }
  });

  it('says what does not exist, or cannot be done, before it reads what is sent there', async () => {
    for (const [method, path, user, status] of [
      ['POST', '/api/none', undefined, 404],
      ['PATCH', '/api/queues', undefined, 405],
      ['PUT', '/api/queues/none/q', 'guest', 404],
      ['PUT', '/api/%ff', undefined, 400],
    ] as const) {
      client = world.connect();
      client.send(head(method, path, user, `content-length: ${LARGE.length}`));
      assert.equal((await answer()).status, status, `${method} ${path}`);
    }
  });

  it('says at the head that a body is too large, and in chunks when it has become so', async () => {
    client.send(head('PUT', '/api/queues/%2F/q', 'guest', `content-length: ${LARGE.length}`));
    assert.match((await answer()).body, /Exceeded HTTP request body size limit/);
    client = world.connect();
    client.send(head('PUT', '/api/queues/%2F/q', 'guest', 'transfer-encoding: chunked'));
    client.send(`9000\r\n${'x'.repeat(0x9000)}\r\n9000\r\n`);
    const { status, body } = await answer();
    assert.deepEqual([status, JSON.parse(body).error], [400, 'bad_request']);
  });

  it('counts each login once, however the body comes', async () => {
    await world.user('ann', 'management');
    await world.expect(204, 'DELETE', '/api/auth/attempts/trilog@1');
    client.send(head('PUT', '/api/queues/%2F/q', 'guest', 'content-length: 2'), '{}');
    assert.equal((await answer()).status, 201);
    assert.deepEqual(await attempts(), [2, 0]);
    client.send(head('PUT', '/api/queues/%2F/q', 'wrong', 'content-length: 2'), '{}');
    assert.equal((await answer()).status, 401);
    client = world.connect();
    client.send(head('PUT', '/api/cluster-name', 'ann', 'content-length: 2'), '{}');
    assert.equal((await answer()).status, 401);
    assert.deepEqual(await attempts(), [4, 1]);
  });

  it('answers requests on one connection in their order', async () => {
    client.send(
      head('PUT', '/api/queues/%2F/q', 'guest', 'content-length: 2').concat('{}', head('GET', '/api/queues', 'guest')),
    );
    assert.equal((await answer()).status, 201);
    assert.deepEqual(JSON.parse((await answer()).body).length, 1);
  });

  it('refuses what is no request as it refuses everything', async () => {
    client.send('rubbish\r\n\r\n');
    const { status, headers, body } = await answer();
    assert.deepEqual(
      [status, headers['content-type'], JSON.parse(body).error],
      [400, 'application/json', 'bad_request'],
    );
    client = world.connect();
    client.send(`GET /${'x'.repeat(17_000)}`);
    assert.equal((await answer()).status, 431);
  });

  it('sends long lists in pieces, as its clients take them', async () => {
    const queues = Array.from({ length: QUEUES }, (_, i) => ({ name: `q${i}`, vhost: '/', durable: true }));
    for (let from = 0; from < QUEUES; from += 400) {
      await world.expect(204, 'POST', '/api/definitions', { queues: queues.slice(from, from + 400) });
    }
    const { headers, json } = await world.expect(200, 'GET', '/api/queues');
    assert.equal(headers['transfer-encoding'], 'chunked');
    assert.equal(json.length, QUEUES);
    client.bufferedBytes = 1;
    client.send(head('GET', '/api/queues', 'guest'));
    await world.scheduler.settle();
    const first = client.text();
    assert.match(first, /"name":"q0"/);
    assert.doesNotMatch(first, /"name":"q999"/);
    client.drain();
    await world.scheduler.settle();
    assert.match(client.text(), /"name":"q999".*\}\]\r\n0\r\n\r\n$/s);
  });

  it('ends connections that are silent, by the clock of the node', async () => {
    client.send('GET /api');
    const silent = world.connect();
    await world.scheduler.advance(100_000);
    assert.deepEqual([client.answers()[0]?.status, client.isEnded, silent.isEnded], [408, true, true]);
  });
});
