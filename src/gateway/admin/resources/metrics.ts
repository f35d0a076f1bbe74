/** `/metrics`: counters and gauges of the node in Prometheus' text format, by the names that RabbitMQ's plugin gives them. */

import type { Answer } from '../answer.ts';
import type { Call } from '../call.ts';
import { CHANNEL_RATES, channelRates, churnCounts, sum } from '../rates/numbers.ts';
import type { Resource } from '../resource.ts';
import type { AdminServices } from '../services.ts';
import { type Tally, tallyByVhost, tallyLengths, total } from '../tally.ts';

export const METRICS: Resource = {
  path: '/metrics',
  methods: { GET: { access: 'monitoring', handle: showMetrics } },
};

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

type Metric = readonly [name: string, type: 'gauge' | 'counter', help: string, value: number, labels?: Labels];
type Labels = Readonly<Record<string, string>>;

async function showMetrics({ services }: Call): Promise<Answer> {
  const vhosts = Array.from(services.catalog.vhosts(), ({ name }) => name);
  const tally = total((await tallyByVhost(vhosts, services)).values());
  const metrics = [
    ...(await nodeMetrics(services)),
    ...objectMetrics(services, tally),
    ...queueMetrics(tally),
    ...channelMetrics(services),
  ];
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

function objectMetrics({ amqp, rates }: AdminServices, { queues, consumers }: Tally): Metric[] {
  const churn = churnCounts(amqp.churn, rates.queueChurn);
  return [
    ['connections', 'gauge', 'Connections currently open', churn.connection_created - churn.connection_closed],
    ['channels', 'gauge', 'Channels currently open', churn.channel_created - churn.channel_closed],
    ['consumers', 'gauge', 'Consumers currently connected', consumers],
    ['queues', 'gauge', 'Queues available', queues],
    ['connections_opened_total', 'counter', 'Connections opened', churn.connection_created],
    ['connections_closed_total', 'counter', 'Connections closed or terminated', churn.connection_closed],
    ['channels_opened_total', 'counter', 'Channels opened', churn.channel_created],
    ['channels_closed_total', 'counter', 'Channels closed', churn.channel_closed],
    ['queues_created_total', 'counter', 'Queues created', churn.queue_created],
    ['queues_deleted_total', 'counter', 'Queues deleted', churn.queue_deleted],
  ];
}

function queueMetrics(tally: Tally): Metric[] {
  const { messages, messages_ready: ready, messages_unacknowledged: unacked } = tallyLengths(tally);
  return [
    ['queue_messages', 'gauge', 'Messages ready and unacknowledged', messages],
    ['queue_messages_ready', 'gauge', 'Messages ready to be delivered', ready],
    ['queue_messages_unacked', 'gauge', 'Messages delivered and not acknowledged', unacked],
  ];
}

function channelMetrics({ amqp }: AdminServices): Metric[] {
  const rates = sum(CHANNEL_RATES, Array.from(amqp.counters().values(), channelRates));
  const of = (name: string, help: string, value: number): Metric => [`channel_${name}_total`, 'counter', help, value];
  return [
    of('messages_published', 'Messages published', rates.publish),
    of('messages_confirmed', 'Messages confirmed to publishers', rates.confirm),
    of('messages_unroutable_returned', 'Mandatory messages that no queue got', rates.return_unroutable),
    of('messages_unroutable_dropped', 'Other messages that no queue got', rates.drop_unroutable),
    of('messages_delivered', 'Messages delivered in automatic acknowledgement mode', rates.deliver_no_ack),
    of('messages_delivered_ack', 'Messages delivered in manual acknowledgement mode', rates.deliver),
    of('messages_redelivered', 'Messages delivered again', rates.redeliver),
    of('messages_acked', 'Messages acknowledged by consumers', rates.ack),
    of('get', 'Messages got in automatic acknowledgement mode', rates.get_no_ack),
    of('get_ack', 'Messages got in manual acknowledgement mode', rates.get),
    of('get_empty', 'Times that there was no message to get', rates.get_empty),
  ];
}
