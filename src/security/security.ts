/**
 * Who may log in to this node, and what they may do in which vhost. Every operation checks first, then commits records; nothing
 * is changed by a refused one. Permissions are granted to users and in vhosts that exist, and go with either.
 *
 * Connections ask through `Permissions`, which remembers the answers; what is here is for logins, for changes and for lists.
 */
import { DomainError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Journal, StateMachine } from '../storage/log.ts';
import type { Credentials } from './credentials.ts';
import type { SecurityDefinitions } from './definitions.ts';
import { type Grants, type PermissionPatterns, permissionRules, type TopicPatterns, topicRules } from './grants.ts';
import { checkLogin } from './login.ts';
import {
  listPermissions,
  listTopicPermissions,
  type Selection,
  type UserPermissions,
  type UserTopicPermissions,
} from './permission-lists.ts';
import type { SecurityRecord } from './records.ts';
import { checkRoom } from './room.ts';
import { type SecurityListener, SecurityState } from './security-state.ts';
import type { SecuritySettings } from './settings.ts';
import { type LimitName, mergeLimits, type User } from './user.ts';
import { changedUser, type UserChange } from './user-change.ts';

const DEFAULT_VHOST = '/';

export interface SecurityDependencies {
  readonly journal: Journal<SecurityRecord>;
  readonly random: Random;
  readonly settings: SecuritySettings;
  readonly logger: Logger;
  readonly vhostExists: (vhost: string) => boolean;
}

export class Security implements StateMachine<SecurityRecord> {
  readonly #dependencies: SecurityDependencies;
  readonly #state = new SecurityState();

  constructor(dependencies: SecurityDependencies) {
    this.#dependencies = dependencies;
  }

  apply(record: SecurityRecord): void {
    this.#state.apply(record);
  }

  snapshot(): SecurityRecord[] {
    return this.#state.snapshot();
  }

  /** Returns a function that ends the subscription. */
  subscribe(listener: SecurityListener): () => void {
    return this.#state.subscribe(listener);
  }

  /** Moves with every change of users and permissions. */
  get generation(): number {
    return this.#state.generation;
  }

  /** Makes the default user, once in the life of the node. Called after recovery. */
  createDefaults(): void {
    if (this.#state.defaultsCreated) return;
    const { name, password } = this.#dependencies.settings.defaultUser;
    const user = changedUser(name, undefined, { password, tags: ['administrator'] }, this.#dependencies.random);
    this.#dependencies.journal.commit([
      { type: 'defaults_created' },
      { type: 'user_set', ...user },
      { type: 'permissions_set', user: name, vhost: DEFAULT_VHOST, configure: '.*', write: '.*', read: '.*' },
    ]);
  }

  /** For the catalog to call while it applies the end of a vhost, live and in recovery alike. */
  onVhostDeleted(vhost: string): void {
    this.#state.dropVhost(vhost);
  }

  /** @throws DomainError `access_refused`, with a reason that is for the log alone */
  login(credentials: Credentials, remoteAddress: string): User {
    const user = this.#state.user(credentials.username);
    return checkLogin(user, credentials, remoteAddress, this.#dependencies.settings.loopbackUsers);
  }

  user(name: string): User | undefined {
    return this.#state.user(name);
  }

  users(): IterableIterator<User> {
    return this.#state.users();
  }

  /** Creates the user, or makes it what is described. */
  putUser(name: string, change: UserChange): void {
    this.#commit([this.#plannedUser(name, change)]);
    this.#dependencies.logger.info({ user: name, tags: change.tags }, 'user set');
  }

  /** @throws DomainError `resource_not_found` */
  deleteUser(name: string): void {
    this.#existing(name);
    this.#commit([{ type: 'user_deleted', name }]);
    this.#dependencies.logger.info({ user: name }, 'user deleted');
  }

  /** @param limits by name; below 0 means no limit. @throws DomainError `resource_not_found`, `invalid_request` */
  setLimits(name: string, limits: Readonly<Record<string, number>>): void {
    const user = this.#existing(name);
    this.#commit([{ type: 'user_set', ...user, limits: mergeLimits(user.limits, limits) }]);
  }

  /** @throws DomainError `resource_not_found` */
  clearLimit(name: string, limit: LimitName): void {
    this.setLimits(name, { [limit]: -1 });
  }

  /** What a user may do in a vhost; undefined if nothing at all. */
  grants(user: string, vhost: string): Grants | undefined {
    return this.#state.grants(user, vhost);
  }

  permissions(selection: Selection = {}): UserPermissions[] {
    return listPermissions(this.#state.allGrants(), selection);
  }

  topicPermissions(selection: Selection = {}): UserTopicPermissions[] {
    return listTopicPermissions(this.#state.allGrants(), selection);
  }

  /** @throws DomainError `not_allowed`. That the vhost exists is for the caller to know. */
  checkVhostAccess(user: string, vhost: string): void {
    if (this.#state.grants(user, vhost)?.permissions !== undefined) return;
    throw new DomainError('not_allowed', `access to vhost '${vhost}' refused for user '${user}'`);
  }

  /** @throws DomainError `resource_not_found`, `invalid_request` for what is no regular expression */
  setPermissions(user: string, vhost: string, patterns: PermissionPatterns): void {
    this.#existing(user);
    this.#commit([this.#plannedPermissions({ user, vhost, ...patterns })]);
    this.#dependencies.logger.info({ user, vhost, ...patterns }, 'permissions set');
  }

  /** Does nothing if there are none. @throws DomainError `resource_not_found` */
  clearPermissions(user: string, vhost: string): void {
    this.#existing(user);
    if (this.#state.grants(user, vhost)?.permissions === undefined) return;
    this.#commit([{ type: 'permissions_cleared', user, vhost }]);
    this.#dependencies.logger.info({ user, vhost }, 'permissions cleared');
  }

  /** @throws DomainError `resource_not_found`, `invalid_request` for what is no regular expression */
  setTopicPermissions(user: string, vhost: string, exchange: string, patterns: TopicPatterns): void {
    this.#existing(user);
    this.#commit([this.#plannedTopic({ user, vhost, exchange, ...patterns })]);
    this.#dependencies.logger.info({ user, vhost, exchange, ...patterns }, 'topic permissions set');
  }

  /** Of all exchanges if none is named. Does nothing if there are none. @throws DomainError `resource_not_found` */
  clearTopicPermissions(user: string, vhost: string, exchange?: string): void {
    this.#existing(user);
    const topics = [...(this.#state.grants(user, vhost)?.topics.keys() ?? [])];
    const cleared = exchange === undefined ? topics : topics.filter((name) => name === exchange);
    if (cleared.length === 0) return;
    this.#commit(cleared.map((name) => ({ type: 'topic_permissions_cleared', user, vhost, exchange: name })));
    this.#dependencies.logger.info({ user, vhost, exchanges: cleared }, 'topic permissions cleared');
  }

  /** All of it or nothing. The vhosts it speaks of must exist. */
  importDefinitions({ users, permissions, topicPermissions }: SecurityDefinitions): void {
    const imported = new Set(users.map(({ name }) => name));
    for (const { user } of [...permissions, ...topicPermissions]) if (!imported.has(user)) this.#existing(user);
    this.#commit([
      ...users.map(({ name, ...change }) => this.#plannedUser(name, change)),
      ...permissions.map((each) => this.#plannedPermissions(each)),
      ...topicPermissions.map((each) => this.#plannedTopic(each)),
    ]);
    const counts = { users: users.length, permissions: permissions.length, topicPermissions: topicPermissions.length };
    this.#dependencies.logger.info(counts, 'users and permissions imported');
  }

  #plannedUser(name: string, change: UserChange): SecurityRecord {
    return { type: 'user_set', ...changedUser(name, this.#state.user(name), change, this.#dependencies.random) };
  }

  #plannedPermissions({ user, vhost, ...patterns }: UserPermissions): SecurityRecord {
    this.#checkVhost(vhost);
    const { configure, write, read } = permissionRules(patterns);
    for (const rule of [configure, write, read]) rule.check();
    return { type: 'permissions_set', user, vhost, ...patterns };
  }

  #plannedTopic({ user, vhost, exchange, ...patterns }: UserTopicPermissions): SecurityRecord {
    this.#checkVhost(vhost);
    const { write, read } = topicRules(patterns, user, vhost);
    for (const rule of [write, read]) rule.check();
    return { type: 'topic_permissions_set', user, vhost, exchange, ...patterns };
  }

  #checkVhost(vhost: string): void {
    if (!this.#dependencies.vhostExists(vhost)) throw new DomainError('resource_not_found', `vhost ${vhost} not found`);
  }

  #existing(name: string): User {
    const user = this.#state.user(name);
    if (user === undefined) throw new DomainError('resource_not_found', `user '${name}' not found`);
    return user;
  }

  #commit(records: readonly SecurityRecord[]): void {
    checkRoom(this.#state, records, this.#dependencies.settings);
    this.#dependencies.journal.commit(records);
  }
}
