/** What an HTTP connection does with well-behaved clients, impatient ones, slow ones and those that hang up. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { HttpServer } from '../../../src/net/http/http-server.ts';
import type { HttpExchange } from '../../../src/net/http/http-service.ts';
import { HttpClientEnd } from '../../support/http-client-end.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const SETTINGS = {
  headBytesMax: 2048,
  bodyBytesMax: 4 * 1024 * 1024,
  arrivingBytesMax: 8 * 1024 * 1024,
  connectionsMax: 3,
  requestTimeoutMs: 30_000,
  idleTimeoutMs: 75_000,
};

let clock: ManualClock;
let server: HttpServer;
let exchanges: HttpExchange[];
let bodies: string[];
/** What is answered at once; undefined: nothing, until the test does. */
let reply: string | undefined;

function ok(body: string) {
  return { status: 200, headers: { 'x-kind': 'test' }, body };
}

function connect(): HttpClientEnd {
  return new HttpClientEnd((transport) => server.accept(transport));
}

function post(body: string, ...headers: string[]): string {
  const lines = ['POST / HTTP/1.1', 'Host: h', `Content-Length: ${Buffer.byteLength(body)}`, ...headers];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

describe('an HTTP server', () => {
  beforeEach(() => {
    clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
    exchanges = [];
    bodies = [];
    reply = 'answer';
    server = new HttpServer(SETTINGS, clock, {
      handle(exchange) {
        exchanges.push(exchange);
        bodies.push(exchange.request.body.toString());
        if (reply !== undefined) exchange.respond(ok(reply));
      },
      refusal: ({ status, message }) => ({ status, headers: {}, body: message }),
    });
  });

  it('answers one request after the other on a connection', () => {
    const client = connect();
    reply = 'é"';
    client.send(post('a'));
    const expected =
      'HTTP/1.1 200 OK\r\nx-kind: test\r\ndate: Fri, 02 Jan 2026 03:04:05 GMT\r\ncontent-length: 3\r\n\r\né"';
    assert.equal(client.text(), expected);
    client.send(post('b'));
    assert.equal(client.text(), expected);
    assert.deepEqual(bodies, ['a', 'b']);
    assert.equal(client.isEnded, false);
  });

  it('answers pipelined requests in order, each when the one before is answered', () => {
    const client = connect();
    reply = undefined;
    client.send(post('1') + post('2') + post('3').slice(0, -1));
    assert.deepEqual(bodies, ['1']);
    exchanges[0]?.respond(ok('one'));
    assert.deepEqual(bodies, ['1', '2']);
    client.send('3');
    exchanges[1]?.respond(ok('two'));
    exchanges[2]?.respond(ok('three'));
    assert.deepEqual(bodies, ['1', '2', '3']);
    assert.deepEqual(
      client.answers().map(({ body }) => body),
      ['one', 'two', 'three'],
    );
  });

  it('answers once', () => {
    const client = connect();
    client.send(post('a'));
    exchanges[0]?.respond(ok('again'));
    assert.equal(client.answers().length, 1);
  });

  it('tells when the client has hung up, until the request is answered', () => {
    const client = connect();
    reply = undefined;
    client.send(post('a'));
    let gone = 0;
    exchanges[0]?.onGone(() => {
      gone += 1;
    });
    client.hangUp();
    assert.equal(gone, 1);
    exchanges[0]?.respond(ok('nobody reads it'));
    assert.equal(client.text(), '');
    const other = connect();
    reply = 'answer';
    other.send(post('b'));
    exchanges[1]?.onGone(() => assert.fail('it was answered'));
    other.hangUp();
  });

  it('ends the connection when the client wants it, and looks at nothing behind', () => {
    const client = connect();
    client.send(post('a', 'Connection: close') + post('b'));
    const [answer, ...more] = client.answers();
    assert.equal(answer?.headers.connection, 'close');
    assert.deepEqual([more.length, bodies.length, client.isEnded], [0, 1, true]);
    client.send(post('c'));
    assert.equal(bodies.length, 1);
  });

  it('answers HEAD without a body', () => {
    const client = connect();
    client.send('HEAD / HTTP/1.1\r\nHost: h\r\n\r\n');
    assert.match(client.text(), /content-length: 6\r\n\r\n$/);
  });

  it('tells a client to go on that waits with its body', () => {
    const client = connect();
    const request = post('body', 'Expect: 100-continue');
    client.send(request.slice(0, -4));
    assert.equal(client.text(), 'HTTP/1.1 100 Continue\r\n\r\n');
    client.send('bo', 'dy');
    assert.deepEqual(bodies, ['body']);
    client.answers();
    client.send(request);
    assert.equal(client.answers()[0]?.status, 200);
  });

  it('refuses what is no request, and ends', () => {
    const client = connect();
    client.send(`${post('a')}rubbish\r\n\r\n${post('b')}`);
    assert.deepEqual(
      client.answers().map(({ status }) => status),
      [200, 400],
    );
    assert.deepEqual([bodies, client.isEnded], [['a'], true]);
  });

  it('does not read on while much waits behind a request', () => {
    const client = connect();
    reply = undefined;
    client.send(post('a'), post('b'.repeat(70_000)));
    assert.equal(client.isPaused, true);
    exchanges[0]?.respond(ok(''));
    assert.equal(client.isPaused, false);
    assert.equal(bodies.length, 2);
  });

  it('takes no further request from a client that does not read', () => {
    const client = connect();
    client.bufferedBytes = 2 * 1024 * 1024;
    client.send(post('a'));
    assert.deepEqual(bodies, []);
    client.bufferedBytes = 0;
    client.handler?.drained();
    assert.deepEqual(bodies, ['a']);
  });

  it('takes no request while it is paused', () => {
    const client = connect();
    server.pause();
    client.send(post('a'));
    assert.deepEqual(bodies, []);
    server.resume();
    assert.deepEqual(bodies, ['a']);
  });

  it('refuses a connection too many until one has gone', () => {
    const clients = [connect(), connect(), connect()];
    assert.equal(connect().handler, undefined);
    clients[0]?.hangUp();
    assert.notEqual(connect().handler, undefined);
  });

  it('refuses to hold more than it may, and harms nobody who was there', () => {
    const half = post('x'.repeat(4_000_000)).slice(0, -1);
    const [first, second, third] = [connect(), connect(), connect()];
    first.send(half);
    second.send(half);
    third.send(half);
    assert.deepEqual(
      third.answers().map(({ status }) => status),
      [503],
    );
    assert.equal(third.isEnded, true);
    first.send('x');
    assert.deepEqual(
      bodies.map(({ length }) => length),
      [4_000_000],
    );
    second.hangUp();
    first.hangUp();
    third.hangUp();
    assert.equal(server.budget.bytes, 0);
  });

  it('closes connections that are silent, or whose request does not arrive', () => {
    const [silent, slow, waiting] = [connect(), connect(), connect()];
    slow.send('POST / HT');
    reply = undefined;
    waiting.send(post('a'));
    clock.advance(29_000);
    slow.send('TP/1.1\r\n');
    server.checkTimeouts();
    assert.equal(slow.isEnded, false);
    clock.advance(1001);
    server.checkTimeouts();
    assert.deepEqual([slow.answers()[0]?.status, slow.isEnded, silent.isEnded], [408, true, false]);
    clock.advance(45_000);
    server.checkTimeouts();
    assert.deepEqual([silent.isEnded, waiting.isEnded], [true, false]);
  });

  it('cuts off a client that reads nothing of its answer', () => {
    const client = connect();
    client.send(post('a'));
    client.bufferedBytes = 100;
    server.checkTimeouts();
    clock.advance(20_000);
    client.bufferedBytes = 50;
    server.checkTimeouts();
    clock.advance(20_000);
    server.checkTimeouts();
    assert.equal(client.isDestroyed, false);
    clock.advance(10_001);
    server.checkTimeouts();
    assert.equal(client.isDestroyed, true);
  });

  it('closes when the last answers are given', () => {
    const [idle, busy] = [connect(), connect()];
    reply = undefined;
    busy.send(post('a'));
    server.close();
    assert.deepEqual([idle.isEnded, busy.isEnded], [true, false]);
    exchanges[0]?.respond(ok(''));
    assert.deepEqual([busy.answers()[0]?.headers.connection, busy.isEnded], ['close', true]);
  });

  it('sends no length where the status says that there is no body', () => {
    const client = connect();
    reply = undefined;
    client.send(post('a'));
    exchanges[0]?.respond({ status: 204, headers: {}, body: '' });
    assert.equal(client.text(), 'HTTP/1.1 204 No Content\r\ndate: Fri, 02 Jan 2026 03:04:05 GMT\r\n\r\n');
  });
});

describe('an HTTP server whose service asks before bodies come', () => {
  const served: string[] = [];
  const serve = (settings: object = {}) => {
    served.length = 0;
    server = new HttpServer({ ...SETTINGS, ...settings }, new ManualClock(0), {
      handle: (exchange) => {
        served.push(exchange.request.body.toString());
        exchange.respond(ok('done'));
      },
      refusal: ({ status, message }) => ({ status, headers: {}, body: message }),
      beforeBody({ headers, method }, remoteAddress) {
        served.push(`${method} ${remoteAddress}`);
        return headers.pass === 'yes' ? undefined : { status: 401, headers: {}, body: 'no' };
      },
    });
    return connect();
  };
  const statuses = (client: HttpClientEnd) => client.answers().map(({ status }) => status);

  it('answers at the head, asks for no body, and ends', () => {
    const client = serve();
    client.send(post('body', 'Expect: 100-continue').slice(0, -4));
    assert.deepEqual([statuses(client), client.isEnded], [[401], true]);
    client.send('body');
    assert.deepEqual(served, ['POST 127.0.0.1']);
  });

  it('says the head only to who wants no more', () => {
    const client = serve();
    client.send('HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n');
    assert.match(client.text(), /content-length: 2\r\nconnection: close\r\n\r\n$/);
  });

  it('asks about chunks, and takes them if they are wanted', () => {
    const client = serve();
    client.send('POST / HTTP/1.1\r\nHost: h\r\nPass: yes\r\nTransfer-Encoding: chunked\r\n\r\n');
    client.send('2\r\nab\r\n0\r\n\r\n');
    assert.deepEqual([statuses(client), served], [[200], ['POST 127.0.0.1', 'ab']]);
  });

  it('does not ask about a body that is there', () => {
    const client = serve();
    client.send(post('whole'));
    assert.deepEqual([statuses(client), served, client.isEnded], [[200], ['whole'], false]);
  });

  it('asks about a body that is too large, before it refuses it', () => {
    assert.equal(statusOfLarge(''), 401);
    assert.equal(statusOfLarge('Pass: yes'), 413);
  });

  const statusOfLarge = (header: string) => {
    const client = serve({ bodyBytesMax: 3 });
    client.send(post('large', ...(header === '' ? [] : [header])));
    return client.answers()[0]?.status;
  };
});

describe('an HTTP server where bodies stay', () => {
  beforeEach(() => {
    exchanges = [];
    server = new HttpServer({ ...SETTINGS, bodiesStay: true, arrivingBytesMax: 1000 }, new ManualClock(0), {
      handle: (exchange) => exchanges.push(exchange),
      refusal: ({ status, message }) => ({ status, headers: {}, body: message }),
    });
  });

  it('keeps them as they were until they are answered', () => {
    const client = connect();
    client.send(post('in one piece'));
    assert.equal(exchanges[0]?.request.body.toString(), 'in one piece');
  });

  it('counts them until they are answered, however they came', () => {
    const [first, second, third] = [connect(), connect(), connect()];
    first.send(post('x'.repeat(600)));
    assert.equal(server.budget.bytes, 600);
    second.send(post('y'.repeat(401)));
    assert.deepEqual([second.answers()[0]?.status, second.isEnded, exchanges.length], [503, true, 1]);
    third.send(post('z'.repeat(300)).slice(0, 200), post('z'.repeat(300)).slice(200));
    assert.equal(server.budget.bytes, 900);
    exchanges[0]?.respond(ok(''));
    assert.equal(server.budget.bytes, 300);
    third.hangUp();
    assert.equal(server.budget.bytes, 0);
    first.send(post('x'.repeat(1000)));
    assert.equal(exchanges.length, 3);
  });
});
