import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { listenTcp } from '../../src/net/tcp.ts';
import { listenTls, type TlsListenerOptions } from '../../src/net/tls.ts';
import type { Transport } from '../../src/net/transport.ts';
import {
  AUTHORITY,
  CLIENT,
  CLIENT_KEY,
  NAMELESS,
  NAMELESS_KEY,
  SERVER,
  SERVER_KEY,
  STRANGER,
  STRANGER_KEY,
} from '../support/certificates.ts';

const OPTIONS: TlsListenerOptions = { certificate: SERVER, key: SERVER_KEY, connectionsMax: 10 };
const WANTED = { ...OPTIONS, clients: { authorities: AUTHORITY, required: false } };
const REQUIRED = { ...OPTIONS, clients: { authorities: AUTHORITY, required: true } };

/** A listener that sends back what it gets, and everybody it accepted. */
async function echo(t: TestContext, options: TlsListenerOptions) {
  const accepted: Transport[] = [];
  const listener = await listenTls('127.0.0.1', 0, options, (transport) => {
    accepted.push(transport);
    return {
      data: (chunk) => transport.write([chunk.subarray(0, 1), chunk.subarray(1)]),
      drained: () => {},
      closed: () => {},
    };
  });
  t.after(async () => {
    for (const transport of accepted) transport.destroy();
    await listener.close();
  });
  return { accepted, port: listener.port };
}

function client(t: TestContext, port: number, options: ConnectionOptions = {}): TLSSocket {
  const socket = connect({ host: '127.0.0.1', port, ca: AUTHORITY, ...options });
  t.after(() => socket.destroy());
  return socket;
}

/** What comes back for `text`; undefined if the connection ends instead. */
async function said(socket: TLSSocket, text: string): Promise<string | undefined> {
  socket.on('error', () => {});
  socket.write(text);
  let received = '';
  const ended = new Promise<undefined>((resolve) => {
    socket.once('close', () => resolve(undefined));
  });
  const answered = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.toString();
      if (received.length >= text.length) resolve(received);
    });
  });
  return Promise.race([ended, answered]);
}

describe('a TLS listener', () => {
  it('carries bytes both ways, to a client that checks its certificate', async (t) => {
    const { accepted, port } = await echo(t, OPTIONS);
    const text = 'x'.repeat(100_000);
    const socket = client(t, port);
    assert.equal(await said(socket, text), text);
    assert.equal(socket.authorized, true);
    assert.deepEqual([accepted[0]?.encrypted, accepted[0]?.peerCertificate], [true, undefined]);
    assert.equal(accepted[0]?.remoteAddress, '127.0.0.1');
  });

  it('tells who a client is that has a certificate of the authority', async (t) => {
    for (const options of [WANTED, REQUIRED]) {
      const { accepted, port } = await echo(t, options);
      assert.equal(await said(client(t, port, { cert: CLIENT, key: CLIENT_KEY }), 'a'), 'a');
      assert.deepEqual(accepted[0]?.peerCertificate, {
        distinguishedName: 'CN=orders,O=Acme\\, Inc.,C=DE',
        commonName: 'orders',
      });
    }
  });

  it('tells so again when the client resumes its session', async (t) => {
    const { accepted, port } = await echo(t, REQUIRED);
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const keys = { cert: CLIENT, key: CLIENT_KEY, maxVersion };
      const first = client(t, port, keys);
      const session = once(first, 'session') as Promise<[Buffer]>;
      await said(first, 'a');
      const second = client(t, port, { ...keys, session: (await session)[0] });
      assert.equal(await said(second, 'a'), 'a');
      assert.equal(second.isSessionReused(), true);
      assert.equal(accepted.at(-1)?.peerCertificate?.commonName, 'orders');
    }
  });

  it('knows nobody by a certificate without a name', async (t) => {
    const { accepted, port } = await echo(t, WANTED);
    await said(client(t, port, { cert: NAMELESS, key: NAMELESS_KEY }), 'a');
    assert.deepEqual(accepted[0]?.peerCertificate, { distinguishedName: '', commonName: '' });
  });

  it('takes clients without a certificate unless it is required', async (t) => {
    const wanted = await echo(t, WANTED);
    assert.equal(await said(client(t, wanted.port), 'a'), 'a');
    assert.equal(wanted.accepted[0]?.peerCertificate, undefined);
    const required = await echo(t, REQUIRED);
    assert.equal(await said(client(t, required.port), 'a'), undefined);
    assert.deepEqual(required.accepted, []);
  });

  it('ends connections with a certificate from elsewhere', async (t) => {
    for (const options of [WANTED, REQUIRED]) {
      const { accepted, port } = await echo(t, options);
      const stranger = client(t, port, { cert: STRANGER, key: STRANGER_KEY });
      assert.equal(await said(stranger, 'a'), undefined);
      assert.deepEqual(accepted, []);
    }
  });

  it('outlives clients that do not speak TLS', async (t) => {
    const { accepted, port } = await echo(t, OPTIONS);
    for (const bytes of [Buffer.from('AMQP\0\0\x09\x01'), Buffer.from([0x16, 3, 1, 0xff, 0xff]), Buffer.alloc(0)]) {
      const socket = connectTcp(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume().end(bytes);
      await once(socket, 'close');
    }
    assert.deepEqual(accepted, []);
    assert.equal(await said(client(t, port), 'a'), 'a');
  });

  it('does not speak TLS 1.1', async (t) => {
    const { accepted, port } = await echo(t, OPTIONS);
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    assert.equal(await said(client(t, port, old), 'a'), undefined);
    assert.deepEqual(accepted, []);
  });

  it('closes connections beyond its bound at once', async (t) => {
    const { accepted, port } = await echo(t, { ...OPTIONS, connectionsMax: 1 });
    assert.equal(await said(client(t, port), 'a'), 'a');
    assert.equal(await said(client(t, port), 'a'), undefined);
    assert.equal(accepted.length, 1);
  });

  it('says what is wrong with its keys and its address', async (t) => {
    const reject = (options: TlsListenerOptions) => listenTls('127.0.0.1', 0, options, () => undefined);
    const keys = /^Error: cannot use the TLS certificates and the key: /;
    await assert.rejects(reject({ ...OPTIONS, key: CLIENT_KEY }), keys);
    await assert.rejects(reject({ ...OPTIONS, certificate: Buffer.from('x') }), keys);
    await assert.rejects(reject({ ...WANTED, clients: { authorities: Buffer.from('x'), required: true } }), keys);
    const taken = createServer().listen(0, '127.0.0.1');
    t.after(() => taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const message = { message: `cannot listen on 127.0.0.1:${port}: another process listens there` };
    await assert.rejects(
      listenTls('127.0.0.1', port, OPTIONS, () => undefined),
      message,
    );
    await assert.rejects(
      listenTcp('127.0.0.1', port, () => undefined, { sharedReads: false }),
      message,
    );
  });
});
