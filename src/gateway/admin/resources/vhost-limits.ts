/** `/api/vhost-limits`: how many queues and connections a vhost may have. */
import type { Vhost, VhostLimits } from '../../../catalog/amqp/model.ts';
import { vhostsOf } from '../access.ts';
import { type Answer, NO_CONTENT } from '../answer.ts';
import { badRequest } from '../api-error.ts';
import { bodyFields, type Fields, numberField, requireKeys } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';

export const VHOST_LIMITS = resource('/vhost-limits', { GET: ['management', listLimits] });
export const LIMITS_OF_VHOST = resource('/vhost-limits/:vhost', { GET: ['vhost', listLimits] });
export const VHOST_LIMIT = resource('/vhost-limits/:vhost/:limit', {
  PUT: ['administrator', setLimit],
  DELETE: ['administrator', clearLimit],
});

const LIMITS = { 'max-queues': 'maxQueues', 'max-connections': 'maxConnections' } as const satisfies Record<
  string,
  keyof VhostLimits
>;

export type VhostLimitName = keyof typeof LIMITS;

/** Those that are set. */
export function limitsOf({ limits }: Vhost): Partial<Record<VhostLimitName, number>> {
  const set = Object.entries(LIMITS).filter(([, key]) => limits[key] !== undefined);
  return Object.fromEntries(set.map(([name, key]) => [name, limits[key]]));
}

/** As the catalog takes them. @throws ApiError 400 for other limits, and what is no number */
export function vhostLimits(fields: Fields): Partial<VhostLimits> {
  const entries = Object.keys(fields).map((name) => {
    if (!isLimit(name)) throw badRequest(`Unrecognised limit '${name}' of vhosts`);
    return [LIMITS[name], numberField(fields, name)];
  });
  return Object.fromEntries(entries);
}

function isLimit(name: string): name is VhostLimitName {
  return Object.hasOwn(LIMITS, name);
}

function listLimits(call: Call): Promise<Answer> {
  const { catalog } = call.services;
  const vhosts = vhostsOf(call).map((name) => catalog.vhost(name));
  return list(call, {
    items: vhosts.filter((vhost) => vhost !== undefined && Object.keys(limitsOf(vhost)).length > 0) as Vhost[],
    facts: (vhost) => ({ vhost: vhost.name, value: limitsOf(vhost) }),
    key: ({ name }) => [name],
  });
}

function setLimit(call: Call): Answer {
  const fields = bodyFields(call.body);
  requireKeys(fields, 'value');
  const limits = vhostLimits({ [param(call, 'limit')]: fields.value });
  call.services.catalog.setVhostLimits(param(call, 'vhost'), limits);
  return NO_CONTENT;
}

/** One that is not set is not missed. */
function clearLimit(call: Call): Answer {
  const name = param(call, 'limit');
  if (isLimit(name)) call.services.catalog.setVhostLimits(param(call, 'vhost'), { [LIMITS[name]]: undefined });
  return NO_CONTENT;
}
