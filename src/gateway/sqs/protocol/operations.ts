/** Every operation of the service by its name: the only source of what is served, in both protocols. */
import type { InputOf as InputOfOperation, OutputOf as OutputOfOperation } from './operation.ts';
import { MESSAGE_MOVE_OPERATIONS } from './operations/message-moves.ts';
import { MESSAGE_OPERATIONS } from './operations/messages.ts';
import { QUEUE_OPERATIONS } from './operations/queues.ts';

export const OPERATIONS = { ...MESSAGE_OPERATIONS, ...QUEUE_OPERATIONS, ...MESSAGE_MOVE_OPERATIONS } as const;

export type Action = keyof typeof OPERATIONS;

/** What decoding a request gives: absent members are there and undefined. */
export type InputOf<A extends Action> = InputOfOperation<(typeof OPERATIONS)[A]>;
/** What encoding a result takes. */
export type OutputOf<A extends Action> = OutputOfOperation<(typeof OPERATIONS)[A]>;

/** A decoded request: `switch (request.action)` narrows its input. */
export type SqsRequest<A extends Action = Action> = {
  [K in A]: { readonly action: K; readonly input: InputOf<K> };
}[A];

const ACTIONS: ReadonlySet<string> = new Set(Object.keys(OPERATIONS));

export function isAction(name: string): name is Action {
  return ACTIONS.has(name);
}
