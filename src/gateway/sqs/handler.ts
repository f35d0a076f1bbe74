/**
 * How actions are declared. What has a `QueueUrl` is given the queue, and comes only as far as the policy of the queue lets it; the
 * others look for themselves.
 */
import type { Call } from './call.ts';
import type { Action, InputOf, OutputOf } from './protocol/operations.ts';
import type { SqsQueue } from './queue-view.ts';

export type Answer<T> = T | Promise<T>;

export interface Handler<A extends Action> {
  perform(call: Call, input: InputOf<A>): Answer<OutputOf<A>>;
  /** Whether the answer leaves when all that was appended is durable; otherwise the action itself sees to it. */
  readonly isHeld: boolean;
}

type QueueAction = { [A in Action]: InputOf<A> extends { readonly QueueUrl: string } ? A : never }[Action];

export function onQueue<A extends QueueAction>(
  perform: (call: Call, queue: SqsQueue, input: InputOf<A>) => Answer<OutputOf<A>>,
  { isHeld = true }: { readonly isHeld?: boolean } = {},
): Handler<A> {
  return { isHeld, perform: (call, input) => perform(call, call.queueAt(input.QueueUrl), input) };
}

export function onAccount<A extends Exclude<Action, QueueAction>>(
  perform: (call: Call, input: InputOf<A>) => Answer<OutputOf<A>>,
): Handler<A> {
  return { isHeld: true, perform };
}
