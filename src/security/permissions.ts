/**
 * What one user may do in one vhost, for one channel or connection to ask before every operation. It remembers what was
 * allowed, so that who publishes to the same place again and again costs a look-up; every change of users or permissions makes
 * it forget. At the bound of its memory it forgets too, and asks the expressions again.
 */
import { DomainError } from '../base/errors.ts';
import type { Grants, Permission, TopicRules } from './grants.ts';

/** RabbitMQ's word for the default exchange where permissions are concerned. */
const DEFAULT_EXCHANGE = 'amq.default';

/** Per operation; for topics, per operation and exchange. */
const REMEMBERED_MAX = 64;

export type ResourceKind = 'queue' | 'exchange';

/** What it needs of `Security`. */
export interface GrantsSource {
  readonly generation: number;
  grants(user: string, vhost: string): Grants | undefined;
}

interface RememberedTopic {
  readonly rules: TopicRules;
  readonly write: Set<string>;
  readonly read: Set<string>;
}

export class Permissions {
  readonly #source: GrantsSource;
  readonly #user: string;
  readonly #vhost: string;
  #generation = -1;
  #grants: Grants | undefined;
  readonly #configure = new Set<string>();
  readonly #write = new Set<string>();
  readonly #read = new Set<string>();
  readonly #topics = new Map<string, RememberedTopic>();

  constructor(source: GrantsSource, user: string, vhost: string) {
    this.#source = source;
    this.#user = user;
    this.#vhost = vhost;
  }

  /** @throws DomainError `access_refused` */
  checkConfigure(kind: ResourceKind, name: string): void {
    this.#check('configure', this.#configure, kind, name);
  }

  /** @throws DomainError `access_refused` */
  checkWrite(kind: ResourceKind, name: string): void {
    this.#check('write', this.#write, kind, name);
  }

  /** @throws DomainError `access_refused` */
  checkRead(kind: ResourceKind, name: string): void {
    this.#check('read', this.#read, kind, name);
  }

  /** For publishing to an exchange of type topic. @throws DomainError `access_refused` */
  checkTopicWrite(exchange: string, routingKey: string): void {
    this.#checkTopic('write', exchange, routingKey);
  }

  /** For binding to an exchange of type topic, and unbinding. @throws DomainError `access_refused` */
  checkTopicRead(exchange: string, routingKey: string): void {
    this.#checkTopic('read', exchange, routingKey);
  }

  #check(permission: Permission, allowed: Set<string>, kind: ResourceKind, name: string): void {
    if (this.#generation !== this.#source.generation) this.#refresh();
    const resource = kind === 'exchange' && name === '' ? DEFAULT_EXCHANGE : name;
    if (allowed.has(resource)) return;
    if (!this.#grants?.permissions?.[permission].allows(resource)) {
      throw refused(`${permission} access to ${kind} '${resource}' in vhost '${this.#vhost}'`, this.#user);
    }
    remember(allowed, resource);
  }

  #checkTopic(permission: 'write' | 'read', exchange: string, routingKey: string): void {
    if (this.#generation !== this.#source.generation) this.#refresh();
    const topic = this.#topics.get(exchange);
    if (topic === undefined || topic[permission].has(routingKey)) return;
    if (!topic.rules[permission].allows(routingKey)) {
      const what = `${permission} access to topic '${routingKey}' in exchange '${exchange}' in vhost '${this.#vhost}'`;
      throw refused(what, this.#user);
    }
    remember(topic[permission], routingKey);
  }

  #refresh(): void {
    this.#generation = this.#source.generation;
    this.#grants = this.#source.grants(this.#user, this.#vhost);
    for (const allowed of [this.#configure, this.#write, this.#read]) allowed.clear();
    this.#topics.clear();
    for (const [exchange, rules] of this.#grants?.topics ?? []) {
      this.#topics.set(exchange, { rules, write: new Set(), read: new Set() });
    }
  }
}

function remember(allowed: Set<string>, name: string): void {
  if (allowed.size >= REMEMBERED_MAX) allowed.clear();
  allowed.add(name);
}

function refused(what: string, user: string): DomainError {
  return new DomainError('access_refused', `${what} refused for user '${user}'`);
}
