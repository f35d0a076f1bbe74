/** `/api/vhosts` and one vhost: lists, creates, describes and deletes. Who creates a vhost may do everything in it. */
import type { Vhost } from '../../../catalog/amqp/model.ts';
import { visibleVhosts } from '../access.ts';
import { NO_CHANNELS } from '../amqp-port.ts';
import { type Answer, createdOr204, json, NO_CONTENT } from '../answer.ts';
import { badRequest, notAuthorised, objectNotFound } from '../api-error.ts';
import { bodyFields, booleanField, type Fields, tagsField, textField } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { measured, messageStats } from '../rates/measured.ts';
import type { Numbers } from '../rates/meter.ts';
import {
  BYTES,
  type ByteCount,
  byteCounts,
  type ChannelRate,
  channelRates,
  LENGTHS,
  lengths,
  sum,
} from '../rates/numbers.ts';
import { resource } from '../resource.ts';
import type { AdminServices } from '../services.ts';

export const VHOSTS = resource('/vhosts', { GET: ['management', listVhosts] });
export const VHOST = resource('/vhosts/:name', {
  GET: ['management', showVhost],
  PUT: ['administrator', putVhost],
  DELETE: ['administrator', deleteVhost],
});
export const VHOST_START = resource('/vhosts/:vhost/start/:node', { POST: ['administrator', start] });

const NO_BYTES: Numbers<ByteCount> = { recv_oct: 0, send_oct: 0 };

async function listVhosts(call: Call): Promise<Answer> {
  const { services } = call;
  const vhosts = visibleVhosts(call).map((name) => services.catalog.vhost(name));
  return await list(call, {
    items: vhosts.filter((vhost) => vhost !== undefined),
    facts: activityOf(services),
    key: ({ name }) => [name],
    name: ({ name }) => name,
  });
}

function showVhost(call: Call): Answer {
  const vhost = existingVhost(call);
  if (!visibleVhosts(call).includes(vhost.name)) throw notAuthorised('User not authorised to access virtual host');
  return json(activityOf(call.services)(vhost));
}

function existingVhost(call: Call): Vhost {
  const vhost = call.services.catalog.vhost(param(call, 'name'));
  if (vhost === undefined) throw objectNotFound();
  return vhost;
}

/** Connections are looked at once for all vhosts. */
function activityOf(services: AdminServices): (vhost: Vhost) => object {
  const counters = services.amqp.counters();
  const bytes = new Map<string, Numbers<ByteCount>>();
  for (const connection of services.amqp.connections()) {
    const before = bytes.get(connection.vhost) ?? NO_BYTES;
    bytes.set(connection.vhost, sum(BYTES, [before, byteCounts(connection)]));
  }
  return (vhost) => {
    const rates = channelRates(counters.get(vhost.name) ?? NO_CHANNELS);
    return vhostFacts(vhost, { rates, bytes: bytes.get(vhost.name) ?? NO_BYTES }, services);
  };
}

interface Activity {
  readonly rates: Numbers<ChannelRate>;
  readonly bytes: Numbers<ByteCount>;
}

function vhostFacts(vhost: Vhost, activity: Activity, services: AdminServices) {
  const { catalog, queues, rates, node } = services;
  const { name, description, tags } = vhost;
  const lengthsNow = sum(
    LENGTHS,
    Array.from(catalog.queues(name), ({ id }) => lengths(queues.counts(id))),
  );
  const defaultQueueType = vhost.defaultQueueType ?? 'classic';
  return {
    name,
    description,
    tags,
    default_queue_type: defaultQueueType,
    metadata: { description, tags, default_queue_type: defaultQueueType },
    tracing: false,
    cluster_state: { [node.name]: 'running' },
    ...measured(rates.vhostLengths, name, lengthsNow),
    ...measured(rates.vhostBytes, name, activity.bytes),
    ...messageStats(rates.vhostRates, name, activity.rates),
  };
}

function putVhost(call: Call): Answer {
  const { catalog, security } = call.services;
  const name = param(call, 'name');
  const isNew = catalog.putVhost(name, descriptionOf(bodyFields(call.body)));
  if (isNew) security.setPermissions(call.requester.name, name, { configure: '.*', write: '.*', read: '.*' });
  return createdOr204(isNew);
}

/** Undefined default queue types come as the text `undefined` from clients that copy what RabbitMQ answers. */
export function descriptionOf(fields: Fields) {
  if (booleanField(fields, 'tracing', false)) throw badRequest('tracing is not supported');
  const description = textField(fields, 'description');
  const tags = tagsField(fields, 'tags');
  const type = textField(fields, 'default_queue_type');
  return {
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags }),
    ...(type === undefined || type === 'undefined' ? {} : { defaultQueueType: type }),
  };
}

function deleteVhost(call: Call): Answer {
  call.services.catalog.deleteVhost(existingVhost(call).name);
  return NO_CONTENT;
}

/** Vhosts are never down here. */
function start(call: Call): Answer {
  if (param(call, 'node') !== call.services.node.name) throw objectNotFound();
  return NO_CONTENT;
}
