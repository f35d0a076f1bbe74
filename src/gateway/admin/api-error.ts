/**
 * What a request is refused with, in the words of RabbitMQ's API: a status and `{"error": …, "reason": …}`. Every kind of domain
 * error has its place here.
 */
import type { ErrorKind } from '../../base/errors.ts';
import { DomainError } from '../../base/errors.ts';

export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly error: string,
    readonly reason: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(reason);
  }
}

export function badRequest(reason: string): ApiError {
  return new ApiError(400, 'bad_request', reason);
}

/** The user is known, but may not do this. RabbitMQ answers 401 here too. */
export function notAuthorised(reason: string): ApiError {
  return new ApiError(401, 'not_authorised', reason);
}

/** What the address names does not exist. */
export function objectNotFound(): ApiError {
  return new ApiError(404, 'Object Not Found', 'Not Found');
}

type Place = 'not_authorised' | 'not_found' | 'bad_request' | 'unavailable';

const PLACES = {
  invalid_request: 'bad_request',
  unsupported_version: 'bad_request',
  policy_violation: 'bad_request',
  access_refused: 'not_authorised',
  not_allowed: 'not_authorised',
  not_found: 'not_found',
  resource_locked: 'bad_request',
  precondition_failed: 'bad_request',
  command_invalid: 'bad_request',
  not_implemented: 'bad_request',
  topic_not_found: 'not_found',
  topic_exists: 'bad_request',
  topic_name_invalid: 'bad_request',
  topic_id_unknown: 'not_found',
  partition_count_invalid: 'bad_request',
  replication_factor_invalid: 'bad_request',
  replica_assignment_invalid: 'bad_request',
  config_invalid: 'bad_request',
  resource_not_found: 'not_found',
  offset_out_of_range: 'bad_request',
  record_corrupt: 'bad_request',
  record_invalid: 'bad_request',
  record_too_large: 'bad_request',
  record_batch_too_large: 'bad_request',
  timestamp_invalid: 'bad_request',
  compression_unsupported: 'bad_request',
  leader_epoch_fenced: 'unavailable',
  leader_epoch_unknown: 'unavailable',
  sequence_out_of_order: 'bad_request',
  sequence_duplicate: 'bad_request',
  producer_epoch_invalid: 'bad_request',
  producer_id_unknown: 'bad_request',
  producer_id_mapping_invalid: 'bad_request',
  producer_fenced: 'bad_request',
  transaction_state_invalid: 'bad_request',
  transaction_timeout_invalid: 'bad_request',
  transaction_concurrent: 'unavailable',
  transaction_aborted: 'bad_request',
  transaction_coordinator_fenced: 'unavailable',
  transactional_id_invalid: 'bad_request',
  transactional_id_not_found: 'not_found',
  group_id_invalid: 'bad_request',
  group_not_found: 'not_found',
  group_not_empty: 'bad_request',
  group_full: 'bad_request',
  group_protocol_inconsistent: 'bad_request',
  group_subscribed_to_topic: 'bad_request',
  generation_illegal: 'bad_request',
  member_id_unknown: 'bad_request',
  member_id_required: 'bad_request',
  member_fenced: 'bad_request',
  rebalance_in_progress: 'unavailable',
  session_timeout_invalid: 'bad_request',
  offset_metadata_too_large: 'bad_request',
  offset_commit_unstable: 'unavailable',
  coordinator_loading: 'unavailable',
  storage_failed: 'unavailable',
  request_timed_out: 'unavailable',
  limit_exceeded: 'bad_request',
} as const satisfies Record<ErrorKind, Place>;

const STATUS: Readonly<Record<Place, number>> = {
  bad_request: 400,
  not_authorised: 401,
  not_found: 404,
  unavailable: 503,
};

/** Undefined for what is no refusal but a failure of ours. */
export function apiErrorOf(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (!(error instanceof DomainError)) return undefined;
  const place = PLACES[error.kind];
  return new ApiError(STATUS[place], place === 'unavailable' ? 'service_unavailable' : place, error.message);
}
