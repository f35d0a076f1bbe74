import { resolveSettings } from './src/config/resolve.ts';
import { MemoryMedium } from './src/storage/medium/memory.ts';
import { startNode } from './src/server/node.ts';
import { Management } from './src/server/management.ts';
import { systemClock } from './src/base/system-clock.ts';
import { systemRandom } from './src/base/system-random.ts';
import { systemFacts } from './src/base/system-facts.ts';
import { silentLogger } from './src/base/logger.ts';
const settings = resolveSettings({ flags: { storage: 'memory' }, env: {} });
const medium = new MemoryMedium();
const node = await startNode({ settings, medium, clock: systemClock, random: systemRandom, logger: silentLogger, onFatal: (e) => { throw e; } });
const m = new Management({ node, settings, version: '1', listeners: [], system: systemFacts, freeDiskBytes: () => medium.freeBytes(), onFatal: (e) => { throw e; } });
const N = 10000;
const headers = { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` };
const defs = { queues: Array.from({ length: N }, (_, i) => ({ name: `q${i}`, vhost: '/', durable: true, auto_delete: false, arguments: i % 2 ? { 'x-max-length': 10 } : {} })), bindings: Array.from({ length: N }, (_, i) => ({ source: 'amq.direct', vhost: '/', destination: `q${i}`, destination_type: 'queue', routing_key: `k${i}`, arguments: {} })) };
async function timed(name: string, options: any) {
  const c = process.cpuUsage();
  const r = await m.server.inject({ headers, ...options });
  const u = process.cpuUsage(c);
  console.log(name.padEnd(30), r.statusCode, ((u.user + u.system) / 1000).toFixed(0), 'ms cpu', r.rawPayload.length);
}
await timed('import', { method: 'POST', url: '/api/definitions', payload: JSON.stringify(defs) });
for (let i = 0; i < 4; i++) {
  await timed("all", { url: "/api/queues" });
  await timed('page', { url: '/api/queues?page=1&page_size=100' });
  await timed('page regex', { url: '/api/queues?page=1&page_size=100&name=q.*12$&use_regex=true' });
  await timed('page evil', { url: '/api/queues?page=1&page_size=100&use_regex=true&name=' + '(q%7C0)*'.repeat(100) + 'z' });
  await timed('sort', { url: '/api/queues?page=1&page_size=100&sort=messages' });
  await timed('all', { url: '/api/queues' });
  await timed('columns', { url: '/api/queues?columns=name,messages' });
  await timed('no stats', { url: '/api/queues?disable_stats=true' });
  await timed('bindings', { url: '/api/bindings' });
  await timed('overview', { url: '/api/overview' });
  await timed('definitions', { url: '/api/definitions' });
}
const s = (m as any).rates;
process.exit(0);
