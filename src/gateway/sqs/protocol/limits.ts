/** Bounds on what one request may hold, so that the work it causes is bounded whatever it says. */

/**
 * A message has at most 1 MiB. Its bytes take more as text: up to three times as many percent-encoded, up to six times as
 * JSON escapes; clients escape what is not ASCII at most.
 */
export const REQUEST_BYTES_MAX = 4 * 1_048_576;

/** Entries of one list or map. The largest that any client needs are tags and attribute names, some dozens. */
export const ENTRIES_MAX = 1000;

export const BATCH_ENTRIES_MAX = 10;

/** Objects, arrays and members of the JSON of one request. */
export const JSON_TOKENS_MAX = 20_000;

/** Parameters of one request of Query: a full batch with ten attributes each has about 400. */
export const FORM_PARAMETERS_MAX = 2000;

/** `SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringListValue.1` has seven. */
export const FORM_NAME_PARTS_MAX = 8;
