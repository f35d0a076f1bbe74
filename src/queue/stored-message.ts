/**
 * A message in a queue: the neutral message and when it came and goes. One object may be in several queues. Nothing of it
 * changes but where its body is.
 */
import type { Message, MessageOrigin } from '../message/message.ts';
import type { KeptBytes } from './kept-bytes.ts';

/** What a message costs in memory besides its bytes, about. */
export const OVERHEAD_BYTES = 160;

export class StoredMessage implements Message {
  constructor(
    readonly origin: MessageOrigin,
    readonly exchange: string,
    readonly routingKey: string,
    readonly properties: Buffer,
    public body: Buffer,
    public isLent: boolean,
    readonly persistent: boolean,
    readonly priority: number,
    readonly ttlMs: number | undefined,
    /** Wall clock, milliseconds since the Unix epoch. */
    readonly enqueuedAtMs: number,
    /** Wall clock; infinity: it does not expire. */
    readonly expiresAtMs: number,
  ) {}

  /** It outlives the call that brought it: a body that does not is copied into `memory`. */
  keep(memory: KeptBytes): void {
    if (!this.isLent) return;
    this.body = memory.keep(this.body);
    this.isLent = false;
  }

  get memoryBytes(): number {
    return this.body.length + this.properties.length + OVERHEAD_BYTES;
  }
}

/** As it arrives at queues that let messages live as long as they like. */
export function storedMessage(message: Message, nowMs: number): StoredMessage {
  const { ttlMs = Number.POSITIVE_INFINITY } = message;
  return stored(message, nowMs, nowMs + ttlMs);
}

/** The same in a queue that lets messages live for `queueTtlMs` at the most. */
export function withinLifeOf(queueTtlMs: number | undefined, message: StoredMessage): StoredMessage {
  const { enqueuedAtMs, expiresAtMs } = message;
  if (queueTtlMs === undefined || expiresAtMs <= enqueuedAtMs + queueTtlMs) return message;
  return stored(message, enqueuedAtMs, enqueuedAtMs + queueTtlMs);
}

/** The same with other properties. */
export function withProperties(message: StoredMessage, properties: Buffer): StoredMessage {
  return stored({ ...message, properties }, message.enqueuedAtMs, message.expiresAtMs);
}

function stored(message: Message, enqueuedAtMs: number, expiresAtMs: number): StoredMessage {
  const { origin, exchange, routingKey, properties, body, isLent = false, persistent, priority, ttlMs } = message;
  return new StoredMessage(
    origin,
    exchange,
    routingKey,
    properties,
    body,
    isLent,
    persistent,
    priority,
    ttlMs,
    enqueuedAtMs,
    expiresAtMs,
  );
}
