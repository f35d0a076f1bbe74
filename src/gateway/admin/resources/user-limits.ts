/** `/api/user-limits`: how many connections and channels a user may have. */
import type { User } from '../../../security/user.ts';
import { type Answer, NO_CONTENT } from '../answer.ts';
import { badRequest } from '../api-error.ts';
import { bodyFields, numberField, requireKeys } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';
import { existingUser } from './users.ts';

export const USER_LIMITS = resource('/user-limits', { GET: ['management', listLimits] });
export const LIMITS_OF_USER = resource('/user-limits/:user', { GET: ['management', listLimitsOfUser] });
export const USER_LIMIT = resource('/user-limits/:user/:limit', {
  PUT: ['administrator', setLimit],
  DELETE: ['administrator', clearLimit],
});

const LIMITS: readonly string[] = ['max-connections', 'max-channels'];

function listLimits(call: Call): Promise<Answer> {
  return answer(call, call.services.security.users());
}

function listLimitsOfUser(call: Call): Promise<Answer> {
  return answer(call, [existingUser(call)]);
}

function answer(call: Call, users: Iterable<User>): Promise<Answer> {
  return list(call, {
    items: [...users].filter(({ limits }) => Object.keys(limits).length > 0),
    facts: ({ name, limits }) => ({ user: name, value: limits }),
    key: ({ name }) => [name],
  });
}

function setLimit(call: Call): Answer {
  const { security } = call.services;
  const fields = bodyFields(call.body);
  requireKeys(fields, 'value');
  const name = param(call, 'user');
  if (security.user(name) === undefined) throw badRequest(`no_such_user: ${name}`);
  security.setLimits(name, { [param(call, 'limit')]: numberField(fields, 'value') ?? 0 });
  return NO_CONTENT;
}

/** One that is not set is not missed. */
function clearLimit(call: Call): Answer {
  const { name } = existingUser(call);
  const limit = param(call, 'limit');
  if (LIMITS.includes(limit)) call.services.security.setLimits(name, { [limit]: -1 });
  return NO_CONTENT;
}
