/** A user, and the rules for what one is made of. The words and shapes are those of RabbitMQ's management API. */
import { DomainError } from '../base/errors.ts';
import type { HashingAlgorithm } from './password.ts';

const NAME_BYTES_MAX = 255;
const TAGS_MAX = 32;

const LIMIT_NAMES = ['max-connections', 'max-channels'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** What is not named is not limited; 0 allows none at all. */
export type UserLimits = Readonly<Partial<Record<LimitName, number>>>;

export interface User {
  readonly name: string;
  /** Base64 of salt and hash; empty if nobody can log in with a password. */
  readonly passwordHash: string;
  readonly hashingAlgorithm: HashingAlgorithm;
  /** `administrator`, `monitoring`, `policymaker`, `management`, `impersonator`, or a word of the operator's own. */
  readonly tags: readonly string[];
  readonly limits: UserLimits;
}

/** @throws DomainError `invalid_request` */
export function checkUserName(name: string): void {
  if (name === '') throw new DomainError('invalid_request', 'the name of a user is empty');
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) {
    throw new DomainError('invalid_request', `the name of a user is longer than ${NAME_BYTES_MAX} bytes`);
  }
  if (/\p{Cc}/u.test(name)) throw new DomainError('invalid_request', 'the name of a user has control characters');
}

/** Tags without the space around them, each once. @throws DomainError `invalid_request` */
export function cleanTags(tags: readonly string[]): string[] {
  const clean = [...new Set(tags.map((tag) => tag.trim()))].filter((tag) => tag !== '');
  if (clean.length > TAGS_MAX || clean.some((tag) => Buffer.byteLength(tag) > NAME_BYTES_MAX)) {
    throw new DomainError('invalid_request', `a user has at most ${TAGS_MAX} tags of ${NAME_BYTES_MAX} bytes`);
  }
  return clean;
}

/** Limits after a change; below 0 means no limit. @throws DomainError `invalid_request` */
export function mergeLimits(present: UserLimits, changes: Readonly<Record<string, number>>): UserLimits {
  const merged: Partial<Record<LimitName, number>> = { ...present };
  for (const [name, value] of Object.entries(changes)) {
    const limit = LIMIT_NAMES.find((known) => known === name);
    if (limit === undefined) throw new DomainError('invalid_request', `users have no limit '${name}'`);
    if (!Number.isSafeInteger(value)) throw new DomainError('invalid_request', `limit '${name}' is not an integer`);
    if (value < 0) delete merged[limit];
    else merged[limit] = value;
  }
  return merged;
}
