/**
 * Replies of one connection that wait for the durable watermark, one per channel at the most: a channel with a reply that waits
 * gets no further frame handled, the others go on. They leave in the order in which they came.
 */
import type { Position } from '../../base/brand.ts';
import type { Reply } from './handler.ts';

interface HeldReply {
  readonly reply: Reply;
  readonly after: Position;
}

export class HeldReplies {
  /** By channel; 0 is the connection. Positions only grow, so the order of insertion is theirs. */
  readonly #byChannel = new Map<number, HeldReply>();

  get isEmpty(): boolean {
    return this.#byChannel.size === 0;
  }

  has(channel: number): boolean {
    return this.#byChannel.has(channel);
  }

  /** The reply may leave when the watermark is at `after`. */
  hold(channel: number, reply: Reply, after: Position): void {
    this.#byChannel.set(channel, { reply, after });
  }

  release(durable: Position, send: (channel: number, reply: Reply) => void): void {
    for (const [channel, { reply, after }] of this.#byChannel) {
      if (after > durable) return;
      this.#byChannel.delete(channel);
      send(channel, reply);
    }
  }

  clear(): void {
    this.#byChannel.clear();
  }
}
