/**
 * Users and their permissions, and the only code that changes them: `apply`, and the end of a vhost, which the catalog's own
 * records bring about, live and in recovery alike. Every change moves `generation`, by which caches know that they are old.
 */
import { assert, unreachable } from '../base/assert.ts';
import type { StateMachine } from '../storage/log.ts';
import { type Grants, type PermissionRules, permissionRules, type TopicRules, topicRules } from './grants.ts';
import type { SecurityRecord } from './records.ts';
import type { User } from './user.ts';

/**
 * Told of every change while it is applied, live and in recovery alike; must not throw, nor change what it is told of.
 */
export interface SecurityListener {
  onUserDeleted?(name: string): void;
}

interface LiveGrants extends Grants {
  permissions: PermissionRules | undefined;
  readonly topics: Map<string, TopicRules>;
}

interface Account {
  user: User;
  readonly vhosts: Map<string, LiveGrants>;
}

export class SecurityState implements StateMachine<SecurityRecord> {
  readonly #listeners = new Set<SecurityListener>();
  readonly #accounts = new Map<string, Account>();
  #defaultsCreated = false;
  #permissionCount = 0;
  #generation = 0;

  get defaultsCreated(): boolean {
    return this.#defaultsCreated;
  }

  get generation(): number {
    return this.#generation;
  }

  get userCount(): number {
    return this.#accounts.size;
  }

  /** Those on topics included. */
  get permissionCount(): number {
    return this.#permissionCount;
  }

  user(name: string): User | undefined {
    return this.#accounts.get(name)?.user;
  }

  *users(): IterableIterator<User> {
    for (const { user } of this.#accounts.values()) yield user;
  }

  grants(user: string, vhost: string): Grants | undefined {
    return this.#accounts.get(user)?.vhosts.get(vhost);
  }

  *allGrants(): IterableIterator<[user: string, vhost: string, Grants]> {
    for (const { user, vhosts } of this.#accounts.values()) {
      for (const [vhost, grants] of vhosts) yield [user.name, vhost, grants];
    }
  }

  subscribe(listener: SecurityListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  apply(record: SecurityRecord): void {
    this.#generation += 1;
    switch (record.type) {
      case 'defaults_created':
        this.#defaultsCreated = true;
        break;
      case 'user_set': {
        const { type: _, ...user } = record;
        this.#setUser(user);
        break;
      }
      case 'user_deleted':
        this.#deleteUser(record.name);
        break;
      case 'permissions_set':
        this.#setPermissions(record.user, record.vhost, permissionRules(record));
        break;
      case 'permissions_cleared':
        this.#setPermissions(record.user, record.vhost, undefined);
        break;
      case 'topic_permissions_set':
        this.#setTopic(record, topicRules(record, record.user, record.vhost));
        break;
      case 'topic_permissions_cleared':
        this.#setTopic(record, undefined);
        break;
      default:
        unreachable(record);
    }
  }

  dropVhost(vhost: string): void {
    this.#generation += 1;
    for (const account of this.#accounts.values()) {
      this.#permissionCount -= sizeOf(account.vhosts.get(vhost));
      account.vhosts.delete(vhost);
    }
  }

  /** Taken at once, so that changes during its use do not tear it. */
  snapshot(): SecurityRecord[] {
    const records: SecurityRecord[] = this.#defaultsCreated ? [{ type: 'defaults_created' }] : [];
    for (const user of this.users()) records.push({ type: 'user_set', ...user });
    for (const [user, vhost, { permissions, topics }] of this.allGrants()) {
      if (permissions) records.push({ type: 'permissions_set', user, vhost, ...sources(permissions) });
      for (const [exchange, rules] of topics) {
        const patterns = { write: rules.write.source, read: rules.read.source };
        records.push({ type: 'topic_permissions_set', user, vhost, exchange, ...patterns });
      }
    }
    return records;
  }

  #setUser(user: User): void {
    const account = this.#accounts.get(user.name);
    if (account) account.user = user;
    else this.#accounts.set(user.name, { user, vhosts: new Map() });
  }

  #deleteUser(name: string): void {
    for (const grants of this.#existing(name).vhosts.values()) this.#permissionCount -= sizeOf(grants);
    this.#accounts.delete(name);
    for (const listener of this.#listeners) listener.onUserDeleted?.(name);
  }

  #setPermissions(user: string, vhost: string, permissions: PermissionRules | undefined): void {
    this.#change(user, vhost, (grants) => {
      grants.permissions = permissions;
    });
  }

  #setTopic(of: { user: string; vhost: string; exchange: string }, rules: TopicRules | undefined): void {
    this.#change(of.user, of.vhost, ({ topics }) => {
      if (rules) topics.set(of.exchange, rules);
      else topics.delete(of.exchange);
    });
  }

  #change(user: string, vhost: string, change: (grants: LiveGrants) => void): void {
    const { vhosts } = this.#existing(user);
    const grants = vhosts.get(vhost) ?? { permissions: undefined, topics: new Map() };
    const before = sizeOf(vhosts.get(vhost));
    change(grants);
    this.#permissionCount += sizeOf(grants) - before;
    if (sizeOf(grants) > 0) vhosts.set(vhost, grants);
    else vhosts.delete(vhost);
  }

  #existing(name: string): Account {
    const account = this.#accounts.get(name);
    assert(account !== undefined, `user ${name} exists`);
    return account;
  }
}

function sizeOf(grants: Grants | undefined): number {
  return grants === undefined ? 0 : grants.topics.size + (grants.permissions ? 1 : 0);
}

function sources({ configure, write, read }: PermissionRules) {
  return { configure: configure.source, write: write.source, read: read.source };
}
