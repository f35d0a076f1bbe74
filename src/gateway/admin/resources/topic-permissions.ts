/** Permissions on the routing keys of topic exchanges: all, of one user, of one vhost, and those of a user in a vhost. */
import type { UserTopicPermissions } from '../../../security/permission-lists.ts';
import { type Answer, createdOr204, json, NO_CONTENT } from '../answer.ts';
import { badRequest, objectNotFound } from '../api-error.ts';
import { bodyFields, requiredText, requireKeys } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';
import { existingUser } from './users.ts';

export const TOPIC_PERMISSIONS = resource('/topic-permissions', { GET: ['administrator', listAll] });
export const TOPIC_PERMISSIONS_OF_VHOST = resource('/vhosts/:vhost/topic-permissions', {
  GET: ['administrator', listOfVhost],
});
export const TOPIC_PERMISSIONS_OF_USER = resource('/users/:user/topic-permissions', {
  GET: ['administrator', listOfUser],
});
export const TOPIC_PERMISSION = resource('/topic-permissions/:vhost/:user', {
  GET: ['administrator', showPermissions],
  PUT: ['administrator', putPermissions],
  DELETE: ['administrator', deletePermissions],
});
export const TOPIC_PERMISSION_ON_EXCHANGE = resource('/topic-permissions/:vhost/:user/:exchange', {
  GET: ['administrator', showPermissions],
  DELETE: ['administrator', deletePermissions],
});

function listAll(call: Call): Promise<Answer> {
  return answer(call, call.services.security.topicPermissions());
}

function listOfVhost(call: Call): Promise<Answer> {
  return answer(call, call.services.security.topicPermissions({ vhost: param(call, 'vhost') }));
}

function listOfUser(call: Call): Promise<Answer> {
  return answer(call, call.services.security.topicPermissions({ user: existingUser(call).name }));
}

function answer(call: Call, items: readonly UserTopicPermissions[]): Promise<Answer> {
  return list(call, { items, facts: (each) => each, key: ({ vhost, user, exchange }) => [vhost, user, exchange] });
}

/** Those that the address names: of one exchange, if it names one. */
function permissionsOf(call: Call): UserTopicPermissions[] {
  const { exchange } = call.params;
  const all = call.services.security.topicPermissions({ vhost: param(call, 'vhost'), user: param(call, 'user') });
  return exchange === undefined ? all : all.filter((each) => each.exchange === exchange);
}

function showPermissions(call: Call): Answer {
  const permissions = permissionsOf(call);
  if (permissions.length === 0) throw objectNotFound();
  return json(permissions);
}

function putPermissions(call: Call): Answer {
  const { security } = call.services;
  const fields = bodyFields(call.body);
  requireKeys(fields, 'exchange', 'write', 'read');
  const exchange = requiredText(fields, 'exchange');
  const patterns = { write: requiredText(fields, 'write'), read: requiredText(fields, 'read') };
  const user = param(call, 'user');
  if (security.user(user) === undefined) throw badRequest('vhost_or_user_not_found');
  const isNew = permissionsOf(call).length === 0;
  security.setTopicPermissions(user, param(call, 'vhost'), exchange, patterns);
  return createdOr204(isNew);
}

function deletePermissions(call: Call): Answer {
  if (permissionsOf(call).length === 0) throw objectNotFound();
  const { user = '', vhost = '', exchange } = call.params;
  call.services.security.clearTopicPermissions(user, vhost, exchange);
  return NO_CONTENT;
}
