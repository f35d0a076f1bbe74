/**
 * The actions of SQS over the node's queues: decoded requests come in, results go out, or `AwsError`. An answer settles when it
 * may leave, which is when everything that the request did is durable.
 */
import type { Action, OutputOf, SqsRequest } from './protocol/operations.ts';
import type { SqsCaller } from './sqs-caller.ts';

export class SqsService {
  /** Throws or rejects with `AwsError`. */
  perform<A extends Action>(request: SqsRequest<A>, caller: SqsCaller): OutputOf<A> | Promise<OutputOf<A>> {
    throw new Error(`not there yet: ${request.action} from ${caller.origin}`);
  }

  /** Before the node stops: receivers who wait are answered, and what comes now is refused. */
  freeze(): void {}

  /** After the node has stopped: those who wait for the disk are told that nothing is certain. */
  stop(): void {}
}
