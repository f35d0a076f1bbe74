/**
 * Direct reply-to: answers go from the channel that replies to the channel that asked, through no queue
 * (https://www.rabbitmq.com/docs/direct-reply-to). The pseudo-queue's own name stands for the asking channel wherever a client
 * gives it; what the others see is a name with a secret in it, which is the permission to answer. Answers are never kept:
 * who is gone gets none.
 */
import type { Random } from '../../base/random.ts';
import type { Content } from './protocol/frame-writer.ts';

export const REPLY_TO = 'amq.rabbitmq.reply-to';
const PREFIX = `${REPLY_TO}.`;
const SECRET_BYTES = 24;

/** The channel that waits for answers. */
export interface ReplySink {
  deliverReply(content: Content): void;
}

export function isReplyName(routingKey: string): boolean {
  return routingKey.startsWith(PREFIX);
}

export class DirectReplies {
  readonly #random: Random;
  readonly #sinks = new Map<string, ReplySink>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** The name under which `sink` gets answers from now on. */
  add(sink: ReplySink): string {
    const name = PREFIX + this.#random.bytes(SECRET_BYTES).toString('base64url');
    this.#sinks.set(name, sink);
    return name;
  }

  remove(name: string): void {
    this.#sinks.delete(name);
  }

  has(name: string): boolean {
    return this.#sinks.has(name);
  }

  /** False if nobody waits under that name. */
  deliver(content: Content): boolean {
    const sink = this.#sinks.get(content.routingKey);
    sink?.deliverReply(content);
    return sink !== undefined;
  }
}
