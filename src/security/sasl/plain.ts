/**
 * PLAIN (RFC 4616): NUL, name, NUL, password. As RabbitMQ, refuses to log somebody in as somebody else, for which the
 * mechanism has a field before the first NUL.
 */
import { isUtf8 } from 'node:buffer';
import { DomainError } from '../../base/errors.ts';
import type { Credentials } from '../credentials.ts';

/** The password stays a slice of the response. @throws DomainError `invalid_request` for a response that is malformed */
export function plainCredentials(response: Buffer): Credentials {
  const nameEnd = response.indexOf(0, 1);
  if (response[0] !== 0 || nameEnd === -1 || response.indexOf(0, nameEnd + 1) !== -1) {
    throw new DomainError('invalid_request', 'PLAIN response invalid: it must be NUL, name, NUL, password');
  }
  const name = response.subarray(1, nameEnd);
  if (!isUtf8(name)) throw new DomainError('invalid_request', 'PLAIN response invalid: the name is not UTF-8');
  return { type: 'password', username: name.toString(), password: response.subarray(nameEnd + 1) };
}
