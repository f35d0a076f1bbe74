/**
 * Users and permissions as RabbitMQ exports and imports them: the keys `users`, `permissions` and `topic_permissions` of a
 * definitions file. Hashes of passwords come and go as they are. Refuses an import that is not of this form as a whole.
 */
import { DomainError } from '../base/errors.ts';
import type { UserPermissions, UserTopicPermissions } from './permission-lists.ts';
import type { User } from './user.ts';
import type { UserChange } from './user-change.ts';

export interface SecurityDefinitions {
  readonly users: readonly (UserChange & { readonly name: string })[];
  readonly permissions: readonly UserPermissions[];
  readonly topicPermissions: readonly UserTopicPermissions[];
}

/** What can be exported; `Security` is one. */
export interface DefinitionsSource {
  users(): Iterable<User>;
  permissions(): UserPermissions[];
  topicPermissions(): UserTopicPermissions[];
}

export interface UserDefinition {
  readonly name: string;
  readonly password_hash: string;
  readonly hashing_algorithm: string;
  readonly tags: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export function userDefinition({ name, passwordHash, hashingAlgorithm, tags, limits }: User): UserDefinition {
  return { name, password_hash: passwordHash, hashing_algorithm: hashingAlgorithm, tags, limits: { ...limits } };
}

/** The part of an export that is about users. */
export function toDefinitions(source: DefinitionsSource) {
  return {
    users: Array.from(source.users(), userDefinition),
    permissions: source.permissions(),
    topic_permissions: source.topicPermissions(),
  };
}

/** @param definitions parsed JSON. @throws DomainError `invalid_request` that names the place */
export function parseDefinitions(definitions: unknown): SecurityDefinitions {
  const file = fieldsOf(definitions, 'definitions');
  const version = file.rabbitmq_version ?? file.rabbit_version;
  return {
    users: each(file, 'users', (user, place) => {
      return { name: text(user, 'name', place), ...parseUser(user, place, defaultAlgorithm(version)) };
    }),
    permissions: each(file, 'permissions', (permission, place) => {
      const patterns = { ...patternsOf(permission, place), configure: text(permission, 'configure', place) };
      return { ...ownerOf(permission, place), ...patterns };
    }),
    topicPermissions: each(file, 'topic_permissions', (permission, place) => {
      const exchange = text(permission, 'exchange', place);
      return { ...ownerOf(permission, place), exchange, ...patternsOf(permission, place) };
    }),
  };
}

/** The body of `PUT /api/users/{name}`, or one of `users`. @throws DomainError `invalid_request` */
export function parseUserChange(body: unknown): UserChange {
  return parseUser(fieldsOf(body, 'user'), 'user', undefined);
}

type Fields = Readonly<Record<string, unknown>>;

function parseUser(user: Fields, place: string, algorithm: string | undefined): UserChange {
  return {
    password: optionalText(user, 'password', place),
    passwordHash: optionalText(user, 'password_hash', place),
    hashingAlgorithm: optionalText(user, 'hashing_algorithm', place) ?? algorithm,
    tags: tagsOf(user, place),
    limits: user.limits === undefined ? undefined : limitsOf(user.limits, place),
  };
}

/** A list, or in older files one text with commas. */
function tagsOf(user: Fields, place: string): string[] {
  const tags = user.tags;
  if (typeof tags === 'string') return tags.split(',');
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags;
  throw invalid(`${place}: tags`, 'a list of texts');
}

function limitsOf(limits: unknown, place: string): Record<string, number> {
  // An empty list is how some versions write no limits.
  if (Array.isArray(limits) && limits.length === 0) return {};
  const entries = Object.entries(fieldsOf(limits, `${place}: limits`));
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (typeof value !== 'number') throw invalid(`${place}: ${name}`, 'a number');
      return [name, value];
    }),
  );
}

/** Before 3.6 there was but one algorithm, and files did not name it. */
function defaultAlgorithm(version: unknown): string | undefined {
  return typeof version === 'string' && /^([12]|3\.[0-5])\./.test(version) ? 'rabbit_password_hashing_md5' : undefined;
}

function ownerOf(permission: Fields, place: string): { user: string; vhost: string } {
  return { user: text(permission, 'user', place), vhost: text(permission, 'vhost', place) };
}

function patternsOf(permission: Fields, place: string): { write: string; read: string } {
  return { write: text(permission, 'write', place), read: text(permission, 'read', place) };
}

function each<T>(file: Fields, key: string, parse: (item: Fields, place: string) => T): T[] {
  const items = file[key] ?? [];
  if (!Array.isArray(items)) throw invalid(key, 'a list');
  return items.map((item: unknown, i) => {
    const place = `${key}[${i}]`;
    return parse(fieldsOf(item, place), place);
  });
}

function text(fields: Fields, key: string, place: string): string {
  const value = optionalText(fields, key, place);
  if (value === undefined) throw invalid(`${place}: ${key}`, 'a text');
  return value;
}

function optionalText(fields: Fields, key: string, place: string): string | undefined {
  const value = fields[key];
  if (value !== undefined && typeof value !== 'string') throw invalid(`${place}: ${key}`, 'a text');
  return value;
}

function fieldsOf(value: unknown, place: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(place, 'an object');
  return value as Fields;
}

function invalid(place: string, expected: string): DomainError {
  return new DomainError('invalid_request', `${place} must be ${expected}`);
}
