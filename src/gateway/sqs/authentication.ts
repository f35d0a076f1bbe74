/** What a client is told whose signature was not accepted, or who may not do what it asked for. */
import type { SigV4Failure } from '../../security/sigv4/sigv4-error.ts';
import { SigV4Error } from '../../security/sigv4/sigv4-error.ts';
import { AwsError } from './protocol/aws-error.ts';
import type { ErrorKind } from './protocol/errors.ts';

const KINDS = {
  missing: 'MissingAuthenticationTokenException',
  incomplete: 'IncompleteSignatureException',
  unknown_access_key: 'UnrecognizedClientException',
  mismatch: 'InvalidSignatureException',
} as const satisfies Record<SigV4Failure, ErrorKind>;

/** Any other error passes through. */
export function authenticationError(error: unknown): AwsError {
  if (error instanceof SigV4Error) return new AwsError(KINDS[error.failure], error.message);
  throw error;
}

export function accessDenied(resource: string): AwsError {
  return new AwsError('AccessDeniedException', `Access to the resource ${resource} is denied.`);
}
