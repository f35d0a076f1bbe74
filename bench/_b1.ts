import { FrameWriter } from '../src/gateway/amqp/protocol/frame-writer.ts';
import { FrameReader } from '../src/gateway/amqp/protocol/frame-reader.ts';
import { decodeMethod } from '../src/gateway/amqp/protocol/methods.ts';
import { decodeContentHeader } from '../src/gateway/amqp/protocol/content-header.ts';
import { PropertiesReader } from '../src/gateway/amqp/protocol/properties-reader.ts';
import { encodeShortstr } from '../src/gateway/amqp/protocol/put.ts';
import { encodeProperties } from '../src/gateway/amqp/protocol/properties-codec.ts';
const props = encodeProperties({ deliveryMode: 2, contentType: 'application/json' });
function stream(bodyBytes: number, keys: number) {
  const w = new FrameWriter(131072);
  const body = Buffer.alloc(bodyBytes, 7);
  for (let i = 0; i < 2000; i++) {
    w.method(1, 'basic.publish', { exchange: 'orders.exchange', routingKey: 'orders.created.' + (i % keys), mandatory: false });
    w.content(1, props, body);
  }
  return Buffer.concat(w.take());
}
function chunks(all: Buffer) { const c = []; for (let i = 0; i < all.length; i += 65536) c.push(all.subarray(i, i + 65536)); return c; }
let sink = 0;
function run(list: Buffer[]) {
  const r = new FrameReader(131072); const pr = new PropertiesReader();
  let n = 0;
  for (const c of list) { r.push(c);
    while (r.next()) {
      if (r.type === 1) { const m = decodeMethod(r.bytes, r.start, r.end); if (m.method === 'basic.publish') { sink += m.routingKey.length; n++; } }
      else if (r.type === 2) { const h = decodeContentHeader(r.bytes, r.start, r.end); pr.read(h.properties); sink += (pr.deliveryMode ?? 0) + h.bodySize; }
      else sink += r.payload.length;
    } }
  return n;
}
for (const [size, keys] of [[16, 1], [16, 100], [16,2000], [1024, 1]] as const) {
  const list = chunks(stream(size, keys));
  for (let i = 0; i < 100; i++) run(list);
  let best = Infinity;
  for (let i = 0; i < 300; i++) { const t = process.hrtime.bigint(); run(list); const d = Number(process.hrtime.bigint() - t) / 2000; if (d < best) best = d; }
  console.log('publish', size, 'B keys', keys, best.toFixed(0), 'ns/message', (1e9 / best / 1e6).toFixed(2), 'M msg/s');
}
function deliver(bodyBytes: number, keys: number) {
  const w = new FrameWriter(131072); const tag = encodeShortstr('amq.ctag-0123456789abcdefghijkl'); const body = Buffer.alloc(bodyBytes, 1);
  const contents = Array.from({ length: keys }, (_, i) => ({ exchange: 'orders.exchange', routingKey: 'orders.created.' + i, properties: props, body }));
  const N = 2000; let best = Infinity;
  for (let k = 0; k < 400; k++) {
    const t = process.hrtime.bigint();
    for (let i = 0; i < N; i++) { w.deliver(1, tag, i, false, contents[i % keys]!); if (i % 100 === 99) sink += w.take().length; }
    const d = Number(process.hrtime.bigint() - t) / N; if (d < best) best = d;
  }
  console.log('deliver', bodyBytes, best.toFixed(0), 'ns', (1e3 / best).toFixed(2), 'M/s');
}
deliver(16, 1); deliver(16, 100); deliver(512, 100); deliver(1024, 100);
{ const w = new FrameWriter(131072); const N = 2000; let best = Infinity;
  for (let k = 0; k < 400; k++) { const t = process.hrtime.bigint(); for (let i = 0; i < N; i++) { w.ack(1, i, false); if (i % 100 === 99) sink += w.take().length; } const d = Number(process.hrtime.bigint() - t) / N; if (d < best) best = d; }
  console.log('ack', best.toFixed(0), 'ns'); }
