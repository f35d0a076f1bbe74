/**
 * One channel of an open connection: what it publishes, what it is given, and what its client has set on it.
 *
 *   open    -- our channel.close --> closing: everything but close and close-ok is ignored
 *   open    -- client's close ---------------------> gone
 *   closing -- close-ok, or the client's own close -> gone
 */
import type { Position } from '../../base/brand.ts';
import { encodeShortstr } from '../../message/shortstr.ts';
import { Confirms } from './confirms.ts';
import { ContentAssembly } from './content-assembly.ts';
import { Deliveries } from './deliveries.ts';
import type { ReplySink } from './direct-replies.ts';
import { AmqpError } from './errors.ts';
import { LastPublish } from './last-publish.ts';
import type { Content } from './protocol/frame-writer.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import { Publisher, type PublishMode } from './publisher.ts';
import type { Confirming, Session } from './session.ts';
import { Transaction } from './transaction.ts';

/** A consumer of the pseudo-queue for direct replies. */
interface ReplyConsumer {
  readonly tag: string;
  readonly encodedTag: Buffer;
  /** What others send answers to. */
  readonly name: string;
}

/** Answers to a client that leaves this much unread are dropped: nobody can be made to wait for it. */
const UNREAD_REPLIES_BYTES_MAX = 16 * 1024 * 1024;

export class Channel implements ReplySink, Confirming {
  readonly number: number;
  readonly session: Session;
  readonly deliveries: Deliveries;
  readonly publisher: Publisher;
  readonly content: ContentAssembly;
  readonly lastPublish = new LastPublish();
  isClosing = false;
  isConfirming = false;
  /** Of consumers that come from now on. */
  prefetch = 0;
  /** What an empty queue name stands for. */
  lastQueue = '';
  #replyConsumer: ReplyConsumer | undefined;

  constructor(number: number, session: Session) {
    this.number = number;
    this.session = session;
    this.deliveries = new Deliveries(number, session);
    this.publisher = new Publisher(number, session, this.deliveries.stats);
    this.content = new ContentAssembly(session, (method, properties, body, isLent) => {
      this.publisher.publish(method, properties, body, isLent);
      if (this.mode.name === 'confirm') session.awaitConfirms(this);
    });
  }

  get mode(): PublishMode {
    return this.publisher.mode;
  }

  get replyConsumer(): ReplyConsumer | undefined {
    return this.#replyConsumer;
  }

  get unconfirmed(): number {
    return this.mode.name === 'confirm' && !this.isClosing ? this.mode.confirms.waiting : 0;
  }

  selectConfirm(): void {
    if (this.mode.name === 'tx') {
      throw new AmqpError(ReplyCode.PRECONDITION_FAILED, 'cannot switch from tx to confirm mode');
    }
    if (this.mode.name === 'plain') this.publisher.mode = { name: 'confirm', confirms: new Confirms() };
  }

  selectTransactions(): void {
    if (this.mode.name === 'confirm') {
      throw new AmqpError(ReplyCode.PRECONDITION_FAILED, 'cannot switch from confirm to tx mode');
    }
    if (this.mode.name === 'tx') return;
    const transaction = new Transaction(this.session.services.settings.transactionBytesMax);
    this.publisher.mode = { name: 'tx', transaction };
  }

  releaseConfirms(durable: Position): void {
    if (this.mode.name !== 'confirm' || this.isClosing) return;
    const { confirms } = this.mode;
    this.deliveries.stats.confirmed += confirms.release(durable, this.number, this.session.output.writer);
  }

  consumeReplies(tag: string): void {
    const name = this.session.services.directReplies.add(this);
    this.#replyConsumer = { tag, encodedTag: encodeShortstr(tag), name };
    this.publisher.directReplyName = name;
  }

  cancelReplies(): void {
    if (this.#replyConsumer === undefined) return;
    this.session.services.directReplies.remove(this.#replyConsumer.name);
    this.#replyConsumer = undefined;
    this.publisher.directReplyName = undefined;
  }

  deliverReply(content: Content): void {
    const { output } = this.session;
    if (this.#replyConsumer === undefined || output.waitingBytes > UNREAD_REPLIES_BYTES_MAX) return;
    this.deliveries.stats.deliveredNoAck += 1;
    const tag = this.deliveries.nextTag();
    output.writer.deliver(this.number, this.#replyConsumer.encodedTag, tag, false, content);
    output.wrote();
  }

  /** Lets go of everything outside of the channel: consumers end, what is unsettled goes back, what is not committed is forgotten. */
  release(): void {
    this.content.reset();
    this.cancelReplies();
    if (this.mode.name === 'tx') {
      for (const { deliveries } of this.mode.transaction.take().settlements) this.deliveries.restoreHeld(deliveries);
    }
    this.deliveries.release();
  }
}
