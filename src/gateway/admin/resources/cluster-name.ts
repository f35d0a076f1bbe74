/** `/api/cluster-name`: a setting of this node. Setting it to what it is succeeds, so that scripts which insist on it do. */
import { type Answer, json, NO_CONTENT } from '../answer.ts';
import { badRequest } from '../api-error.ts';
import { bodyFields, requiredText } from '../body.ts';
import type { Call } from '../call.ts';
import { resource } from '../resource.ts';

export const CLUSTER_NAME = resource('/cluster-name', {
  GET: ['management', showName],
  PUT: ['administrator', setName],
});

function showName({ services: { node } }: Call): Answer {
  return json({ name: node.clusterName });
}

function setName({ services: { node }, body }: Call): Answer {
  if (requiredText(bodyFields(body), 'name') === node.clusterName) return NO_CONTENT;
  throw badRequest('the name of the cluster is set by management-cluster-name when the node starts');
}
