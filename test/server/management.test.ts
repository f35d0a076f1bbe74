/** The management API of a whole broker over real sockets. */
import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { type Broker, startTrilog } from '../../src/server/embed.ts';

const AUTHORIZATION = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
const QUEUES = 3000;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function start(t: TestContext, options: Readonly<Record<string, string | number>> = {}): Promise<Broker> {
  const broker = await startTrilog({
    storage: 'memory',
    'kafka-port': 0,
    'amqp-port': 0,
    'sqs-port': 0,
    'management-port': 0,
    ...options,
  });
  t.after(() => broker.stop());
  return broker;
}

function portOf({ managementAddress }: Broker): number {
  assert.ok(managementAddress !== undefined);
  return managementAddress.port;
}

function ask(broker: Broker, method: string, path: string, body?: object, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: AUTHORIZATION };
    const sent = request({ port: portOf(broker), host: '127.0.0.1', method, path, headers, agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function declareMany(broker: Broker): Promise<void> {
  const queues = Array.from({ length: QUEUES }, (_, i) => ({ name: `q${i}`, vhost: '/', durable: true }));
  assert.equal((await ask(broker, 'POST', '/api/definitions', { queues })).status, 204);
}

/** A client that has asked for a long list and reads nothing of it. */
async function deafClient(broker: Broker): Promise<Socket> {
  const socket = connect({ port: portOf(broker), host: '127.0.0.1' });
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => {});
  socket.pause();
  const one = `GET /api/queues HTTP/1.1\r\nhost: x\r\nauthorization: ${AUTHORIZATION}\r\n\r\n`;
  socket.write(one.repeat(20));
  return socket;
}

describe('the management API of a broker', () => {
  it('is served on a port of its own, and can be off', async (t) => {
    const broker = await start(t);
    assert.deepEqual(JSON.parse((await ask(broker, 'GET', '/api/whoami')).body).name, 'guest');
    const { listeners } = JSON.parse((await ask(broker, 'GET', '/api/overview')).body);
    assert.deepEqual(
      listeners.map(({ protocol, port }: { protocol: string; port: number }) => [protocol, port]),
      [
        ['amqp', broker.amqpAddress.port],
        ['kafka', broker.kafkaAddress.port],
        ['sqs', broker.sqsAddress?.port],
        ['http', portOf(broker)],
      ],
    );
    assert.equal((await start(t, { management: 'false' })).managementAddress, undefined);
  });

  it('sends long lists whole, and their heads without a body', async (t) => {
    const broker = await start(t);
    await declareMany(broker);
    const { body, headers } = await ask(broker, 'GET', '/api/queues');
    assert.equal(JSON.parse(body).length, QUEUES);
    assert.equal(headers['content-type'], 'application/json');
    const head = await ask(broker, 'HEAD', '/api/queues');
    assert.deepEqual([head.status, head.body], [200, '']);
  });

  it('answers many requests on one connection', async (t) => {
    const broker = await start(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    for (let i = 0; i < 20; i++) {
      assert.equal((await ask(broker, 'PUT', `/api/queues/%2F/k${i}`, { durable: true }, agent)).status, 201);
      assert.equal((await ask(broker, 'PUT', `/api/queues/%2F/k${i}`, { durable: false }, agent)).status, 400);
    }
  });

  it('does not keep a broker from stopping, whoever is connected', async () => {
    const broker = await startTrilog({
      storage: 'memory',
      'kafka-port': 0,
      'amqp-port': 0,
      'sqs-port': 0,
      'management-port': 0,
    });
    await declareMany(broker);
    const agent = new Agent({ keepAlive: true });
    await ask(broker, 'GET', '/api/whoami', undefined, agent);
    const deaf = await deafClient(broker);
    const closed = new Promise((resolve) => deaf.once('close', resolve));
    await broker.stop();
    assert.equal(await broker.stopped, undefined);
    deaf.resume();
    await closed;
    agent.destroy();
  });

  it('says when its port is taken, and leaves nothing behind', async (t) => {
    const broker = await start(t);
    await assert.rejects(start(t, { 'management-port': portOf(broker) }), /another process listens there/);
    assert.equal((await ask(broker, 'GET', '/api/whoami')).status, 200);
  });

  it('closes connections beyond the most there may be', async (t) => {
    const broker = await start(t, { 'management-connections-max': 2 });
    const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
    t.after(() => {
      for (const agent of agents) agent.destroy();
    });
    for (const agent of agents) await ask(broker, 'GET', '/api/whoami', undefined, agent);
    await assert.rejects(ask(broker, 'GET', '/api/whoami'), /socket hang up|ECONNRESET/);
  });
});
