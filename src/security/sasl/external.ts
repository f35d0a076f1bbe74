/**
 * EXTERNAL (RFC 4422, appendix A): a client is who its TLS certificate says it is, and the response says nothing. Refuses
 * clients without a certificate that was verified, and certificates without the name that counts.
 */
import { DomainError } from '../../base/errors.ts';
import type { Credentials } from '../credentials.ts';
import type { SaslSettings } from '../settings.ts';

/** Of a certificate that was verified, and of no other. */
export interface CertificateNames {
  /** The subject as RFC 4514 writes it; empty if there is none. */
  readonly distinguishedName: string;
  /** Empty if there is none. */
  readonly commonName: string;
}

/** @throws DomainError `access_refused` */
export function externalCredentials(
  certificate: CertificateNames | undefined,
  { certificateName }: SaslSettings,
): Credentials {
  if (certificate === undefined) {
    throw new DomainError('access_refused', 'the connection has no TLS certificate of its client that was verified');
  }
  const username = certificateName === 'common_name' ? certificate.commonName : certificate.distinguishedName;
  if (username === '')
    throw new DomainError('access_refused', `the certificate of the client has no ${certificateName}`);
  return { type: 'trusted', username };
}
