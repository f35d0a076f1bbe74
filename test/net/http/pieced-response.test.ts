/** Responses that are made while they are sent, and what becomes of them when clients are slow, old, or gone. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { HttpServer } from '../../../src/net/http/http-server.ts';
import type { HttpExchange } from '../../../src/net/http/http-service.ts';
import { HttpClientEnd } from '../../support/http-client-end.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const SETTINGS = {
  headBytesMax: 2048,
  bodyBytesMax: 1000,
  arrivingBytesMax: 100_000,
  connectionsMax: 3,
  requestTimeoutMs: 30_000,
  unreadTimeoutMs: 90_000,
  idleTimeoutMs: 75_000,
};
const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const GET_OLD = 'GET / HTTP/1.0\r\nHost: h\r\n\r\n';
const HEAD = 'HEAD / HTTP/1.1\r\nHost: h\r\n\r\n';
const HEADERS = 'date: Fri, 02 Jan 2026 03:04:05 GMT\r\n';

describe('a response in pieces', () => {
  let clock: ManualClock;
  let server: HttpServer;
  let exchanges: HttpExchange[];
  /** How many pieces were asked for, and whether whoever makes them was told the end. */
  let asked: number;
  let isOver: boolean;
  let all: (string | Error)[];

  async function* pieces(): AsyncGenerator<string> {
    try {
      for (const piece of all) {
        asked += 1;
        if (piece instanceof Error) throw piece;
        yield piece;
      }
    } finally {
      isOver = true;
    }
  }

  beforeEach(() => {
    clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
    exchanges = [];
    asked = 0;
    isOver = false;
    all = ['one', 'é', '', 'three'];
    server = new HttpServer(SETTINGS, clock, {
      handle(exchange) {
        exchanges.push(exchange);
        exchange.respond({ status: 200, headers: {}, pieces: pieces() });
      },
      refusal: ({ status, message }) => ({ status, headers: {}, body: message }),
    });
  });

  const connect = () => new HttpClientEnd((transport) => server.accept(transport));

  it('comes in chunks, and the connection goes on', async () => {
    const client = connect();
    client.send(GET + GET);
    await clock.settle();
    const answer = `HTTP/1.1 200 OK\r\n${HEADERS}transfer-encoding: chunked\r\n\r\n3\r\none\r\n2\r\né\r\n5\r\nthree\r\n0\r\n\r\n`;
    assert.equal(client.text(), answer + answer);
    assert.deepEqual([client.isEnded, isOver], [false, true]);
  });

  it('is made no faster than its client takes it', async () => {
    const client = connect();
    client.bufferedBytes = 1;
    client.send(GET);
    await clock.settle();
    assert.equal(asked, 1);
    client.drain();
    await clock.settle();
    assert.equal(asked, 4);
    assert.deepEqual(
      client.answers().map(({ body }) => body),
      ['oneéthree'],
    );
  });

  it('ends with the connection for clients that know no chunks', async () => {
    const client = connect();
    client.send(GET_OLD);
    await clock.settle();
    assert.equal(client.text(), `HTTP/1.1 200 OK\r\n${HEADERS}connection: close\r\n\r\noneéthree`);
    assert.equal(client.isEnded, true);
  });

  it('is not made for who wants the head only', async () => {
    const client = connect();
    client.send(HEAD);
    await clock.settle();
    assert.equal(client.text(), `HTTP/1.1 200 OK\r\n${HEADERS}transfer-encoding: chunked\r\n\r\n`);
    assert.deepEqual([asked, client.isEnded], [0, false]);
  });

  it('is cut off where making it fails', async () => {
    for (const request of [GET, GET_OLD]) {
      const client = connect();
      all = ['one', new Error('broken')];
      client.send(request);
      await clock.settle();
      assert.deepEqual(
        [client.isDestroyed, client.isEnded, client.answers().length > 0],
        [true, false, request !== GET],
      );
      client.hangUp();
    }
  });

  it('is not made any further when its client has hung up', async () => {
    const client = connect();
    let gone = 0;
    client.bufferedBytes = 1;
    client.send(GET);
    exchanges[0]?.onGone(() => {
      gone += 1;
    });
    await clock.settle();
    client.hangUp();
    client.drain();
    await clock.settle();
    assert.deepEqual([asked, isOver, gone], [1, true, 1]);
  });

  it('is the only one to its request', async () => {
    const client = connect();
    client.send(GET);
    exchanges[0]?.respond({ status: 200, headers: {}, body: 'again' });
    await clock.settle();
    assert.equal(client.answers().length, 1);
  });

  it('comes whole from a server that closes', async () => {
    const client = connect();
    client.bufferedBytes = 1;
    client.send(GET);
    await clock.settle();
    server.close();
    assert.equal(client.isEnded, false);
    client.drain();
    await clock.settle();
    assert.deepEqual([client.answers()[0]?.body, client.isEnded], ['oneéthree', true]);
  });

  it('is given the time that it may take to read, and no more', async () => {
    const client = connect();
    client.bufferedBytes = 1;
    client.send(GET);
    await clock.settle();
    server.checkTimeouts();
    clock.advance(SETTINGS.unreadTimeoutMs);
    server.checkTimeouts();
    assert.equal(client.isDestroyed, false);
    clock.advance(1);
    server.checkTimeouts();
    assert.equal(client.isDestroyed, true);
  });

  it('is not mixed with a refusal of what comes behind it', async () => {
    const client = connect();
    client.bufferedBytes = 1;
    client.send(GET);
    await clock.settle();
    client.text();
    client.send('x'.repeat(SETTINGS.arrivingBytesMax + 1));
    assert.deepEqual([client.text(), client.isDestroyed], ['', true]);
  });
});
