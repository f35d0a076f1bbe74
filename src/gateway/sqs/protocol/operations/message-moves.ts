/** Operations that move the messages of a dead-letter queue back. */
import { ANY_OPERATION, operation } from '../operation.ts';
import { integer, list, long, required, string, structure } from '../shape.ts';

const MOVE_ERRORS = [...ANY_OPERATION, 'ResourceNotFoundException'] as const;

export const MESSAGE_MOVE_OPERATIONS = {
  StartMessageMoveTask: operation({
    input: { SourceArn: required(string()), DestinationArn: string(), MaxNumberOfMessagesPerSecond: integer() },
    output: { TaskHandle: string() },
    errors: MOVE_ERRORS,
  }),

  CancelMessageMoveTask: operation({
    input: { TaskHandle: required(string()) },
    output: { ApproximateNumberOfMessagesMoved: long() },
    errors: MOVE_ERRORS,
  }),

  ListMessageMoveTasks: operation({
    input: { SourceArn: required(string()), MaxResults: integer() },
    output: {
      Results: list(
        'ListMessageMoveTasksResultEntry',
        structure({
          TaskHandle: string(),
          Status: string(),
          SourceArn: string(),
          DestinationArn: string(),
          MaxNumberOfMessagesPerSecond: integer(),
          ApproximateNumberOfMessagesMoved: long(),
          ApproximateNumberOfMessagesToMove: long(),
          FailureReason: string(),
          StartedTimestamp: long(),
        }),
      ),
    },
    errors: MOVE_ERRORS,
  }),
} as const;
