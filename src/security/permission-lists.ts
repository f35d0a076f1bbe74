/** Permissions as lists of plain objects, in the shape and the words of RabbitMQ's management API. */
import type { Grants, PermissionPatterns, TopicPatterns } from './grants.ts';

export interface UserPermissions extends PermissionPatterns {
  readonly user: string;
  readonly vhost: string;
}

export interface UserTopicPermissions extends TopicPatterns {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
}

/** What to list; what is not named is not asked about. */
export interface Selection {
  readonly user?: string;
  readonly vhost?: string;
}

type GrantsOf = readonly [user: string, vhost: string, grants: Grants];

export function listPermissions(all: Iterable<GrantsOf>, selection: Selection): UserPermissions[] {
  return selected(all, selection).flatMap(([user, vhost, { permissions }]) => {
    if (permissions === undefined) return [];
    const { configure, write, read } = permissions;
    return [{ user, vhost, configure: configure.source, write: write.source, read: read.source }];
  });
}

export function listTopicPermissions(all: Iterable<GrantsOf>, selection: Selection): UserTopicPermissions[] {
  return selected(all, selection).flatMap(([user, vhost, { topics }]) =>
    [...topics].map(([exchange, { write, read }]) => {
      return { user, vhost, exchange, write: write.source, read: read.source };
    }),
  );
}

function selected(all: Iterable<GrantsOf>, { user, vhost }: Selection): GrantsOf[] {
  return [...all].filter(([ofUser, ofVhost]) => {
    return (user === undefined || user === ofUser) && (vhost === undefined || vhost === ofVhost);
  });
}
