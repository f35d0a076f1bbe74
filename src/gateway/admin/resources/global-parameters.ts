/** `/api/global-parameters`: what the node knows of itself under such names. Nothing can be added. */
import { type Answer, json } from '../answer.ts';
import { badRequest, objectNotFound } from '../api-error.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';
import type { NodePort } from '../services.ts';

export const GLOBAL_PARAMETERS = resource('/global-parameters', { GET: ['policymaker', listParameters] });
export const GLOBAL_PARAMETER = resource('/global-parameters/:name', {
  GET: ['policymaker', showParameter],
  PUT: ['policymaker', refuse],
  DELETE: ['policymaker', refuse],
});

export function globalParameters({ clusterName, clusterId }: NodePort) {
  return [
    { name: 'cluster_name', value: clusterName },
    { name: 'internal_cluster_id', value: clusterId },
  ];
}

function listParameters(call: Call): Promise<Answer> {
  return list(call, {
    items: globalParameters(call.services.node),
    facts: (each) => each,
    key: ({ name }) => [name],
  });
}

function showParameter(call: Call): Answer {
  const parameter = globalParameters(call.services.node).find(({ name }) => name === param(call, 'name'));
  if (parameter === undefined) throw objectNotFound();
  return json(parameter);
}

function refuse(call: Call): Answer {
  throw badRequest(
    `global parameter '${param(call, 'name')}' can not be set or cleared: this node keeps none but its own`,
  );
}
