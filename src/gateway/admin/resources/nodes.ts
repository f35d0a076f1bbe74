/** `/api/nodes`: the one node there is. */
import { EXCHANGE_TYPES } from '../../../catalog/amqp/model.ts';
import { type Answer, json } from '../answer.ts';
import { objectNotFound } from '../api-error.ts';
import { type Call, param } from '../call.ts';
import { measured } from '../rates/measured.ts';
import { churnCounts } from '../rates/numbers.ts';
import { resource } from '../resource.ts';
import type { AdminServices } from '../services.ts';
import { webContexts } from './listeners.ts';

export const NODES = resource('/nodes', { GET: ['monitoring', listNodes] });
export const NODE = resource('/nodes/:node', { GET: ['monitoring', showNode] });
export const NODE_MEMORY = resource('/nodes/:node/memory', { GET: ['monitoring', showMemory] });

async function listNodes({ services }: Call): Promise<Answer> {
  return json([await nodeFacts(services)]);
}

async function showNode(call: Call): Promise<Answer> {
  checkNode(call);
  return json(await nodeFacts(call.services));
}

function showMemory(call: Call): Answer {
  checkNode(call);
  const { memoryBytes } = call.services.node.system();
  return json({ memory: { strategy: 'rss', total: { rss: memoryBytes, allocated: memoryBytes } } });
}

function checkNode(call: Call): void {
  if (param(call, 'node') !== call.services.node.name) throw objectNotFound();
}

/** Of limits that do not exist here, none is named; a disk without a known end has as much as is named. */
async function nodeFacts(services: AdminServices) {
  const { node, amqp, rates, clock } = services;
  const { pid, memoryBytes, processors, runtime } = node.system();
  const free = await node.freeDiskBytes();
  return {
    name: node.name,
    type: 'disc',
    running: true,
    being_drained: false,
    os_pid: String(pid),
    uptime: Math.max(0, Math.floor(clock.nowMs() - node.startedAtMs)),
    processors,
    mem_used: memoryBytes,
    mem_alarm: false,
    disk_free: Number.isFinite(free) ? free : Number.MAX_SAFE_INTEGER,
    disk_free_limit: node.diskReserveBytes,
    disk_free_alarm: !node.hasSpace,
    sockets_used: [...amqp.connections()].length,
    rates_mode: 'basic',
    partitions: [],
    exchange_types: exchangeTypes(),
    auth_mechanisms: node.mechanisms.map((name) => ({ name, description: '', enabled: true })),
    applications: [{ name: 'trilog', description: `Trilog on ${runtime}`, version: node.version }],
    enabled_plugins: ['rabbitmq_management'],
    contexts: webContexts(node),
    db_dir: node.dataDir,
    config_files: [],
    log_files: [],
    cluster_links: [],
    ...measured(rates.churn, rates.nodeKey, churnCounts(amqp.churn, rates.queueChurn)),
  };
}

export function exchangeTypes() {
  return EXCHANGE_TYPES.map((name) => ({ name, description: '', enabled: true }));
}
