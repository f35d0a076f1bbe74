/** Ranges of the parameters of requests. A parameter that was left out is always right. All throw `AwsError`. */
import { AwsError, invalidParameter } from '../protocol/aws-error.ts';

const DELAY_SECONDS_MAX = 900;
const VISIBILITY_TIMEOUT_MAX = 43_200;
const WAIT_TIME_SECONDS_MAX = 20;
const MESSAGES_MAX = 10;
const MOVED_PER_SECOND_MAX = 500;
const ID = /^[!-~]{1,128}$/;

export const NOT_FOR_THIS_QUEUE = 'The request include parameter that is not valid for this queue type';

export function checkDelaySeconds(value: number | undefined, fifo: boolean): void {
  check(value, 'DelaySeconds', 0, DELAY_SECONDS_MAX, `DelaySeconds must be >= 0 and <= ${DELAY_SECONDS_MAX}`);
  // The delay is that of the queue; saying that there is none is allowed.
  if (fifo && value !== undefined && value !== 0) throw invalidParameter(value, 'DelaySeconds', NOT_FOR_THIS_QUEUE);
}

/** Of ReceiveMessage. */
export function checkReceiveVisibilityTimeout(value: number | undefined): void {
  const reason = `Must be >= 0 and <= ${VISIBILITY_TIMEOUT_MAX}, if provided`;
  check(value, 'VisibilityTimeout', 0, VISIBILITY_TIMEOUT_MAX, reason);
}

/** Of ChangeMessageVisibility and its batch. */
export function checkNewVisibilityTimeout(value: number): void {
  const reason = `VisibilityTimeout must be an integer between 0 and ${VISIBILITY_TIMEOUT_MAX}`;
  check(value, 'VisibilityTimeout', 0, VISIBILITY_TIMEOUT_MAX, reason);
}

export function checkWaitTimeSeconds(value: number | undefined): void {
  const reason = `Must be >= 0 and <= ${WAIT_TIME_SECONDS_MAX}, if provided`;
  check(value, 'WaitTimeSeconds', 0, WAIT_TIME_SECONDS_MAX, reason);
}

export function checkMaxNumberOfMessages(value: number | undefined): void {
  check(value, 'MaxNumberOfMessages', 1, MESSAGES_MAX, `Must be between 1 and ${MESSAGES_MAX}, if provided`);
}

export function checkMaxNumberOfMessagesPerSecond(value: number | undefined): void {
  const reason = `Must be between 1 and ${MOVED_PER_SECOND_MAX}, if provided`;
  check(value, 'MaxNumberOfMessagesPerSecond', 1, MOVED_PER_SECOND_MAX, reason);
}

/** @param max 1000 for lists of queues, 10 for lists of tasks. */
export function checkMaxResults(value: number | undefined, max: number): void {
  if (value === undefined || (value >= 1 && value <= max)) return;
  throw new AwsError(
    'InvalidParameterValueException',
    `Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and ${max}.`,
  );
}

/** Ids that clients choose: of groups, of deduplication, of attempts to receive. */
export function checkId(
  value: string | undefined,
  name: 'MessageGroupId' | 'MessageDeduplicationId' | 'ReceiveRequestAttemptId',
): void {
  if (value === undefined || ID.test(value)) return;
  throw invalidParameter(
    value,
    name,
    `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length`,
  );
}

function check(value: number | undefined, name: string, min: number, max: number, reason: string): void {
  if (value === undefined || (value >= min && value <= max)) return;
  throw invalidParameter(value, name, reason);
}
