/**
 * Every error that this service answers with, by the name of its shape in JSON. The table is closed: an operation can name
 * and a handler can throw only what is here. Query knows many of them by another code; clients that speak JSON learn that
 * code from the header `x-amzn-query-error`.
 */

export interface ErrorSpec {
  /** Before the `#` in the `__type` of JSON. */
  readonly namespace: 'com.amazonaws.sqs' | 'com.amazon.coral.service';
  readonly queryCode: string;
  /** For clients of Query, and of JSON with `x-amzn-query-mode: true`. */
  readonly status: number;
  /** For other clients of JSON. */
  readonly jsonStatus: number;
  readonly fault: 'Sender' | 'Receiver';
  /** What is said when nobody knows better. */
  readonly text: string;
  /** The same in Query, where it differs. */
  readonly queryText?: string;
}

const PREFIX = 'AWS.SimpleQueueService.';

/** An error of the service's model. Its 403 and 404 are seen in the modes of Query only. */
function modelled(queryCode: string, status: number, text: string, queryText?: string): ErrorSpec {
  const spec = { namespace: 'com.amazonaws.sqs', queryCode, status, jsonStatus: 400, fault: 'Sender', text } as const;
  return queryText === undefined ? spec : { ...spec, queryText };
}

/** An error of the framework that all such services share. */
function common(queryCode: string, status: number, text: string): ErrorSpec {
  const fault = status >= 500 ? 'Receiver' : 'Sender';
  return { namespace: 'com.amazon.coral.service', queryCode, status, jsonStatus: status, fault, text };
}

export const ERRORS = {
  BatchEntryIdsNotDistinct: modelled(
    `${PREFIX}BatchEntryIdsNotDistinct`,
    400,
    'Two or more batch entries in the request have the same Id.',
  ),
  BatchRequestTooLong: modelled(
    `${PREFIX}BatchRequestTooLong`,
    400,
    'The length of all the messages put together is more than the limit.',
  ),
  EmptyBatchRequest: modelled(`${PREFIX}EmptyBatchRequest`, 400, 'The batch request does not contain any entries.'),
  InvalidAddress: modelled('InvalidAddress', 404, 'The address is not valid for this endpoint.'),
  InvalidAttributeName: modelled('InvalidAttributeName', 400, 'The attribute does not exist.'),
  InvalidAttributeValue: modelled('InvalidAttributeValue', 400, 'The value of a queue attribute is invalid.'),
  InvalidBatchEntryId: modelled(
    `${PREFIX}InvalidBatchEntryId`,
    400,
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  ),
  InvalidIdFormat: modelled('InvalidIdFormat', 404, 'The receipt handle is not valid for the current version.'),
  InvalidMessageContents: modelled(
    'InvalidMessageContents',
    400,
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  ),
  InvalidSecurity: modelled('InvalidSecurity', 403, 'The request was not signed as it must be.'),
  KmsAccessDenied: modelled('KMS.AccessDeniedException', 400, 'The caller may not use the key.'),
  KmsDisabled: modelled('KMS.DisabledException', 400, 'The key is disabled.'),
  KmsInvalidKeyUsage: modelled('KMS.InvalidKeyUsageException', 400, 'The key cannot be used for this.'),
  KmsInvalidState: modelled('KMS.InvalidStateException', 400, 'The state of the key does not allow this.'),
  KmsNotFound: modelled('KMS.NotFoundException', 400, 'The key does not exist.'),
  KmsOptInRequired: modelled('KMS.OptInRequired', 403, 'The key may not be used without opting in.'),
  KmsThrottled: modelled('KMS.ThrottlingException', 400, 'Too many requests use the key.'),
  MessageNotInflight: modelled(`${PREFIX}MessageNotInflight`, 400, 'The message is not in flight.'),
  OverLimit: modelled('OverLimit', 403, 'The action violates a limit.'),
  PurgeQueueInProgress: modelled(
    `${PREFIX}PurgeQueueInProgress`,
    403,
    'Only one PurgeQueue operation is allowed every 60 seconds.',
  ),
  QueueDeletedRecently: modelled(
    `${PREFIX}QueueDeletedRecently`,
    400,
    'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
  ),
  QueueDoesNotExist: modelled(
    `${PREFIX}NonExistentQueue`,
    400,
    'The specified queue does not exist.',
    'The specified queue does not exist for this wsdl version.',
  ),
  QueueNameExists: modelled(
    'QueueAlreadyExists',
    400,
    'A queue already exists with the same name and different attributes.',
  ),
  ReceiptHandleIsInvalid: modelled('ReceiptHandleIsInvalid', 404, 'The input receipt handle is invalid.'),
  RequestThrottled: modelled('RequestThrottled', 403, 'Too many requests; try again later.'),
  ResourceNotFoundException: modelled('ResourceNotFoundException', 404, 'The resource does not exist.'),
  TooManyEntriesInBatchRequest: modelled(
    `${PREFIX}TooManyEntriesInBatchRequest`,
    400,
    'The batch request contains more entries than are allowed.',
  ),
  UnsupportedOperation: modelled(`${PREFIX}UnsupportedOperation`, 400, 'The operation is not supported.'),

  InvalidParameterValueException: common('InvalidParameterValue', 400, 'The value of a parameter is invalid.'),
  MissingRequiredParameterException: common('MissingParameter', 400, 'The request lacks a parameter.'),
  SerializationException: common('MalformedInput', 400, 'The request cannot be understood.'),
  MalformedQueryString: common('MalformedQueryString', 400, 'The parameters of the request are not well formed.'),
  MissingAction: common('MissingAction', 400, 'The request must contain the parameter Action.'),
  UnknownOperationException: common('InvalidAction', 400, 'The action is not valid for this endpoint.'),
  RequestEntityTooLargeException: common('RequestEntityTooLarge', 413, 'The request is too large.'),
  AccessDeniedException: common('AccessDenied', 403, 'Access to the resource is denied.'),
  MissingAuthenticationTokenException: common(
    'MissingAuthenticationToken',
    403,
    'The request must contain either a valid (registered) access key ID or X.509 certificate.',
  ),
  UnrecognizedClientException: common(
    'InvalidClientTokenId',
    403,
    'The security token included in the request is invalid.',
  ),
  InvalidSignatureException: common(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided.',
  ),
  IncompleteSignatureException: common('IncompleteSignature', 400, 'The signature of the request is incomplete.'),
  ServiceUnavailableException: common('ServiceUnavailable', 503, 'The service cannot answer now; try again later.'),
  InternalFailure: common('InternalFailure', 500, 'The request failed because of an internal error.'),
} as const satisfies Record<string, ErrorSpec>;

export type ErrorKind = keyof typeof ERRORS;
