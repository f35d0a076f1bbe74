/** Permissions of users in vhosts: all, of one user, of one vhost, and single ones. */
import type { UserPermissions } from '../../../security/permission-lists.ts';
import { type Answer, createdOr204, json, NO_CONTENT } from '../answer.ts';
import { badRequest, objectNotFound } from '../api-error.ts';
import { bodyFields, requiredText, requireKeys } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';
import { existingUser } from './users.ts';

export const PERMISSIONS = resource('/permissions', { GET: ['administrator', listAll] });
export const PERMISSIONS_OF_VHOST = resource('/vhosts/:vhost/permissions', { GET: ['administrator', listOfVhost] });
export const PERMISSIONS_OF_USER = resource('/users/:user/permissions', { GET: ['administrator', listOfUser] });
export const PERMISSION = resource('/permissions/:vhost/:user', {
  GET: ['administrator', showPermissions],
  PUT: ['administrator', putPermissions],
  DELETE: ['administrator', deletePermissions],
});

function listAll(call: Call): Promise<Answer> {
  return answer(call, call.services.security.permissions());
}

function listOfVhost(call: Call): Promise<Answer> {
  return answer(call, call.services.security.permissions({ vhost: param(call, 'vhost') }));
}

function listOfUser(call: Call): Promise<Answer> {
  return answer(call, call.services.security.permissions({ user: existingUser(call).name }));
}

function answer(call: Call, items: readonly UserPermissions[]): Promise<Answer> {
  return list(call, { items, facts: (each) => each, key: ({ vhost, user }) => [vhost, user] });
}

function permissionsOf(call: Call): UserPermissions | undefined {
  const selection = { vhost: param(call, 'vhost'), user: param(call, 'user') };
  return call.services.security.permissions(selection)[0];
}

function showPermissions(call: Call): Answer {
  const permissions = permissionsOf(call);
  if (permissions === undefined) throw objectNotFound();
  return json(permissions);
}

function putPermissions(call: Call): Answer {
  const { security } = call.services;
  const fields = bodyFields(call.body);
  requireKeys(fields, 'configure', 'write', 'read');
  const patterns = {
    configure: requiredText(fields, 'configure'),
    write: requiredText(fields, 'write'),
    read: requiredText(fields, 'read'),
  };
  const user = param(call, 'user');
  if (security.user(user) === undefined) throw badRequest('vhost_or_user_not_found');
  const isNew = permissionsOf(call) === undefined;
  security.setPermissions(user, param(call, 'vhost'), patterns);
  return createdOr204(isNew);
}

function deletePermissions(call: Call): Answer {
  if (permissionsOf(call) === undefined) throw objectNotFound();
  call.services.security.clearPermissions(param(call, 'user'), param(call, 'vhost'));
  return NO_CONTENT;
}
