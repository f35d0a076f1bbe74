/**
 * What one user may do in one vhost: regular expressions over the names of queues and exchanges, and for topic exchanges
 * over routing keys. A name is allowed if the expression matches anywhere in it; the empty expression allows the
 * empty name alone. What may be written is in `base/pattern/parser.ts`: RabbitMQ's dialect is PCRE.
 */
import { DomainError } from '../base/errors.ts';
import { Pattern } from '../base/pattern/pattern.ts';
import { PatternError } from '../base/pattern/syntax.ts';

export type Permission = 'configure' | 'write' | 'read';

export type PermissionPatterns = Readonly<Record<Permission, string>>;

/** `{username}` and `{vhost}` in them stand for the user's own. */
export type TopicPatterns = Readonly<Record<'write' | 'read', string>>;

export class NameRule {
  readonly source: string;
  readonly #expanded: string;
  #pattern: Pattern | 'invalid' | undefined;

  constructor(source: string, variables: Readonly<Record<string, string>> = {}) {
    this.source = source;
    this.#expanded = expand(source, variables);
  }

  /** @throws DomainError `invalid_request` if the source is no expression, or none that is supported */
  check(): void {
    try {
      this.#pattern = new Pattern(this.#expanded);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new DomainError('invalid_request', `regular expression '${this.source}' is invalid: ${error.message}`);
    }
  }

  allows(name: string): boolean {
    if (this.source === '') return name === '';
    this.#pattern ??= compile(this.#expanded);
    return this.#pattern !== 'invalid' && this.#pattern.test(name);
  }
}

/** What was valid when it was set need not be for a later version: then it allows nothing. */
function compile(source: string): Pattern | 'invalid' {
  try {
    return new Pattern(source);
  } catch (error) {
    if (error instanceof PatternError) return 'invalid';
    throw error;
  }
}

/** A value stands for itself, whatever signs it has. */
function expand(source: string, variables: Readonly<Record<string, string>>): string {
  const escaped = Object.entries(variables).map(([name, value]) => [`{${name}}`, Pattern.escape(value)] as const);
  return escaped.reduce((text, [variable, value]) => text.replaceAll(variable, () => value), source);
}

export type PermissionRules = Readonly<Record<Permission, NameRule>>;
export type TopicRules = Readonly<Record<'write' | 'read', NameRule>>;

export function permissionRules({ configure, write, read }: PermissionPatterns): PermissionRules {
  return { configure: new NameRule(configure), write: new NameRule(write), read: new NameRule(read) };
}

export function topicRules(patterns: TopicPatterns, username: string, vhost: string): TopicRules {
  const variables = { username, vhost };
  return { write: new NameRule(patterns.write, variables), read: new NameRule(patterns.read, variables) };
}

export interface Grants {
  /** undefined: the user has no access to the vhost. */
  readonly permissions: PermissionRules | undefined;
  /** By exchange; an exchange that is not here is not restricted. */
  readonly topics: ReadonlyMap<string, TopicRules>;
}
