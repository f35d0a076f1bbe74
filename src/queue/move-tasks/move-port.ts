/** What moving messages needs of the queues. */
import type { LogId } from '../../base/brand.ts';
import type { Message } from '../../message/message.ts';
import type { MessageId } from '../message-id.ts';
import type {
  PollCounts,
  ReceiveAnswer,
  ReceiveOptions,
  RemoveOutcome,
  SendOptions,
  Sent,
  VisibilityOutcome,
  Waiting,
} from '../polling.ts';

/** `Queues`, as far as messages are moved. */
export interface MovePort {
  send(id: LogId, message: Message, options: SendOptions): Sent;
  receive(id: LogId, options: ReceiveOptions, answer: (answer: ReceiveAnswer) => void): Waiting | undefined;
  remove(id: LogId, message: MessageId, receives: number): RemoveOutcome | Promise<RemoveOutcome>;
  changeVisibility(id: LogId, message: MessageId, receives: number, visibilityMs: number): VisibilityOutcome;
  pollCounts(id: LogId): PollCounts;
}
