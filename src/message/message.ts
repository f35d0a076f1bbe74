/**
 * The neutral message: what exchanges route and queues hold. Property bytes stay as their origin protocol sent them and are
 * read only by whoever must know them.
 */

/** Whose form the property bytes have. */
export type MessageOrigin = 'amqp' | 'sqs' | 'kafka';

export interface Message {
  readonly origin: MessageOrigin;
  /** Where it was published to; '' is the default exchange. */
  readonly exchange: string;
  readonly routingKey: string;
  /** Of AMQP: the property flags and the property list of the content header, after the body size. */
  readonly properties: Buffer;
  readonly body: Buffer;
  /** The body is there during the call that hands the message over only: whoever keeps it copies it (`keptMessage`). */
  readonly isLent?: boolean;
  /** Survives a restart in a durable queue (AMQP delivery mode 2). */
  readonly persistent: boolean;
  /** 0 to 255; 0 when the message does not say. */
  readonly priority: number;
  /** How long it may wait in a queue, from the time it got there, in milliseconds; undefined: as the queue says. */
  readonly ttlMs: number | undefined;
  /** When it came, if it is in a queue: wall clock, milliseconds since the Unix epoch. */
  readonly enqueuedAtMs?: number;
}

/** The message, with a body that stays. */
export function keptMessage(message: Message): Message {
  return message.isLent === true ? { ...message, body: Buffer.from(message.body), isLent: false } : message;
}
