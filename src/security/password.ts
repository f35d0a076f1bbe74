/**
 * Salted password hashes in RabbitMQ's form: base64 of a salt of four bytes and the hash of salt and password. One hash per
 * login, so that thousands of connections can log in at once; MD5 is for accounts that were imported with it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';

const SALT_BYTES = 4;

const DIGESTS = {
  rabbit_password_hashing_sha256: { name: 'sha256', bytes: 32 },
  rabbit_password_hashing_sha512: { name: 'sha512', bytes: 64 },
  rabbit_password_hashing_md5: { name: 'md5', bytes: 16 },
} as const;

export type HashingAlgorithm = keyof typeof DIGESTS;

/** For passwords that are set here. */
export const DEFAULT_HASHING_ALGORITHM: HashingAlgorithm = 'rabbit_password_hashing_sha256';

/** @throws DomainError `invalid_request` */
export function hashingAlgorithmOf(name: string): HashingAlgorithm {
  if (Object.hasOwn(DIGESTS, name)) return name as HashingAlgorithm;
  const known = Object.keys(DIGESTS).join(', ');
  throw new DomainError('invalid_request', `there is no hashing algorithm '${name}'; there are ${known}`);
}

export function hashPassword(
  password: string,
  random: Random,
  algorithm: HashingAlgorithm = DEFAULT_HASHING_ALGORITHM,
): string {
  const salt = random.bytes(SALT_BYTES);
  return Buffer.concat([salt, digest(algorithm, salt, password)]).toString('base64');
}

/** For a hash from elsewhere; the empty one is that of a user without a password. @throws DomainError `invalid_request` */
export function checkPasswordHash(passwordHash: string, algorithm: HashingAlgorithm): void {
  if (passwordHash === '') return;
  const bytes = Buffer.from(passwordHash, 'base64');
  const expected = SALT_BYTES + DIGESTS[algorithm].bytes;
  if (bytes.length !== expected || bytes.toString('base64') !== passwordHash) {
    const text = `a password hash of ${algorithm} is base64 of ${expected} bytes, ${SALT_BYTES} of them salt`;
    throw new DomainError('invalid_request', text);
  }
}

/** Takes the same time wherever the difference is. The empty password is never right. */
export function verifyPassword(password: string | Buffer, passwordHash: string, algorithm: HashingAlgorithm): boolean {
  const stored = Buffer.from(passwordHash, 'base64');
  const salt = stored.subarray(0, SALT_BYTES);
  const hash = stored.subarray(SALT_BYTES);
  const offered = digest(algorithm, salt, password);
  return password.length > 0 && hash.length === offered.length && timingSafeEqual(hash, offered);
}

function digest(algorithm: HashingAlgorithm, salt: Buffer, password: string | Buffer): Buffer {
  return createHash(DIGESTS[algorithm].name).update(salt).update(password).digest();
}
