/**
 * AMQPLAIN, of AMQP alone: a field table without its length that names LOGIN and PASSWORD. The table is read by the caller,
 * who knows AMQP.
 */
import { DomainError } from '../../base/errors.ts';
import type { Credentials } from '../credentials.ts';

/**
 * @param login the string under LOGIN, undefined if there is none
 * @param password the string, or binary, under PASSWORD
 * @throws DomainError `invalid_request` if either is missing
 */
export function amqplainCredentials(login: string | undefined, password: string | Buffer | undefined): Credentials {
  if (login === undefined || password === undefined) {
    throw new DomainError('invalid_request', 'AMQPLAIN response invalid: it lacks LOGIN or PASSWORD as a string');
  }
  return { type: 'password', username: login, password };
}
