/**
 * The journal of users and what they may do. Records are plain JSON, and each names the whole of what it sets, so applying one
 * is an assignment. Passwords are only here as salted hashes.
 */
import type { PermissionPatterns, TopicPatterns } from './grants.ts';
import type { User } from './user.ts';

/** Once in a node's life: a default user that was deleted stays deleted. */
export interface DefaultsCreated {
  readonly type: 'defaults_created';
}

export interface UserSet extends User {
  readonly type: 'user_set';
}

/** The user's permissions go too. */
export interface UserDeleted {
  readonly type: 'user_deleted';
  readonly name: string;
}

export interface PermissionsSet extends PermissionPatterns {
  readonly type: 'permissions_set';
  readonly user: string;
  readonly vhost: string;
}

export interface PermissionsCleared {
  readonly type: 'permissions_cleared';
  readonly user: string;
  readonly vhost: string;
}

export interface TopicPermissionsSet extends TopicPatterns {
  readonly type: 'topic_permissions_set';
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
}

export interface TopicPermissionsCleared {
  readonly type: 'topic_permissions_cleared';
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
}

export type SecurityRecord =
  | DefaultsCreated
  | UserSet
  | UserDeleted
  | PermissionsSet
  | PermissionsCleared
  | TopicPermissionsSet
  | TopicPermissionsCleared;
