/** Whether a node has room for what records would add to it. Replacing what is there needs none. */
import { DomainError } from '../base/errors.ts';
import type { SecurityRecord } from './records.ts';
import type { SecurityState } from './security-state.ts';
import type { SecuritySettings } from './settings.ts';

/** @throws DomainError `policy_violation` */
export function checkRoom(state: SecurityState, records: readonly SecurityRecord[], settings: SecuritySettings): void {
  const { usersMax, permissionsMax } = settings;
  const users = new Set<string>();
  const permissions = new Set<string>();
  for (const record of records) {
    if (record.type === 'user_set' && state.user(record.name) === undefined) users.add(record.name);
    const key = newPermissionKey(state, record);
    if (key !== undefined) permissions.add(key);
  }
  refuseMore('users', state.userCount, users.size, usersMax);
  refuseMore('permissions', state.permissionCount, permissions.size, permissionsMax);
}

function newPermissionKey(state: SecurityState, record: SecurityRecord): string | undefined {
  if (record.type === 'permissions_set') {
    const present = state.grants(record.user, record.vhost)?.permissions;
    return present === undefined ? JSON.stringify([record.user, record.vhost]) : undefined;
  }
  if (record.type === 'topic_permissions_set') {
    const present = state.grants(record.user, record.vhost)?.topics.has(record.exchange);
    return present ? undefined : JSON.stringify([record.user, record.vhost, record.exchange]);
  }
  return undefined;
}

function refuseMore(what: string, present: number, added: number, max: number): void {
  if (added === 0 || present + added <= max) return;
  throw new DomainError(
    'policy_violation',
    `${present + added} ${what} would be more than this node's limit of ${max}.`,
  );
}
