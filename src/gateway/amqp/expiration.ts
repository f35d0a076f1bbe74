/** The expiration property: milliseconds, written as a decimal number (https://www.rabbitmq.com/docs/ttl#per-message-ttl-in-publishers). */
import { AmqpError } from './errors.ts';
import { ReplyCode } from './protocol/reply-codes.ts';

/** Ten years, as for queues. */
const EXPIRATION_MS_MAX = 315_360_000_000;

/** @throws AmqpError with RabbitMQ's words for what is wrong */
export function parseExpiration(expiration: string): number {
  const match = /^([+-]?\d+)(.*)$/s.exec(expiration);
  if (match === null) throw invalid(expiration, 'no_integer');
  const [, digits = '', rest = ''] = match;
  if (rest !== '') throw invalid(expiration, `{leftover_string,"${rest}"}`);
  const value = Number(digits);
  if (value < 0) throw invalid(expiration, `{value_negative,${digits}}`);
  if (value > EXPIRATION_MS_MAX) throw invalid(expiration, `{value_too_large,${digits.replace('+', '')}}`);
  return value;
}

function invalid(expiration: string, why: string): AmqpError {
  return new AmqpError(ReplyCode.PRECONDITION_FAILED, `invalid expiration '${expiration}': ${why}`);
}
