/** `/api/users` and one user: lists, creates, changes and deletes. */
import { parseUserChange, userDefinition } from '../../../security/definitions.ts';
import type { User } from '../../../security/user.ts';
import { type Answer, createdOr204, json, NO_CONTENT } from '../answer.ts';
import { badRequest, objectNotFound } from '../api-error.ts';
import { bodyFields, field, requireKeys } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';

export const USERS = resource('/users', { GET: ['administrator', listUsers] });
export const USERS_WITHOUT_PERMISSIONS = resource('/users/without-permissions', {
  GET: ['administrator', listWithoutPermissions],
});
export const USERS_BULK_DELETE = resource('/users/bulk-delete', { POST: ['administrator', deleteUsers] });
export const USER = resource('/users/:user', {
  GET: ['administrator', showUser],
  PUT: ['administrator', putUser],
  DELETE: ['administrator', deleteUser],
});

function listUsers(call: Call): Promise<Answer> {
  return answer(call, call.services.security.users());
}

function listWithoutPermissions(call: Call): Promise<Answer> {
  const { security } = call.services;
  const permitted = new Set(security.permissions().map(({ user }) => user));
  return answer(
    call,
    [...security.users()].filter(({ name }) => !permitted.has(name)),
  );
}

function answer(call: Call, items: Iterable<User>): Promise<Answer> {
  return list(call, { items, facts: userDefinition, key: ({ name }) => [name] });
}

/** The user that the address names. @throws ApiError 404 */
export function existingUser(call: Call): User {
  const user = call.services.security.user(param(call, 'user'));
  if (user === undefined) throw objectNotFound();
  return user;
}

function showUser(call: Call): Answer {
  return json(userDefinition(existingUser(call)));
}

function putUser(call: Call): Answer {
  const { security } = call.services;
  const name = param(call, 'user');
  const change = parseUserChange(bodyFields(call.body));
  const isNew = security.user(name) === undefined;
  security.putUser(name, change);
  return createdOr204(isNew);
}

function deleteUser(call: Call): Answer {
  call.services.security.deleteUser(existingUser(call).name);
  return NO_CONTENT;
}

/** All of them or, if one does not exist, none. */
function deleteUsers(call: Call): Answer {
  const { security } = call.services;
  const fields = bodyFields(call.body);
  requireKeys(fields, 'users');
  const names: unknown = field(fields, 'users');
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw badRequest('users should be a list of names');
  }
  const unknown = names.find((name) => security.user(name) === undefined);
  if (unknown !== undefined) throw badRequest(`no_such_user: ${unknown}`);
  for (const name of new Set<string>(names)) security.deleteUser(name);
  return NO_CONTENT;
}
