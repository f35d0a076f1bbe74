/** The AMQP listeners of an embedded broker: plain, over TLS, and with a certificate instead of a password. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import amqplib from 'amqplib';
import { type Broker, startTrilog, type TrilogOptions } from '../../src/server/embed.ts';
import { AUTHORITY, CLIENT, CLIENT_KEY, SERVER, SERVER_KEY } from '../support/certificates.ts';

async function start(t: TestContext, options: TrilogOptions = {}): Promise<Broker> {
  const broker = await startTrilog({
    storage: 'memory',
    'kafka-port': 0,
    'amqp-port': 0,
    'sqs-port': 0,
    'amqp-tls-port': 0,
    management: false,
    ...options,
  });
  t.after(() => broker.stop());
  return broker;
}

async function tlsFiles(t: TestContext): Promise<TrilogOptions> {
  const folder = await mkdtemp(join(tmpdir(), 'trilog-tls-'));
  t.after(() => rm(folder, { recursive: true }));
  const write = async (name: string, pem: Buffer) => {
    await writeFile(join(folder, name), pem);
    return join(folder, name);
  };
  return {
    'amqp-tls-certificate': await write('server.pem', SERVER),
    'amqp-tls-key': await write('server.key', SERVER_KEY),
    'amqp-tls-ca': await write('authority.pem', AUTHORITY),
  };
}

async function roundTrip(connecting: ReturnType<typeof amqplib.connect>): Promise<string> {
  const connection = await connecting;
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('q');
  channel.sendToQueue('q', Buffer.from('hello'));
  await channel.waitForConfirms();
  const got = await channel.get('q', { noAck: true });
  await connection.close();
  return got === false ? '' : got.content.toString();
}

describe('the AMQP listeners', () => {
  it('serve a client, and none over TLS without a certificate', async (t) => {
    const { amqpAddress, amqpTlsAddress } = await start(t);
    assert.equal(await roundTrip(amqplib.connect(`amqp://127.0.0.1:${amqpAddress.port}`)), 'hello');
    assert.equal(amqpTlsAddress, undefined);
  });

  it('serve a client over TLS', async (t) => {
    const { amqpTlsAddress } = await start(t, await tlsFiles(t));
    const url = `amqps://guest:guest@localhost:${amqpTlsAddress?.port}`;
    assert.equal(await roundTrip(amqplib.connect(url, { ca: [AUTHORITY] })), 'hello');
  });

  it('let a client in by its certificate', async (t) => {
    const { amqpTlsAddress } = await start(t, {
      ...(await tlsFiles(t)),
      'default-user': 'orders',
      'amqp-tls-certificate-name': 'common_name',
    });
    const credentials = amqplib.credentials.external();
    const options = { ca: [AUTHORITY], cert: CLIENT, key: CLIENT_KEY, credentials };
    assert.equal(await roundTrip(amqplib.connect(`amqps://localhost:${amqpTlsAddress?.port}`, options)), 'hello');
  });

  it('refuse to start with half of what TLS needs, or what cannot be read', async () => {
    const options = { storage: 'memory', 'kafka-port': 0, 'amqp-port': 0, 'sqs-port': 0, management: false };
    assert.throws(() => startTrilog({ ...options, 'amqp-tls-key': 'k.pem' }), /amqp-tls-certificate and amqp-tls-key/);
    const unreadable = { ...options, 'amqp-tls-key': 'none.pem', 'amqp-tls-certificate': 'none.pem' };
    await assert.rejects(startTrilog(unreadable), /cannot read the TLS file none\.pem: ENOENT/);
  });

  it('tell clients why they are closed when the broker stops', async (t) => {
    const broker = await startTrilog({
      storage: 'memory',
      'kafka-port': 0,
      'amqp-port': 0,
      'sqs-port': 0,
      management: false,
    });
    const connection = await amqplib.connect(`amqp://127.0.0.1:${broker.amqpAddress.port}`);
    t.after(() => connection.close().catch(() => {}));
    connection.on('error', () => {});
    const closed = new Promise<Error>((resolve) => connection.on('close', resolve));
    await broker.stop();
    assert.match(String(await closed), /CONNECTION_FORCED - the broker is shutting down/);
  });
});
