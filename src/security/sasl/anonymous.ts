/** ANONYMOUS (RFC 4505): who does not say who it is becomes the user that the operator has named, if any. */
import { DomainError } from '../../base/errors.ts';
import type { Credentials } from '../credentials.ts';
import type { SaslSettings } from '../settings.ts';

/** @throws DomainError `access_refused` if there is no such user */
export function anonymousCredentials({ anonymousUser }: SaslSettings): Credentials {
  if (anonymousUser === undefined) throw new DomainError('access_refused', 'anonymous logins are turned off');
  return { type: 'trusted', username: anonymousUser };
}
