/**
 * Lets a client in as a user, or refuses. The reason of a refusal is for the log: a client is told only that it was refused, and
 * cannot learn by trying, or by the time it takes, which users there are.
 */
import { DomainError } from '../base/errors.ts';
import type { Credentials } from './credentials.ts';
import { isLoopback } from './loopback.ts';
import { DEFAULT_HASHING_ALGORITHM, verifyPassword } from './password.ts';
import type { User } from './user.ts';

/** Is hashed with as any other, and equals nothing. */
const NOBODY = { passwordHash: '', hashingAlgorithm: DEFAULT_HASHING_ALGORITHM };

/** @throws DomainError `access_refused` */
export function checkLogin(
  user: User | undefined,
  credentials: Credentials,
  remoteAddress: string,
  loopbackUsers: readonly string[],
): User {
  const { username } = credentials;
  if (credentials.type === 'password') {
    const { passwordHash, hashingAlgorithm } = user ?? NOBODY;
    const right = verifyPassword(credentials.password, passwordHash, hashingAlgorithm);
    if (credentials.password.length === 0) throw refused(username, 'logs in without a password, which is not allowed');
    if (!right) throw refused(username, 'does not exist or has another password');
  }
  if (user === undefined) throw refused(username, 'does not exist');
  if (loopbackUsers.includes(username) && !isLoopback(remoteAddress)) {
    throw refused(username, `can only connect via localhost, not from ${remoteAddress}: it is a loopback user`);
  }
  return user;
}

function refused(username: string, why: string): DomainError {
  return new DomainError('access_refused', `user '${username}' ${why}`);
}
