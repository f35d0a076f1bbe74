/**
 * `/api/parameters`: RabbitMQ's general form of what plugins keep in vhosts. Here two components exist: `vhost-limits`, and
 * `operator_policy`, which is listed but set at its own address.
 */
import { vhostsOf } from '../access.ts';
import { type Answer, createdOr204, json, NO_CONTENT } from '../answer.ts';
import { badRequest, objectNotFound } from '../api-error.ts';
import { bodyFields, type Fields, isFields, requireKeys } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';
import type { AdminServices } from '../services.ts';
import { policyFacts } from './policies.ts';
import { limitsOf, vhostLimits } from './vhost-limits.ts';

export const PARAMETERS = resource('/parameters', { GET: ['policies', listParameters] });
export const PARAMETERS_OF_COMPONENT = resource('/parameters/:component', { GET: ['policies', listParameters] });
export const PARAMETERS_OF_VHOST = resource('/parameters/:component/:vhost', { GET: ['policies', listParameters] });
export const PARAMETER = resource('/parameters/:component/:vhost/:name', {
  GET: ['policies', showParameter],
  PUT: ['policies', setParameter],
  DELETE: ['policies', clearParameter],
});

const LIMITS_COMPONENT = 'vhost-limits';
const LIMITS_NAME = 'limits';
const OPERATOR_POLICY = 'operator_policy';

export interface Parameter {
  readonly component: string;
  readonly vhost: string;
  readonly name: string;
  readonly value: object;
}

export function* parametersOf(vhostName: string, { catalog }: AdminServices): Iterable<Parameter> {
  const vhost = catalog.vhost(vhostName);
  if (vhost === undefined) return;
  const limits = limitsOf(vhost);
  if (Object.keys(limits).length > 0) {
    yield { component: LIMITS_COMPONENT, vhost: vhostName, name: LIMITS_NAME, value: limits };
  }
  for (const policy of catalog.policies(OPERATOR_POLICY, vhostName)) {
    const { vhost: _, name, ...value } = policyFacts(policy);
    yield { component: OPERATOR_POLICY, vhost: vhostName, name, value };
  }
}

function listParameters(call: Call): Promise<Answer> {
  const { component } = call.params;
  const all = vhostsOf(call).flatMap((vhost) => [...parametersOf(vhost, call.services)]);
  return list(call, {
    items: all.filter((each) => component === undefined || each.component === component),
    facts: (each) => each,
    key: (each) => [each.vhost, each.component, each.name],
  });
}

function existing(call: Call): Parameter | undefined {
  const { component, name } = call.params;
  return [...parametersOf(param(call, 'vhost'), call.services)].find((each) => {
    return each.component === component && each.name === name;
  });
}

function showParameter(call: Call): Answer {
  const parameter = existing(call);
  if (parameter === undefined) throw objectNotFound();
  return json(parameter);
}

function setParameter(call: Call): Answer {
  const fields = bodyFields(call.body);
  requireKeys(fields, 'value');
  const isNew = existing(call) === undefined;
  const { component = '', vhost = '', name = '' } = call.params;
  setLimitsParameter({ component, vhost, name, value: fields.value }, call.services);
  return createdOr204(isNew);
}

/** @throws ApiError 400 for other components */
export function setLimitsParameter(
  { component, vhost, name, value }: Omit<Parameter, 'value'> & { readonly value: unknown },
  { catalog }: AdminServices,
): void {
  if (component === 'policy' || component === OPERATOR_POLICY) {
    throw badRequest('policies may not be set using this method');
  }
  if (component !== LIMITS_COMPONENT) throw badRequest(`component ${component} not found`);
  if (name !== LIMITS_NAME) throw badRequest(`the parameter of ${LIMITS_COMPONENT} is called '${LIMITS_NAME}'`);
  const limits: Fields | undefined = isFields(value)
    ? value
    : Array.isArray(value) && value.length === 0
      ? {}
      : undefined;
  if (limits === undefined) throw badRequest('limits should be an object');
  catalog.setVhostLimits(vhost, { maxQueues: undefined, maxConnections: undefined, ...vhostLimits(limits) });
}

function clearParameter(call: Call): Answer {
  const parameter = existing(call);
  if (parameter === undefined) throw objectNotFound();
  setLimitsParameter({ ...parameter, value: {} }, call.services);
  return NO_CONTENT;
}
