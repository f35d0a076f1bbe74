/**
 * The one closed set of errors that the domain (streams, catalog, coordinators, queues) gives its callers.
 * Each gateway maps every kind to its protocol (`satisfies Record<ErrorKind, …>`), so a new kind does not compile
 * until every protocol answers it. `retriable` tells whether the same request can succeed later unchanged.
 */

const ERROR_KINDS = {
  // requests
  invalid_request: false,
  unsupported_version: false,
  policy_violation: false,
  access_refused: false,
  not_allowed: false,
  not_found: false,
  resource_locked: false,
  precondition_failed: false,
  command_invalid: false,
  not_implemented: false,
  // catalog
  topic_not_found: true,
  topic_exists: false,
  topic_name_invalid: false,
  topic_id_unknown: true,
  partition_count_invalid: false,
  replication_factor_invalid: false,
  replica_assignment_invalid: false,
  config_invalid: false,
  resource_not_found: false,
  // streams
  offset_out_of_range: false,
  record_corrupt: true,
  record_invalid: false,
  record_too_large: false,
  record_batch_too_large: false,
  timestamp_invalid: false,
  compression_unsupported: false,
  leader_epoch_fenced: true,
  leader_epoch_unknown: true,
  // producers and transactions
  sequence_out_of_order: false,
  sequence_duplicate: false,
  producer_epoch_invalid: false,
  producer_id_unknown: false,
  producer_id_mapping_invalid: false,
  producer_fenced: false,
  transaction_state_invalid: false,
  transaction_timeout_invalid: false,
  transaction_concurrent: true,
  transaction_aborted: true,
  transaction_coordinator_fenced: false,
  transactional_id_invalid: false,
  transactional_id_not_found: false,
  // groups
  group_id_invalid: false,
  group_not_found: false,
  group_not_empty: false,
  group_full: false,
  group_protocol_inconsistent: false,
  group_subscribed_to_topic: false,
  generation_illegal: false,
  member_id_unknown: false,
  member_id_required: true,
  member_fenced: false,
  rebalance_in_progress: true,
  session_timeout_invalid: false,
  offset_metadata_too_large: false,
  offset_commit_unstable: true,
  // node
  coordinator_loading: true,
  storage_failed: true,
  request_timed_out: true,
  limit_exceeded: true,
} as const satisfies Record<string, boolean>;

export type ErrorKind = keyof typeof ERROR_KINDS;

export class DomainError extends Error {
  override readonly name = 'DomainError';

  /** @param message says what happened, to which named thing, and what to do. */
  constructor(
    readonly kind: ErrorKind,
    message: string,
  ) {
    super(message);
  }

  get retriable(): boolean {
    return ERROR_KINDS[this.kind];
  }
}
