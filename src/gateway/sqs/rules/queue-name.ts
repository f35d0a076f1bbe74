/** The rules for names of queues that are created here. Queues that others created may have other names. */
import { AwsError } from '../protocol/aws-error.ts';

const FIFO_SUFFIX = '.fifo';
const NAME_CHARS_MAX = 80;
const NAME = /^[a-zA-Z0-9_-]+$/;

export function isFifoName(name: string): boolean {
  return name.endsWith(FIFO_SUFFIX);
}

export function isLegalQueueName(name: string, fifo: boolean): boolean {
  const stem = fifo ? name.slice(0, -FIFO_SUFFIX.length) : name;
  return NAME.test(stem) && name.length <= NAME_CHARS_MAX && (!fifo || isFifoName(name));
}

/** Throws `AwsError`. The suffix counts, and is for queues with `FifoQueue` alone. */
export function checkQueueName(name: string, fifo: boolean): void {
  if (name === '') {
    throw invalidName('Value for parameter QueueName is invalid. Reason: Must specify a queue name.');
  }
  if (isLegalQueueName(name, fifo)) return;
  throw invalidName(
    fifo
      ? 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.'
      : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  );
}

function invalidName(text: string): AwsError {
  return new AwsError('InvalidParameterValueException', text);
}
