/** The TCP transport says that buffers were taken when the network has them, and not before. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { listenTcp } from '../../src/net/tcp.ts';
import type { Transport } from '../../src/net/transport.ts';

/** More than the buffers of both sockets hold. */
const BYTES = 32 * 1024 * 1024;

/** A listener and a client that has not begun to read. */
async function pair() {
  let accepted: (transport: Transport) => void = () => {};
  const transport = new Promise<Transport>((resolve) => {
    accepted = resolve;
  });
  const listener = await listenTcp('127.0.0.1', 0, (it) => {
    accepted(it);
    return { data: () => {}, drained: () => {}, closed: () => {} };
  });
  const client = connect({ host: '127.0.0.1', port: listener.port });
  client.pause();
  return { listener, client, transport: await transport };
}

test('buffers that are changed once they were taken arrive unchanged', async () => {
  const { listener, client, transport } = await pair();
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

test('a write to a connection that is gone is not taken', async () => {
  const { listener, client, transport } = await pair();
  transport.destroy();
  transport.write([Buffer.alloc(10)], () => assert.fail('taken'));
  client.destroy();
  await listener.close();
});
