/** `/api/overview`: the node at a glance. Messages and objects are counted in the vhosts that the requester knows of. */
import { visibleVhosts } from '../access.ts';
import { NO_CHANNELS } from '../amqp-port.ts';
import { type Answer, json } from '../answer.ts';
import type { Call } from '../call.ts';
import { type Measured, measured } from '../rates/measured.ts';
import type { Meter, Numbers } from '../rates/meter.ts';
import { CHANNEL_RATES, channelRates, churnCounts, LENGTHS, lengths, sum } from '../rates/numbers.ts';
import { resource } from '../resource.ts';
import type { AdminServices } from '../services.ts';
import { listenerFacts, webContexts } from './listeners.ts';
import { exchangeTypes } from './nodes.ts';

export const OVERVIEW = resource('/overview', { GET: ['management', overview] });

function overview(call: Call): Answer {
  const { services, requester } = call;
  const { node, rates, amqp, settings } = services;
  const vhosts = visibleVhosts(call);
  return json({
    management_version: node.rabbitmqVersion,
    rabbitmq_version: node.rabbitmqVersion,
    product_name: 'Trilog',
    product_version: node.version,
    cluster_name: node.clusterName,
    rates_mode: 'basic',
    sample_retention_policies: retention(services),
    exchange_types: exchangeTypes(),
    disable_stats: false,
    enable_queue_totals: false,
    message_stats: messageStatsOf(vhosts, services),
    queue_totals: queueTotalsOf(vhosts, services),
    object_totals: objectTotals(call, vhosts),
    churn_rates: measured(rates.churn, rates.nodeKey, churnCounts(amqp.churn, rates.queueChurn)),
    ...(requester.isMonitor
      ? {
          node: node.name,
          statistics_db_event_queue: 0,
          listeners: listenerFacts(node),
          contexts: webContexts(node, settings),
        }
      : {}),
  });
}

/** In seconds. */
function retention({ settings: { sampleIntervalMs, samplesMax } }: AdminServices) {
  const kept = [Math.round((sampleIntervalMs * samplesMax) / 1000)];
  return { global: kept, basic: kept, detailed: kept };
}

function messageStatsOf(vhosts: readonly string[], { amqp, rates }: AdminServices): Measured {
  const counters = amqp.counters();
  const numbers = sum(
    CHANNEL_RATES,
    vhosts.map((name) => channelRates(counters.get(name) ?? NO_CHANNELS)),
  );
  if (CHANNEL_RATES.every((name) => numbers[name] === 0)) return {};
  return total(rates.vhostRates, vhosts, numbers);
}

function queueTotalsOf(vhosts: readonly string[], { catalog, queues, rates }: AdminServices): Measured {
  const all = vhosts.flatMap((name) => Array.from(catalog.queues(name), ({ id }) => lengths(queues.counts(id))));
  return total(rates.vhostLengths, vhosts, sum(LENGTHS, all));
}

/** Rates add up. */
function total<Name extends string>(
  meter: Meter<string, Name>,
  vhosts: readonly string[],
  numbers: Numbers<Name>,
): Measured {
  const shown: Measured = {};
  for (const name of meter.names) {
    const rate = vhosts.reduce((sumOf, vhost) => sumOf + meter.details(vhost, name).rate, 0);
    shown[name] = numbers[name];
    shown[`${name}_details`] = { rate };
  }
  return shown;
}

function objectTotals({ services, requester }: Call, vhosts: readonly string[]) {
  const { catalog, amqp } = services;
  const totals = { channels: 0, connections: 0, consumers: 0, exchanges: 0, queues: 0 };
  for (const name of vhosts) {
    totals.exchanges += [...catalog.exchanges(name)].length;
    for (const { id } of catalog.queues(name)) {
      totals.queues += 1;
      totals.consumers += services.queues.counts(id).consumers;
    }
  }
  for (const connection of amqp.connections()) {
    if (!requester.isMonitor && connection.user !== requester.name) continue;
    totals.connections += 1;
    totals.channels += connection.channels.length;
  }
  return totals;
}
