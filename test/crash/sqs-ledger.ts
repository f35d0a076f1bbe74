/**
 * What clients of SQS sent, what they were told, and what they received; a broken promise is thrown where it shows. When the broker did
 * something is known only to lie between a request and its answer, and what may be so because of that is taken to be so.
 *
 * Of every queue: what was acknowledged comes until somebody deletes it, never after an acknowledged deletion, not while it is in
 * somebody's hands (which a crash ends, unless the queue is FIFO or the time was set anew), and not before its delay is over. Of a FIFO
 * queue: each message is there once, comes when all before it in its group are deleted, and is received more often every time.
 */
import assert from 'node:assert/strict';
import type { SqsMessage } from '../support/sqs-end.ts';
import type { Span } from './sqs-session.ts';

/** `unknown`: there was no answer, and it is not sent again. */
export type Fate = 'sent' | 'confirmed' | 'unknown';

export interface SentMessage {
  readonly id: string;
  readonly group: string;
  /** Counts the messages of its group. */
  readonly number: number;
  fate: Fate;
  /** Told by the broker, or seen. */
  messageId: string | undefined;
  sequence: string | undefined;
  /** Not to be received before: wall clock. */
  dueMs: number;
}

/** A receiver has it. */
interface Hold {
  /** As orders go. */
  readonly fromAt: number;
  readonly life: number;
  /** Also after a crash. */
  readonly isForGood: boolean;
  untilMs: number;
}

/** Of one message in one queue. */
interface Place {
  hold: Hold | undefined;
  receives: number;
  receivedAt: number;
  changedAt: number;
  /** Somebody asked for it, and was not told that it can't be. */
  deletions: number;
  deletedAt: number;
}

export interface WatchedOptions {
  readonly isFifo?: boolean;
  /** Where messages come from another queue, as new ones and perhaps twice. */
  readonly isMoved?: boolean;
  /** Nobody deletes: what is received too often goes elsewhere. */
  readonly isFailing?: boolean;
}

export function idOf({ Body: body }: SqsMessage): string {
  return body.slice(0, body.indexOf('\n'));
}

export class SqsLedger {
  readonly messages = new Map<string, SentMessage>();
  readonly #counts = new Map<string, number>();
  readonly #undelivered = new Set<SentMessage>();
  readonly #bySender = new Map<string, number>();

  send(sender: string, group: string): SentMessage {
    const number = this.#counts.get(group) ?? 0;
    this.#counts.set(group, number + 1);
    this.#bySender.set(sender, this.sentBy(sender) + 1);
    const id = `${group}/${number}`;
    const message = { id, group, number, fate: 'sent' as Fate, messageId: undefined, sequence: undefined, dueMs: 0 };
    this.messages.set(id, message);
    this.#undelivered.add(message);
    return message;
  }

  sentBy(sender: string): number {
    return this.#bySender.get(sender) ?? 0;
  }

  deleting(message: SentMessage): void {
    this.#undelivered.delete(message);
  }

  /** How many messages are to be deleted yet. What may have been lost is not waited for. */
  get aheadCount(): number {
    for (const message of this.#undelivered) if (message.fate === 'unknown') this.#undelivered.delete(message);
    return this.#undelivered.size;
  }

  count(fate: Fate): number {
    let count = 0;
    for (const message of this.messages.values()) if (message.fate === fate) count += 1;
    return count;
  }
}

export class WatchedQueue {
  readonly isFifo: boolean;
  readonly isMoved: boolean;
  readonly isFailing: boolean;
  readonly #places = new Map<string, Place>();
  readonly #groups = new Map<string, SentMessage[]>();
  /** Below, everything of that group is deleted for good. */
  readonly #low = new Map<string, number>();
  redeliveries = 0;
  deleted = 0;

  constructor(
    readonly name: string,
    private readonly ledger: SqsLedger,
    /** By how much times may be off. */
    private readonly slackMs: number,
    { isFifo = false, isMoved = false, isFailing = false }: WatchedOptions = {},
  ) {
    this.isFifo = isFifo;
    this.isMoved = isMoved;
    this.isFailing = isFailing;
  }

  sent(message: SentMessage): void {
    const list = this.#groups.get(message.group) ?? [];
    list[message.number] = message;
    this.#groups.set(message.group, list);
  }

  /** The broker has taken it, or had it already. */
  confirmed(message: SentMessage, messageId: string, sequence: string | undefined): void {
    this.#isOne(message, messageId, sequence);
    message.fate = 'confirmed';
  }

  received(messages: readonly SqsMessage[], span: Span, visibilityMs: number): void {
    const together = new Set<string>();
    for (const received of messages) {
      const id = idOf(received);
      this.#receivedOne(received, span, visibilityMs, together);
      together.add(id);
    }
  }

  #receivedOne(received: SqsMessage, span: Span, visibilityMs: number, together: ReadonlySet<string>): void {
    const id = idOf(received);
    const message = this.ledger.messages.get(id);
    const what = `${this.name}: ${id}`;
    assert.ok(
      message !== undefined && this.#groups.get(message.group)?.[message.number],
      `${what} was never sent here`,
    );
    const place = this.#place(id);
    if (place.receivedAt > 0) this.redeliveries += 1;
    assert.ok(!together.has(id) || this.isMoved, `${what} comes twice at once`);
    const receives = Number(received.Attributes.ApproximateReceiveCount);
    if (!this.isMoved) {
      assert.ok(!(place.deletedAt < span.sentAt), `${what} was deleted and comes back`);
      assert.ok(!this.#isHeld(place.hold, span), `${what} comes while it is in somebody's hands`);
      this.#isOne(message, received.MessageId, received.Attributes.SequenceNumber);
      const isEarly = message.fate === 'confirmed' && span.answeredMs + this.slackMs < message.dueMs;
      assert.ok(!isEarly, `${what} comes before its time`);
      const hasBefore = this.isFifo && place.receivedAt > 0 && place.receivedAt < span.sentAt;
      assert.ok(!hasBefore || receives > place.receives, `${what}: ${place.receives} receives, and then ${receives}`);
    }
    if (this.isFifo) this.#checkOrder(message, together);
    const hold = {
      fromAt: span.answeredAt,
      life: span.life,
      isForGood: this.isFifo,
      untilMs: span.sentMs + visibilityMs,
    };
    Object.assign(place, {
      receivedAt: span.answeredAt,
      receives: Math.max(receives, place.receives),
      hold: place.changedAt > span.sentAt ? undefined : hold,
    });
  }

  /** Whether somebody had it for sure while the broker gave it away. */
  #isHeld(hold: Hold | undefined, { sentAt, answeredMs, life }: Span): boolean {
    if (hold === undefined || hold.fromAt > sentAt || answeredMs + this.slackMs >= hold.untilMs) return false;
    return hold.isForGood || hold.life === life;
  }

  /** A message is one message, however often it was sent. */
  #isOne(message: SentMessage, messageId: string, sequence: string | undefined): void {
    const what = `${this.name}: ${message.id}`;
    if (this.isMoved || this.isFailing) return;
    assert.equal(messageId, message.messageId ?? messageId, `${what} is there twice`);
    assert.equal(sequence, message.sequence ?? sequence, `${what} has two sequence numbers`);
    Object.assign(message, { messageId, sequence });
    const before = this.#groups.get(message.group)?.[message.number - 1]?.sequence;
    if (!this.isFifo || before === undefined || sequence === undefined) return;
    assert.ok(before < sequence, `${what} has a lower sequence number than the one before`);
  }

  /** All before it in its group are deleted, or come with it. */
  #checkOrder({ group, number, id }: SentMessage, together: ReadonlySet<string>): void {
    const list = this.#groups.get(group) ?? [];
    let low = this.#low.get(group) ?? 0;
    while (low < number && this.#place((list[low] as SentMessage).id).deletedAt < Number.POSITIVE_INFINITY) low += 1;
    this.#low.set(group, low);
    for (const before of list.slice(low, number)) {
      const isPast = this.#place(before.id).deletions > 0 || together.has(before.id);
      assert.ok(isPast, `${this.name}: ${id} comes before ${before.id}, which was sent earlier and is not deleted`);
    }
  }

  /** A deletion is about to be sent. */
  deleting(id: string): void {
    const message = this.ledger.messages.get(id);
    if (message !== undefined) this.ledger.deleting(message);
    const place = this.#place(id);
    place.deletions += 1;
    place.hold = undefined;
  }

  deletedForGood(id: string, { answeredAt }: Span): void {
    const place = this.#place(id);
    if (place.deletedAt === Number.POSITIVE_INFINITY) this.deleted += 1;
    place.deletedAt = Math.min(place.deletedAt, answeredAt);
  }

  /** The broker refused to: its handle is out of date. */
  notDeleted(id: string): void {
    assert.ok(this.isFifo, `${this.name}: ${id} could not be deleted`);
    this.#place(id).deletions -= 1;
  }

  /** A change of visibility is about to be sent. Answers what to tell when it is acknowledged. */
  changing(id: string, visibilityMs: number, at: number, nowMs: number): (span: Span) => void {
    const place = this.#place(id);
    const { hold } = place;
    place.changedAt = at;
    if (hold === undefined) return () => {};
    const beforeMs = hold.untilMs;
    hold.untilMs = Math.min(beforeMs, nowMs + visibilityMs);
    return ({ answeredAt, answeredMs, life, sentMs }) => {
      // Whoever has it no more changes nothing.
      const isHis = place.hold === hold && place.changedAt === at && answeredMs + this.slackMs < beforeMs;
      if (!isHis || !(hold.isForGood || hold.life === life)) return;
      place.hold = { fromAt: answeredAt, life, isForGood: true, untilMs: sentMs + visibilityMs };
    };
  }

  /** To be asked when the queue is empty. */
  checkAllCame(): void {
    if (this.isFailing) return;
    for (const list of this.#groups.values()) {
      for (const { id, fate } of list) {
        assert.ok(
          fate !== 'confirmed' || this.#place(id).deletions > 0,
          `${this.name}: ${id} was confirmed and is lost`,
        );
      }
    }
  }

  #place(id: string): Place {
    let place = this.#places.get(id);
    if (place === undefined) {
      place = {
        hold: undefined,
        receives: 0,
        receivedAt: 0,
        changedAt: 0,
        deletions: 0,
        deletedAt: Number.POSITIVE_INFINITY,
      };
      this.#places.set(id, place);
    }
    return place;
  }
}
