/** What becomes of a user, new or not, that somebody describes: the meaning of `PUT /api/users/{name}`. */
import { DomainError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { checkPasswordHash, DEFAULT_HASHING_ALGORITHM, hashingAlgorithmOf, hashPassword } from './password.ts';
import { checkUserName, cleanTags, mergeLimits, type User } from './user.ts';

/** Without a password and without a hash of one, nobody can log in with a password afterwards. */
export interface UserChange {
  readonly password?: string | undefined;
  /** As in exported definitions; not together with `password`. */
  readonly passwordHash?: string | undefined;
  /** Of `passwordHash`. */
  readonly hashingAlgorithm?: string | undefined;
  readonly tags: readonly string[];
  /** Those that are named change; below 0 means no limit. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** @throws DomainError `invalid_request` */
export function changedUser(name: string, present: User | undefined, change: UserChange, random: Random): User {
  checkUserName(name);
  const tags = cleanTags(change.tags);
  const limits = mergeLimits(present?.limits ?? {}, change.limits ?? {});
  return { name, ...passwordOf(name, change, random), tags, limits };
}

function passwordOf(
  name: string,
  { password, passwordHash = '', hashingAlgorithm = DEFAULT_HASHING_ALGORITHM }: UserChange,
  random: Random,
): Pick<User, 'passwordHash' | 'hashingAlgorithm'> {
  const algorithm = hashingAlgorithmOf(hashingAlgorithm);
  if (password === undefined) {
    checkPasswordHash(passwordHash, algorithm);
    return { passwordHash, hashingAlgorithm: algorithm };
  }
  if (passwordHash !== '') {
    throw new DomainError('invalid_request', `user '${name}' is given both a password and the hash of one`);
  }
  const hash = password === '' ? '' : hashPassword(password, random);
  return { passwordHash: hash, hashingAlgorithm: DEFAULT_HASHING_ALGORITHM };
}
