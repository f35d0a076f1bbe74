/** How what the domain refuses is said in SQS. Every kind of domain error has its place here. */
import { DomainError, type ErrorKind as DomainErrorKind } from '../../base/errors.ts';
import { AwsError } from './protocol/aws-error.ts';
import type { ErrorKind } from './protocol/errors.ts';

const KINDS = {
  invalid_request: 'InvalidParameterValueException',
  unsupported_version: 'UnsupportedOperation',
  policy_violation: 'InvalidParameterValueException',
  access_refused: 'AccessDeniedException',
  not_allowed: 'UnsupportedOperation',
  not_found: 'QueueDoesNotExist',
  resource_locked: 'UnsupportedOperation',
  precondition_failed: 'UnsupportedOperation',
  command_invalid: 'UnsupportedOperation',
  not_implemented: 'UnsupportedOperation',
  topic_not_found: 'ResourceNotFoundException',
  topic_exists: 'InvalidParameterValueException',
  topic_name_invalid: 'InvalidParameterValueException',
  topic_id_unknown: 'ResourceNotFoundException',
  partition_count_invalid: 'InvalidParameterValueException',
  replication_factor_invalid: 'InvalidParameterValueException',
  replica_assignment_invalid: 'InvalidParameterValueException',
  config_invalid: 'InvalidParameterValueException',
  resource_not_found: 'ResourceNotFoundException',
  offset_out_of_range: 'InvalidParameterValueException',
  record_corrupt: 'InvalidParameterValueException',
  record_invalid: 'InvalidParameterValueException',
  record_too_large: 'InvalidParameterValueException',
  record_batch_too_large: 'InvalidParameterValueException',
  timestamp_invalid: 'InvalidParameterValueException',
  compression_unsupported: 'InvalidParameterValueException',
  leader_epoch_fenced: 'ServiceUnavailableException',
  leader_epoch_unknown: 'ServiceUnavailableException',
  sequence_out_of_order: 'InvalidParameterValueException',
  sequence_duplicate: 'InvalidParameterValueException',
  producer_epoch_invalid: 'InvalidParameterValueException',
  producer_id_unknown: 'InvalidParameterValueException',
  producer_id_mapping_invalid: 'InvalidParameterValueException',
  producer_fenced: 'InvalidParameterValueException',
  transaction_state_invalid: 'InvalidParameterValueException',
  transaction_timeout_invalid: 'InvalidParameterValueException',
  transaction_concurrent: 'ServiceUnavailableException',
  transaction_aborted: 'InvalidParameterValueException',
  transaction_coordinator_fenced: 'ServiceUnavailableException',
  transactional_id_invalid: 'InvalidParameterValueException',
  transactional_id_not_found: 'ResourceNotFoundException',
  group_id_invalid: 'InvalidParameterValueException',
  group_not_found: 'ResourceNotFoundException',
  group_not_empty: 'InvalidParameterValueException',
  group_full: 'InvalidParameterValueException',
  group_protocol_inconsistent: 'InvalidParameterValueException',
  group_subscribed_to_topic: 'InvalidParameterValueException',
  generation_illegal: 'InvalidParameterValueException',
  member_id_unknown: 'InvalidParameterValueException',
  member_id_required: 'InvalidParameterValueException',
  member_fenced: 'InvalidParameterValueException',
  rebalance_in_progress: 'ServiceUnavailableException',
  session_timeout_invalid: 'InvalidParameterValueException',
  offset_metadata_too_large: 'InvalidParameterValueException',
  offset_commit_unstable: 'ServiceUnavailableException',
  coordinator_loading: 'ServiceUnavailableException',
  storage_failed: 'ServiceUnavailableException',
  request_timed_out: 'ServiceUnavailableException',
  limit_exceeded: 'OverLimit',
} as const satisfies Record<DomainErrorKind, ErrorKind>;

/** Any other error passes through: it is a failure of ours. */
export function awsErrorOf(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  const kind = KINDS[error.kind];
  // A queue that is gone is said to be so in the words that clients know.
  return kind === 'QueueDoesNotExist' ? new AwsError(kind) : new AwsError(kind, error.message);
}
