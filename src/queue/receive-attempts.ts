/**
 * What was received under an attempt id (AWS, ReceiveMessage, `ReceiveRequestAttemptId`): who got no answer may ask again within five
 * minutes and gets the same. In memory only, and only the last ones: who asks too late, or after a restart, waits for the visibility
 * timeout like everybody else.
 */
import type { MessageId } from './message-id.ts';
import type { Received } from './polling.ts';

export interface AttemptedMessage {
  readonly id: MessageId;
  readonly receives: number;
  readonly firstReceivedAtMs: number;
  readonly untilMs: number;
}

interface Attempt {
  readonly atMs: number;
  readonly messages: readonly AttemptedMessage[];
}

const KEPT_MS = 300_000;
const ATTEMPTS_MAX = 4096;

export class ReceiveAttempts {
  /** In order of time. */
  readonly #byId = new Map<string, Attempt>();

  find(id: string, nowMs: number): readonly AttemptedMessage[] | undefined {
    const attempt = this.#byId.get(id);
    return attempt === undefined || attempt.atMs + KEPT_MS <= nowMs ? undefined : attempt.messages;
  }

  /** What was received is given back. */
  forget(id: string): void {
    this.#byId.delete(id);
  }

  /** @param untilMs when the messages are ready again */
  add(id: string, nowMs: number, received: readonly Received[], untilMs: number): void {
    this.#byId.delete(id);
    const messages = received.map(({ id: message, receives, firstReceivedAtMs }) => {
      return { id: message, receives, firstReceivedAtMs, untilMs };
    });
    this.#byId.set(id, { atMs: nowMs, messages });
    for (const [oldest, { atMs }] of this.#byId) {
      if (this.#byId.size <= ATTEMPTS_MAX && atMs + KEPT_MS > nowMs) break;
      this.#byId.delete(oldest);
    }
  }
}
