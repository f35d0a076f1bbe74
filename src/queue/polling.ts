/**
 * What those ask of a queue who poll for messages, and have each for a while and not for as long as they are connected: the
 * commands of SQS, as `Queues` takes them. Changes survive a crash once the durable watermark has passed what is appended after the call.
 */
import type { MessageId } from './message-id.ts';
import type { StoredMessage } from './stored-message.ts';

export interface SendOptions {
  /** The message can not be received before. */
  readonly delayMs: number;
  /** Of FIFO queues: messages with the same id within five minutes are one. With the group's id in it where the scope is the group. */
  readonly deduplicationKey?: string;
  /** The message's id for its users, which a duplicate answers again. */
  readonly publicId: string;
}

export interface Sent {
  readonly id: MessageId;
  /** Of the first one if this is a duplicate. */
  readonly publicId: string;
  /** Rises with every message of the queue; a duplicate has that of the first one. */
  readonly sequence: number;
}

export interface ReceiveOptions {
  /** At least 1. */
  readonly max: number;
  readonly visibilityMs: number;
  /** How long to wait for the first message if there is none; 0: not at all. */
  readonly waitMs: number;
  /** Of FIFO queues: receiving again with the same id answers the same messages, unless something happened to them. */
  readonly attemptId?: string;
}

export interface Received {
  readonly id: MessageId;
  readonly message: StoredMessage;
  /** How often it was received, this time included. */
  readonly receives: number;
  /** Wall clock, milliseconds. After a restart it may be that of a later time. */
  readonly firstReceivedAtMs: number;
  /** The same, of this time; no two receives of a message have the same unless it was given back in between. */
  readonly receivedAtMs: number;
  /** An earlier receive with the same attempt id has got it as well, and may have told its receiver. */
  readonly isAgain: boolean;
  readonly sequence: number;
  /** Otherwise a crash may still take it, and give its id to another message. */
  readonly isDurable: boolean;
}

/**
 * `full`: more are in flight than may be (of queues that are not FIFO; those who wait go on doing so), or the queue is gone, as
 * `gone` says. Otherwise the messages, of which there may be none.
 */
export type ReceiveAnswer = readonly Received[] | 'full' | 'gone';

/** A receiver who waits. */
export interface Waiting {
  readonly isGone: boolean;
  /** The receiver gets nothing, and `answer` is not called any more. Does nothing once it is answered. */
  cancel(): void;
}

/** `expired`: of FIFO queues, the message can be received by others again. `gone`: it was deleted before, or never was. */
export type RemoveOutcome = 'removed' | 'expired' | 'gone';

/**
 * `expired`: it was received by nobody or by somebody else since; nothing has changed. `gone`: it was deleted. `too_long`: it would be
 * out of reach for longer than `HELD_MS_MAX`; nothing has changed.
 */
export type VisibilityOutcome = 'changed' | 'expired' | 'gone' | 'too_long';

/** How long one receiver can have a message in all, from the receive on. */
export const HELD_MS_MAX = 12 * 60 * 60 * 1000;

export interface PollCounts {
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
}
