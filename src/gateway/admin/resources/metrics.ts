/** `/metrics`: counters and gauges of the node in Prometheus' text format, by the names that RabbitMQ's plugin gives them. */

import { NO_CHANNELS } from '../amqp-port.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../call.ts';
import { CHANNEL_RATES, channelRates, churnCounts, LENGTHS, lengths, sum } from '../rates/numbers.ts';
import type { Resource } from '../resource.ts';
import type { AdminServices } from '../services.ts';

export const METRICS: Resource = {
  path: '/metrics',
  methods: { GET: { access: 'monitoring', handle: showMetrics } },
};

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

type Metric = readonly [name: string, type: 'gauge' | 'counter', help: string, value: number, labels?: Labels];
type Labels = Readonly<Record<string, string>>;

async function showMetrics({ services }: Call): Promise<Answer> {
  const metrics = [...(await nodeMetrics(services)), ...objectMetrics(services), ...messageMetrics(services)];
  return { status: 200, headers: { 'content-type': TEXT_FORMAT }, text: metrics.map(exposition).join('') };
}

function exposition([name, type, help, value, labels]: Metric): string {
  const full = `rabbitmq_${name}`;
  const shown = Object.entries(labels ?? {}).map(([label, text]) => `${label}="${escaped(text)}"`);
  const of = shown.length === 0 ? '' : `{${shown.join(',')}}`;
  return `# TYPE ${full} ${type}\n# HELP ${full} ${help}\n${full}${of} ${value}\n`;
}

function escaped(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}

async function nodeMetrics({ node }: AdminServices): Promise<Metric[]> {
  const free = await node.freeDiskBytes();
  const identity = { rabbitmq_node: node.name, rabbitmq_cluster: node.clusterName };
  const build = { rabbitmq_version: node.rabbitmqVersion, product_name: 'Trilog', product_version: node.version };
  return [
    ['identity_info', 'gauge', 'Node and cluster identity', 1, identity],
    ['build_info', 'gauge', 'Versions of the node', 1, build],
    ['process_resident_memory_bytes', 'gauge', 'Memory used in bytes', node.system().memoryBytes],
    ['disk_space_available_bytes', 'gauge', 'Disk space available in bytes', Number.isFinite(free) ? free : 0],
    ['disk_space_available_limit_bytes', 'gauge', 'Free disk space below which publishers wait', node.diskReserveBytes],
    ['alarms_free_disk_space_watermark', 'gauge', 'Is 1 if there is no room on the disk', node.hasSpace ? 0 : 1],
  ];
}

function objectMetrics({ amqp, catalog, queues, rates }: AdminServices): Metric[] {
  const churn = churnCounts(amqp.churn, rates.queueChurn);
  let consumers = 0;
  for (const { name } of catalog.vhosts())
    for (const { id } of catalog.queues(name)) consumers += queues.counts(id).consumers;
  return [
    ['connections', 'gauge', 'Connections currently open', churn.connection_created - churn.connection_closed],
    ['channels', 'gauge', 'Channels currently open', churn.channel_created - churn.channel_closed],
    ['consumers', 'gauge', 'Consumers currently connected', consumers],
    ['queues', 'gauge', 'Queues available', catalog.queueCount],
    ['connections_opened_total', 'counter', 'Connections opened', churn.connection_created],
    ['connections_closed_total', 'counter', 'Connections closed or terminated', churn.connection_closed],
    ['channels_opened_total', 'counter', 'Channels opened', churn.channel_created],
    ['channels_closed_total', 'counter', 'Channels closed', churn.channel_closed],
    ['queues_created_total', 'counter', 'Queues created', churn.queue_created],
    ['queues_deleted_total', 'counter', 'Queues deleted', churn.queue_deleted],
  ];
}

function messageMetrics({ amqp, catalog, queues }: AdminServices): Metric[] {
  const waiting = sum(LENGTHS, allLengths({ catalog, queues }));
  const counters = amqp.counters();
  const vhosts = Array.from(catalog.vhosts(), ({ name }) => channelRates(counters.get(name) ?? NO_CHANNELS));
  const rates = sum(CHANNEL_RATES, vhosts);
  const channel = (name: string, help: string, value: number): Metric => [
    `channel_${name}_total`,
    'counter',
    help,
    value,
  ];
  return [
    ['queue_messages', 'gauge', 'Messages ready and unacknowledged', waiting.messages],
    ['queue_messages_ready', 'gauge', 'Messages ready to be delivered', waiting.messages_ready],
    ['queue_messages_unacked', 'gauge', 'Messages delivered and not acknowledged', waiting.messages_unacknowledged],
    channel('messages_published', 'Messages published', rates.publish),
    channel('messages_confirmed', 'Messages confirmed to publishers', rates.confirm),
    channel('messages_unroutable_returned', 'Mandatory messages that no queue got', rates.return_unroutable),
    channel('messages_unroutable_dropped', 'Other messages that no queue got', rates.drop_unroutable),
    channel('messages_delivered', 'Messages delivered in automatic acknowledgement mode', rates.deliver_no_ack),
    channel('messages_delivered_ack', 'Messages delivered in manual acknowledgement mode', rates.deliver),
    channel('messages_redelivered', 'Messages delivered again', rates.redeliver),
    channel('messages_acked', 'Messages acknowledged by consumers', rates.ack),
    channel('get', 'Messages got in automatic acknowledgement mode', rates.get_no_ack),
    channel('get_ack', 'Messages got in manual acknowledgement mode', rates.get),
    channel('get_empty', 'Times that there was no message to get', rates.get_empty),
  ];
}

function* allLengths({ catalog, queues }: Pick<AdminServices, 'catalog' | 'queues'>) {
  for (const { name } of catalog.vhosts()) for (const { id } of catalog.queues(name)) yield lengths(queues.counts(id));
}
