/**
 * ReceiveMessage: up to ten messages, at once or when there is one within the time that the receiver waits. A receiver who hangs up
 * takes nothing with him, neither while he waits for messages nor while they wait for the disk: what has been handed to his
 * connection counts as received, whether it reaches him or not. Messages leave when they are durable, those of FIFO queues when
 * all that they rest on is; so while the disk is full only the others give any.
 */
import type { ReceiveAnswer, Received, ReceiveOptions, Waiting } from '../../../queue/polling.ts';
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
  const output = (answer: ReceiveAnswer) => outputOf({ call, queue, options, wanted }, answer);
  if (answered !== undefined) return output(answered);
  if (waiting === undefined) return NOTHING;
  return new Promise((resolve, reject) => {
    const end = watch(call, waiting, () => resolve(NOTHING));
    settle = (answer) => {
      end();
      try {
        resolve(output(answer));
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

interface Receive {
  readonly call: Call;
  readonly queue: SqsQueue;
  readonly options: ReceiveOptions;
  readonly wanted: Wanted;
}

function outputOf(receive: Receive, answer: ReceiveAnswer): Answer<Output> {
  const { queue, wanted } = receive;
  const { services } = receive.call;
  if (answer === 'gone') throw new AwsError('QueueDoesNotExist');
  if (answer === 'full') {
    const text = 'Too many messages of the queue are in flight: delete some of those that were received.';
    throw new AwsError('OverLimit', text);
  }
  if (answer.length === 0) return NOTHING;
  const output = { Messages: answer.map((received) => shownMessage(services, queue, received, wanted)) };
  // The handle of a message that a crash takes would be that of another message then.
  const isCertain = queue.fifo === undefined && answer.every(({ isDurable }) => isDurable);
  return isCertain ? output : held(receive, answer, output);
}

/** Who hangs up before it leaves has received nothing; the same if it can't leave, because the disk is full. */
function held({ call, queue, options }: Receive, received: readonly Received[], output: Output): Answer<Output> {
  const { caller, services } = call;
  let isHeld = true;
  const giveBack = (): void => {
    if (isHeld) services.queues.giveBack(queue.id, received, options);
    isHeld = false;
  };
  const answer = services.durable.hold(output, giveBack);
  if (!(answer instanceof Promise)) return answer;
  const forget = caller.onGone(giveBack);
  return answer.finally(forget);
}
