/**
 * How errors look to an AMQP client: a reply code, a text that starts with the code's name, and the method that failed.
 * Whether the channel or the connection closes follows from the code alone.
 */
import { DecodeError } from '../../base/schema/errors.ts';
import { FrameError, UnknownMethodError } from './protocol/errors.ts';
import { METHODS, type MethodName } from './protocol/methods.ts';
import { closesConnection, ReplyCode, replyCodeName } from './protocol/reply-codes.ts';

/** The method that an error is about. */
export type FailedMethod = MethodName | { readonly classId: number; readonly methodId: number };

const REPLY_TEXT_BYTES_MAX = 255;
const ELLIPSIS = '...';

export class AmqpError extends Error {
  override readonly name = 'AmqpError';
  /** `NOT_FOUND - no queue 'q' in vhost '/'`; cut to what a short string holds, as RabbitMQ does. */
  readonly replyText: string;
  /** Of the method that failed; 0 if none did. */
  readonly classId: number;
  readonly methodId: number;

  constructor(
    readonly code: ReplyCode,
    text: string,
    failed?: FailedMethod,
  ) {
    super(text);
    this.replyText = shortened(`${replyCodeName(code)} - ${text}`);
    const ids = typeof failed === 'string' ? METHODS[failed] : failed;
    this.classId = ids?.classId ?? 0;
    this.methodId = ids?.methodId ?? 0;
  }

  get closesConnection(): boolean {
    return closesConnection(this.code);
  }
}

/** What to answer for an error that bytes of a client caused; undefined for any other. */
export function amqpErrorOf(error: unknown, failed?: FailedMethod): AmqpError | undefined {
  if (error instanceof AmqpError) return error;
  if (error instanceof DecodeError) return new AmqpError(ReplyCode.SYNTAX_ERROR, error.message, failed);
  if (error instanceof FrameError) return new AmqpError(ReplyCode.FRAME_ERROR, error.message);
  if (error instanceof UnknownMethodError) return new AmqpError(ReplyCode.NOT_IMPLEMENTED, error.message, error);
  return undefined;
}

function shortened(text: string): string {
  if (Buffer.byteLength(text) <= REPLY_TEXT_BYTES_MAX) return text;
  // `write` does not cut a character in two.
  const kept = Buffer.alloc(REPLY_TEXT_BYTES_MAX - ELLIPSIS.length);
  return kept.toString('utf8', 0, kept.write(text)) + ELLIPSIS;
}
