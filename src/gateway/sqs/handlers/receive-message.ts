/**
 * ReceiveMessage: up to ten messages, at once or when there is one within the time that the receiver waits. A receiver who hangs up
 * takes nothing with him. Messages leave when they are durable, those of FIFO queues when all that they rest on is; so while the disk
 * is full only the others give any.
 */
import type { ReceiveAnswer, ReceiveOptions, Waiting } from '../../../queue/polling.ts';
import type { Call } from '../call.ts';
import { checkWritable } from '../disk-space.ts';
import type { Answer } from '../handler.ts';
import { AwsError, invalidParameter } from '../protocol/aws-error.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { shownMessage, type Wanted, wantedOf } from '../received-message.ts';
import {
  checkId,
  checkMaxNumberOfMessages,
  checkReceiveVisibilityTimeout,
  checkWaitTimeSeconds,
  NOT_FOR_THIS_QUEUE,
} from '../rules/parameters.ts';

type Input = InputOf<'ReceiveMessage'>;
type Output = OutputOf<'ReceiveMessage'>;

const MS_PER_SECOND = 1000;
const NOTHING: Output = {};

export function receiveMessage(call: Call, queue: SqsQueue, input: Input): Answer<Output> {
  const options = optionsOf(queue, input);
  if (queue.fifo !== undefined) checkWritable(call.services);
  const wanted = wantedOf(input);
  let answered: ReceiveAnswer | undefined;
  let settle: ((answer: ReceiveAnswer) => void) | undefined;
  const waiting = call.services.queues.receive(queue.id, options, (answer) => {
    answered = answer;
    settle?.(answer);
  });
  if (answered !== undefined) return outputOf(call, queue, answered, wanted);
  if (waiting === undefined) return NOTHING;
  return new Promise((resolve, reject) => {
    const end = watch(call, waiting, () => resolve(NOTHING));
    settle = (answer) => {
      end();
      try {
        resolve(outputOf(call, queue, answer, wanted));
      } catch (error) {
        reject(error);
      }
    };
  });
}

/** Cancels the wait when the client hangs up or the node stops. Returns a function that ends the watch. */
function watch({ caller, services }: Call, waiting: Waiting, cancelled: () => void): () => void {
  const poll = {
    end: () => {
      unwatch();
      waiting.cancel();
      cancelled();
    },
  };
  services.polls.add(poll);
  const forget = caller.onGone(() => poll.end());
  const unwatch = (): void => {
    services.polls.delete(poll);
    forget();
  };
  return unwatch;
}

function optionsOf({ fifo, settings }: SqsQueue, input: Input): ReceiveOptions {
  const { MaxNumberOfMessages: max = 1, VisibilityTimeout, WaitTimeSeconds, ReceiveRequestAttemptId } = input;
  checkMaxNumberOfMessages(max);
  checkReceiveVisibilityTimeout(VisibilityTimeout);
  checkWaitTimeSeconds(WaitTimeSeconds);
  checkId(ReceiveRequestAttemptId, 'ReceiveRequestAttemptId');
  const options = {
    max,
    visibilityMs: (VisibilityTimeout ?? settings.visibilityTimeoutSeconds) * MS_PER_SECOND,
    waitMs: (WaitTimeSeconds ?? settings.receiveWaitTimeSeconds) * MS_PER_SECOND,
  };
  if (ReceiveRequestAttemptId === undefined) return options;
  if (fifo === undefined) {
    throw invalidParameter(ReceiveRequestAttemptId, 'ReceiveRequestAttemptId', NOT_FOR_THIS_QUEUE);
  }
  return { ...options, attemptId: ReceiveRequestAttemptId };
}

function outputOf({ services }: Call, queue: SqsQueue, answer: ReceiveAnswer, wanted: Wanted): Answer<Output> {
  if (answer === 'gone') throw new AwsError('QueueDoesNotExist');
  if (answer === 'full') {
    const text = 'Too many messages of the queue are in flight: delete some of those that were received.';
    throw new AwsError('OverLimit', text);
  }
  if (answer.length === 0) return NOTHING;
  const output = { Messages: answer.map((received) => shownMessage(services, queue, received, wanted)) };
  // The handle of a message that a crash takes would be that of another message then.
  const isCertain = queue.fifo === undefined && answer.every(({ isDurable }) => isDurable);
  return isCertain ? output : services.durable.hold(output);
}
