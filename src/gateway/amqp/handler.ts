/**
 * What it takes to serve one method of a channel. Handlers do the work at once and give back the reply; the connection writes it,
 * when what the reply promises is durable, and not at all if the client said nowait.
 */
import type { Channel } from './channel.ts';
import type { DecodedMethod, MethodInput, MethodName } from './protocol/methods.ts';

export interface Reply {
  readonly method: MethodName;
  readonly arguments: MethodInput<MethodName>;
  /** What may begin once the reply is written. */
  readonly then?: (() => void) | undefined;
  /** It is about something that does not outlive the node: it promises nothing that must be durable. */
  readonly isVolatile?: boolean;
}

export type Answer = Reply | undefined;

export interface Handler<N extends MethodName> {
  readonly method: N;
  /** `durable`: the reply leaves when everything is durable that was appended until the handler returned, unless it is volatile. */
  readonly waitsFor: 'durable' | 'nothing';
  /** Undefined: there is no reply, or the handler has written it. A promise holds up the connection's further input. */
  handle(request: DecodedMethod<N>, channel: Channel): Answer | Promise<Answer>;
}

export type AnyHandler = Handler<MethodName>;

export function reply<N extends MethodName>(method: N, methodArguments: MethodInput<N>, then?: () => void): Reply {
  return { method, arguments: methodArguments as MethodInput<MethodName>, then };
}

export function volatileIf(isVolatile: boolean, answer: Reply): Reply {
  return isVolatile ? { ...answer, isVolatile } : answer;
}

export function defineHandler<N extends MethodName>(
  method: N,
  waitsFor: Handler<N>['waitsFor'],
  handle: Handler<N>['handle'],
): Handler<N> {
  return { method, waitsFor, handle };
}
