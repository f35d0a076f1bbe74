/** `/api/overview`: the node at a glance. Messages and objects are counted in the vhosts that the requester knows of. */
import { visibleVhosts } from '../access.ts';
import { NO_CHANNELS } from '../amqp-port.ts';
import { type Answer, json } from '../answer.ts';
import type { Call } from '../call.ts';
import { type Measured, measured } from '../rates/measured.ts';
import type { Meter, Numbers } from '../rates/meter.ts';
import { CHANNEL_RATES, channelRates, churnCounts, sum } from '../rates/numbers.ts';
import { resource } from '../resource.ts';
import type { AdminServices } from '../services.ts';
import { type Tally, tallyByVhost, tallyLengths, total } from '../tally.ts';
import { listenerFacts, webContexts } from './listeners.ts';
import { exchangeTypes } from './nodes.ts';

export const OVERVIEW = resource('/overview', { GET: ['management', overview] });

async function overview(call: Call): Promise<Answer> {
  const { services, requester } = call;
  const { node, rates, amqp } = services;
  const vhosts = visibleVhosts(call);
  const tally = total((await tallyByVhost(vhosts, services)).values());
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
    queue_totals: withRates(rates.vhostLengths, vhosts, tallyLengths(tally)),
    object_totals: objectTotals(call, vhosts, tally),
    churn_rates: measured(rates.churn, rates.nodeKey, churnCounts(amqp.churn, rates.queueChurn)),
    ...(requester.isMonitor
      ? {
          node: node.name,
          statistics_db_event_queue: 0,
          listeners: listenerFacts(node),
          contexts: webContexts(node),
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
  return withRates(rates.vhostRates, vhosts, numbers);
}

/** Rates add up. */
function withRates<Name extends string>(
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

function objectTotals({ services, requester }: Call, vhosts: readonly string[], { queues, consumers }: Tally) {
  const { catalog, amqp } = services;
  const totals = { channels: 0, connections: 0, consumers, exchanges: 0, queues };
  for (const name of vhosts) {
    if (catalog.vhost(name) !== undefined) totals.exchanges += [...catalog.exchanges(name)].length;
  }
  for (const connection of amqp.connections()) {
    if (!requester.isMonitor && connection.user !== requester.name) continue;
    totals.connections += 1;
    totals.channels += connection.channels.length;
  }
  return totals;
}
