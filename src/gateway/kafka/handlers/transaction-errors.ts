/** How being fenced is told to clients of each age. */
import { failureOf } from '../errors.ts';
import { ErrorCode } from '../protocol/error-codes.ts';

/**
 * The code of an error of the transaction coordinator.
 * @param knowsFenced PRODUCER_FENCED came late; clients that don't know it act on INVALID_PRODUCER_EPOCH in the same way.
 */
export function transactionCodeOf(error: unknown, knowsFenced: boolean): ErrorCode {
  const { errorCode } = failureOf(error);
  return errorCode === ErrorCode.PRODUCER_FENCED && !knowsFenced ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode;
}
