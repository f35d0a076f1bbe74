/** What a TCP transport promises about memory: of what it sends, and of what it receives. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { listenTcp } from '../../src/net/tcp.ts';
import type { Transport } from '../../src/net/transport.ts';

/** More than the buffers of both sockets hold. */
const BYTES = 32 * 1024 * 1024;

/** A listener and a client that has not begun to read. */
async function pair(sharedReads: boolean, data: (chunk: Buffer, transport: Transport) => void = () => {}) {
  let accepted: (transport: Transport) => void = () => {};
  const transport = new Promise<Transport>((resolve) => {
    accepted = resolve;
  });
  let close: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const accept = (it: Transport) => {
    accepted(it);
    return { data: (chunk: Buffer) => data(chunk, it), drained: () => {}, closed: close };
  };
  const listener = await listenTcp('127.0.0.1', 0, accept, { sharedReads });
  const client = connect({ host: '127.0.0.1', port: listener.port });
  client.pause();
  return { listener, client, transport: await transport, closed };
}

for (const sharedReads of [true, false]) {
  const how = sharedReads ? 'shared' : 'own';

  test(`buffers that are changed once they were taken arrive unchanged (${how} reads)`, async () => {
    const { listener, client, transport } = await pair(sharedReads);
    const buffers = [Buffer.alloc(1, 7), Buffer.alloc(BYTES, 7), Buffer.alloc(600, 7)];
    const order: string[] = [];
    transport.write(buffers, () => {
      order.push('taken');
      for (const buffer of buffers) buffer.fill(9);
    });
    transport.write([Buffer.alloc(5, 7)], () => order.push('second taken'));
    let received = 0;
    for await (const chunk of client) {
      // The last byte can't have been handed over while the client has read less than the sockets hold.
      if (received === 0) assert.deepEqual(order, []);
      assert.ok((chunk as Buffer).every((byte) => byte === 7));
      received += (chunk as Buffer).length;
      if (received === BYTES + 606) break;
    }
    assert.deepEqual(order, ['taken', 'second taken']);
    await listener.close();
  });

  test(`what is sent arrives in order, across pauses, and then the end (${how} reads)`, async () => {
    const parts: Buffer[] = [];
    const { listener, client, transport, closed } = await pair(sharedReads, (chunk, it) => {
      parts.push(Buffer.from(chunk));
      it.pause();
      setImmediate(() => it.resume());
    });
    assert.equal(transport.remoteAddress, '127.0.0.1');
    const sent = Buffer.alloc(3_000_000);
    for (let at = 0; at < sent.length; at += 4) sent.writeUInt32LE(at, at);
    client.end(sent);
    client.resume();
    await closed;
    assert.ok(Buffer.concat(parts).equals(sent));
    await listener.close();
  });

  test(`a listener is closed when its last connection is (${how} reads)`, async () => {
    const { listener, client, transport } = await pair(sharedReads);
    client.resume();
    let isClosed = false;
    const closing = listener.close().then(() => {
      isClosed = true;
    });
    transport.write([Buffer.from('x')]);
    await once(client, 'data');
    assert.equal(isClosed, false);
    transport.destroy();
    await closing;
  });

  test(`a connection that nobody wants is closed (${how} reads)`, async () => {
    const listener = await listenTcp('127.0.0.1', 0, () => undefined, { sharedReads });
    const client = connect({ host: '127.0.0.1', port: listener.port });
    client.on('error', () => {});
    client.resume();
    await once(client, 'close');
    await listener.close();
  });
}

test('reads of several connections share their memory', async () => {
  const memories = new Set<ArrayBufferLike>();
  const first = await pair(true, (chunk, it) => {
    memories.add(chunk.buffer);
    it.end();
  });
  const second = connect({ host: '127.0.0.1', port: first.listener.port });
  for (const client of [first.client, second]) {
    client.write('hello');
    client.resume();
    await once(client, 'close');
  }
  assert.equal(memories.size, 1);
  await first.listener.close();
});

test('a write to a connection that is gone is not taken', async () => {
  const { listener, client, transport } = await pair(true);
  transport.destroy();
  transport.write([Buffer.alloc(10)], () => assert.fail('taken'));
  client.destroy();
  await listener.close();
});
