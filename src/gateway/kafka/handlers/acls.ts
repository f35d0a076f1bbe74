/** Nobody is refused anything yet, so there are no ACLs: what a Kafka broker without an authorizer answers. */
import { ErrorCode } from '../protocol/error-codes.ts';

export const NO_AUTHORIZER = { errorCode: ErrorCode.SECURITY_DISABLED, errorMessage: 'No Authorizer is configured.' };
