/** How domain errors look to a Kafka client. A new kind of error doesn't compile until it has a code here. */
import { DomainError, type ErrorKind } from '../../base/errors.ts';
import { ErrorCode } from './protocol/error-codes.ts';

const CODES = {
  invalid_request: ErrorCode.INVALID_REQUEST,
  unsupported_version: ErrorCode.UNSUPPORTED_VERSION,
  policy_violation: ErrorCode.POLICY_VIOLATION,
  access_refused: ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
  not_allowed: ErrorCode.POLICY_VIOLATION,
  not_found: ErrorCode.RESOURCE_NOT_FOUND,
  resource_locked: ErrorCode.INVALID_REQUEST,
  precondition_failed: ErrorCode.INVALID_REQUEST,
  command_invalid: ErrorCode.INVALID_REQUEST,
  not_implemented: ErrorCode.UNSUPPORTED_VERSION,
  topic_not_found: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  topic_exists: ErrorCode.TOPIC_ALREADY_EXISTS,
  topic_name_invalid: ErrorCode.INVALID_TOPIC_EXCEPTION,
  topic_id_unknown: ErrorCode.UNKNOWN_TOPIC_ID,
  partition_count_invalid: ErrorCode.INVALID_PARTITIONS,
  replication_factor_invalid: ErrorCode.INVALID_REPLICATION_FACTOR,
  replica_assignment_invalid: ErrorCode.INVALID_REPLICA_ASSIGNMENT,
  config_invalid: ErrorCode.INVALID_CONFIG,
  resource_not_found: ErrorCode.RESOURCE_NOT_FOUND,
  offset_out_of_range: ErrorCode.OFFSET_OUT_OF_RANGE,
  record_corrupt: ErrorCode.CORRUPT_MESSAGE,
  record_invalid: ErrorCode.INVALID_RECORD,
  record_too_large: ErrorCode.MESSAGE_TOO_LARGE,
  record_batch_too_large: ErrorCode.RECORD_LIST_TOO_LARGE,
  timestamp_invalid: ErrorCode.INVALID_TIMESTAMP,
  compression_unsupported: ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
  leader_epoch_fenced: ErrorCode.FENCED_LEADER_EPOCH,
  leader_epoch_unknown: ErrorCode.UNKNOWN_LEADER_EPOCH,
  sequence_out_of_order: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  sequence_duplicate: ErrorCode.DUPLICATE_SEQUENCE_NUMBER,
  producer_epoch_invalid: ErrorCode.INVALID_PRODUCER_EPOCH,
  producer_id_unknown: ErrorCode.UNKNOWN_PRODUCER_ID,
  producer_id_mapping_invalid: ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  producer_fenced: ErrorCode.PRODUCER_FENCED,
  transaction_state_invalid: ErrorCode.INVALID_TXN_STATE,
  transaction_timeout_invalid: ErrorCode.INVALID_TRANSACTION_TIMEOUT,
  transaction_concurrent: ErrorCode.CONCURRENT_TRANSACTIONS,
  transaction_aborted: ErrorCode.TRANSACTION_ABORTABLE,
  transaction_coordinator_fenced: ErrorCode.TRANSACTION_COORDINATOR_FENCED,
  transactional_id_invalid: ErrorCode.INVALID_REQUEST,
  transactional_id_not_found: ErrorCode.TRANSACTIONAL_ID_NOT_FOUND,
  group_id_invalid: ErrorCode.INVALID_GROUP_ID,
  group_not_found: ErrorCode.GROUP_ID_NOT_FOUND,
  group_not_empty: ErrorCode.NON_EMPTY_GROUP,
  group_full: ErrorCode.GROUP_MAX_SIZE_REACHED,
  group_protocol_inconsistent: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  group_subscribed_to_topic: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
  generation_illegal: ErrorCode.ILLEGAL_GENERATION,
  member_id_unknown: ErrorCode.UNKNOWN_MEMBER_ID,
  member_id_required: ErrorCode.MEMBER_ID_REQUIRED,
  member_fenced: ErrorCode.FENCED_INSTANCE_ID,
  rebalance_in_progress: ErrorCode.REBALANCE_IN_PROGRESS,
  session_timeout_invalid: ErrorCode.INVALID_SESSION_TIMEOUT,
  offset_metadata_too_large: ErrorCode.OFFSET_METADATA_TOO_LARGE,
  offset_commit_unstable: ErrorCode.UNSTABLE_OFFSET_COMMIT,
  coordinator_loading: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  storage_failed: ErrorCode.KAFKA_STORAGE_ERROR,
  request_timed_out: ErrorCode.REQUEST_TIMED_OUT,
  limit_exceeded: ErrorCode.POLICY_VIOLATION,
} as const satisfies Record<ErrorKind, ErrorCode>;

export function codeOf(kind: ErrorKind | undefined): ErrorCode {
  return kind === undefined ? ErrorCode.NONE : CODES[kind];
}

export interface Failure {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
}

/** What to answer for an error that an operation threw. What isn't a domain error is our own bug and passes through. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DomainError) return { errorCode: CODES[error.kind], errorMessage: error.message };
  throw error;
}
