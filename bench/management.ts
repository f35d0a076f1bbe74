/**
 * What requests of the management API cost a node with many queues, in processor time: `node --import tsx bench/management.ts [QUEUES]`,
 * 10,000 by default. Everything is in one process and in memory, so that nothing is waited for.
 */
import { silentLogger } from '../src/base/logger.ts';
import { systemClock } from '../src/base/system-clock.ts';
import { systemFacts } from '../src/base/system-facts.ts';
import { systemRandom } from '../src/base/system-random.ts';
import { resolveSettings } from '../src/config/resolve.ts';
import type { Accept, Transport } from '../src/net/transport.ts';
import { Management } from '../src/server/management.ts';
import { startNode } from '../src/server/node.ts';
import { MemoryMedium } from '../src/storage/medium/memory.ts';

const QUEUES = Number(process.argv[2] ?? 10_000);
const ROUNDS = 5;
const EVIL = encodeURIComponent(`${'(q|0)*'.repeat(100)}z`);
const READS = {
  'one queue': '/api/queues/%2F/q1',
  'a page of queues': '/api/queues?page=1&page_size=100',
  'a page by name': '/api/queues?page=1&name=99',
  'a page by expression': '/api/queues?page=1&use_regex=true&name=q.*12$',
  'a page by a hostile expression': `/api/queues?page=1&use_regex=true&name=${EVIL}`,
  'a page by messages': '/api/queues?page=1&sort=messages&sort_reverse=true',
  'all queues': '/api/queues',
  'all queues, two columns': '/api/queues?columns=name,messages',
  'all bindings': '/api/bindings',
  'the overview': '/api/overview',
  'all definitions': '/api/definitions',
  metrics: '/metrics',
};

const AUTHORIZATION = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
const LAST_CHUNK = '0\r\n\r\n';
const settings = resolveSettings({ flags: { storage: 'memory', 'management-body-bytes-max': '1 GiB' }, env: {} });
const medium = new MemoryMedium();
const onFatal = (error: Error) => {
  throw error;
};
const outside = { clock: systemClock, random: systemRandom, logger: silentLogger };
const node = await startNode({ encryptionKey: () => Buffer.alloc(32), settings, medium, ...outside, onFatal });
const { server } = new Management({
  node,
  settings,
  version: 'bench',
  listeners: () => [],
  system: systemFacts,
  freeDiskBytes: () => medium.freeBytes(),
  onFatal,
});

/** One client and its request, without a socket. Takes whatever it is sent, and keeps the beginning. */
class Request implements Transport {
  readonly remoteAddress = '127.0.0.1';
  readonly bufferedBytes = 0;
  readonly answered: Promise<void>;
  beginning = '';
  bytes = 0;
  #end: () => void = () => {};

  constructor(accept: Accept, method: string, target: string, body: string) {
    this.answered = new Promise((resolve) => {
      this.#end = resolve;
    });
    const lines = [`authorization: ${AUTHORIZATION}`, `content-length: ${Buffer.byteLength(body)}`];
    const request = `${method} ${target} HTTP/1.1\r\nhost: bench\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
    accept(this)?.data(Buffer.from(request));
  }

  write(buffers: readonly Buffer[], taken?: () => void): void {
    this.beginning ||= buffers[0]?.toString('latin1', 0, 1000) ?? '';
    for (const buffer of buffers) this.bytes += buffer.length;
    const isChunked = this.beginning.includes('transfer-encoding: chunked');
    if (!isChunked || buffers.at(-1)?.toString() === LAST_CHUNK) this.#end();
    taken?.();
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}

async function measure(what: string, method: 'GET' | 'POST', target: string, body = ''): Promise<void> {
  const before = process.cpuUsage();
  const request = new Request(server.accept, method, target, body);
  await request.answered;
  const { user, system } = process.cpuUsage(before);
  if (!request.beginning.startsWith('HTTP/1.1 20')) throw new Error(`${what}: ${request.beginning}`);
  const ms = ((user + system) / 1000).toFixed(0).padStart(6);
  process.stdout.write(`${ms} ms  ${String(request.bytes).padStart(9)} bytes  ${what}\n`);
}

const names = Array.from({ length: QUEUES }, (_, i) => `q${i}`);
const definitions = {
  queues: names.map((name) => ({ name, vhost: '/', durable: true, arguments: { 'x-max-length': 10 } })),
  bindings: names.map((name) => {
    return { source: 'amq.direct', vhost: '/', destination: name, destination_type: 'queue', routing_key: name };
  }),
};
await measure(`import ${QUEUES} queues with a binding each`, 'POST', '/api/definitions', JSON.stringify(definitions));
for (let round = 1; round <= ROUNDS; round++) {
  process.stdout.write(`round ${round}\n`);
  for (const [what, url] of Object.entries(READS)) await measure(what, 'GET', url);
}
process.exit(0);
