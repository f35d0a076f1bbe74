/**
 * How errors look to an AMQP client: a reply code, a text that starts with the code's name, and the method that failed.
 * Whether the channel or the connection closes follows from the code alone.
 */
import { DomainError, type ErrorKind } from '../../base/errors.ts';
import { DecodeError } from '../../base/schema/errors.ts';
import { FrameType } from './protocol/constants.ts';
import { FrameError, UnknownMethodError } from './protocol/errors.ts';
import { getShort } from './protocol/get.ts';
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

  /** The same error of that method, if it does not say yet of which it is. */
  from(failed: FailedMethod | undefined): AmqpError {
    return this.classId === 0 && failed !== undefined ? new AmqpError(this.code, this.message, failed) : this;
  }

  get closesConnection(): boolean {
    return closesConnection(this.code);
  }
}

/** What AMQP clients are told of each kind of error. Kinds that nothing they can ask for gives are errors of ours here. */
const CODES = {
  invalid_request: ReplyCode.PRECONDITION_FAILED,
  unsupported_version: ReplyCode.INTERNAL_ERROR,
  policy_violation: ReplyCode.PRECONDITION_FAILED,
  access_refused: ReplyCode.ACCESS_REFUSED,
  not_allowed: ReplyCode.NOT_ALLOWED,
  not_found: ReplyCode.NOT_FOUND,
  resource_locked: ReplyCode.RESOURCE_LOCKED,
  precondition_failed: ReplyCode.PRECONDITION_FAILED,
  command_invalid: ReplyCode.COMMAND_INVALID,
  not_implemented: ReplyCode.NOT_IMPLEMENTED,
  topic_not_found: ReplyCode.NOT_FOUND,
  topic_exists: ReplyCode.PRECONDITION_FAILED,
  topic_name_invalid: ReplyCode.PRECONDITION_FAILED,
  topic_id_unknown: ReplyCode.NOT_FOUND,
  partition_count_invalid: ReplyCode.PRECONDITION_FAILED,
  replication_factor_invalid: ReplyCode.PRECONDITION_FAILED,
  replica_assignment_invalid: ReplyCode.PRECONDITION_FAILED,
  config_invalid: ReplyCode.PRECONDITION_FAILED,
  resource_not_found: ReplyCode.NOT_FOUND,
  offset_out_of_range: ReplyCode.PRECONDITION_FAILED,
  record_corrupt: ReplyCode.INTERNAL_ERROR,
  record_invalid: ReplyCode.INTERNAL_ERROR,
  record_too_large: ReplyCode.PRECONDITION_FAILED,
  record_batch_too_large: ReplyCode.PRECONDITION_FAILED,
  timestamp_invalid: ReplyCode.INTERNAL_ERROR,
  compression_unsupported: ReplyCode.INTERNAL_ERROR,
  leader_epoch_fenced: ReplyCode.INTERNAL_ERROR,
  leader_epoch_unknown: ReplyCode.INTERNAL_ERROR,
  sequence_out_of_order: ReplyCode.INTERNAL_ERROR,
  sequence_duplicate: ReplyCode.INTERNAL_ERROR,
  producer_epoch_invalid: ReplyCode.INTERNAL_ERROR,
  producer_id_unknown: ReplyCode.INTERNAL_ERROR,
  producer_id_mapping_invalid: ReplyCode.INTERNAL_ERROR,
  producer_fenced: ReplyCode.INTERNAL_ERROR,
  transaction_state_invalid: ReplyCode.INTERNAL_ERROR,
  transaction_timeout_invalid: ReplyCode.INTERNAL_ERROR,
  transaction_concurrent: ReplyCode.INTERNAL_ERROR,
  transaction_aborted: ReplyCode.INTERNAL_ERROR,
  transaction_coordinator_fenced: ReplyCode.INTERNAL_ERROR,
  transactional_id_invalid: ReplyCode.INTERNAL_ERROR,
  transactional_id_not_found: ReplyCode.INTERNAL_ERROR,
  group_id_invalid: ReplyCode.INTERNAL_ERROR,
  group_not_found: ReplyCode.INTERNAL_ERROR,
  group_not_empty: ReplyCode.INTERNAL_ERROR,
  group_full: ReplyCode.INTERNAL_ERROR,
  group_protocol_inconsistent: ReplyCode.INTERNAL_ERROR,
  group_subscribed_to_topic: ReplyCode.INTERNAL_ERROR,
  generation_illegal: ReplyCode.INTERNAL_ERROR,
  member_id_unknown: ReplyCode.INTERNAL_ERROR,
  member_id_required: ReplyCode.INTERNAL_ERROR,
  member_fenced: ReplyCode.INTERNAL_ERROR,
  rebalance_in_progress: ReplyCode.INTERNAL_ERROR,
  session_timeout_invalid: ReplyCode.INTERNAL_ERROR,
  offset_metadata_too_large: ReplyCode.INTERNAL_ERROR,
  offset_commit_unstable: ReplyCode.INTERNAL_ERROR,
  coordinator_loading: ReplyCode.INTERNAL_ERROR,
  storage_failed: ReplyCode.RESOURCE_ERROR,
  request_timed_out: ReplyCode.RESOURCE_ERROR,
  limit_exceeded: ReplyCode.PRECONDITION_FAILED,
} as const satisfies Record<ErrorKind, ReplyCode>;

/** What to answer for an error that a client caused; undefined for any other. */
export function amqpErrorOf(error: unknown, failed?: FailedMethod): AmqpError | undefined {
  if (error instanceof AmqpError) return error.from(failed);
  if (error instanceof DomainError) return new AmqpError(CODES[error.kind], error.message, failed);
  if (error instanceof DecodeError) return new AmqpError(ReplyCode.FRAME_ERROR, error.message, failed);
  if (error instanceof FrameError) return new AmqpError(ReplyCode.FRAME_ERROR, error.message);
  if (error instanceof UnknownMethodError) return new AmqpError(ReplyCode.NOT_IMPLEMENTED, error.message, error);
  return undefined;
}

const METHOD_ID_BYTES = 4;

/** The method that a frame would be if it could be decoded. */
export function methodOfFrame(type: number, bytes: Buffer, start: number, end: number): FailedMethod | undefined {
  if (type !== FrameType.METHOD || end - start < METHOD_ID_BYTES) return undefined;
  return { classId: getShort(bytes, start), methodId: getShort(bytes, start + 2) };
}

function shortened(text: string): string {
  if (Buffer.byteLength(text) <= REPLY_TEXT_BYTES_MAX) return text;
  // `write` does not cut a character in two.
  const kept = Buffer.alloc(REPLY_TEXT_BYTES_MAX - ELLIPSIS.length);
  return kept.toString('utf8', 0, kept.write(text)) + ELLIPSIS;
}
