/**
 * What AMQP clients sent, what they were told, and what they were given; a broken promise is thrown where it shows. Each queue under
 * test has one consumer at a time, which makes the order of its deliveries the order in the queue.
 *
 * An acknowledgement is written lazily: a crash soon after it delivers the message again. Once it is `final` that must not happen.
 */
import assert from 'node:assert/strict';

/** `never`: must not be delivered. `unknown`: the connection was lost before the answer. */
export type Fate = 'sent' | 'confirmed' | 'unknown' | 'never';

export interface SentMessage {
  readonly id: string;
  readonly publisher: string;
  /** Counts the messages of one publisher. */
  readonly number: number;
  readonly priority: number;
  /** Which connection of its publisher sent it. */
  readonly life: number;
  /** Told to the ledger when it changes. */
  fate: Fate;
}

/** Of one message in one queue. */
interface Place {
  /** The consumer's connection that was given it last. */
  session: number;
  inHand: boolean;
  settled: 'no' | 'acknowledged' | 'rejected';
  isFinal: boolean;
  /** How often its source gave it away: more than once, and any number of them may still be on their way. */
  arrivals: number;
}

export interface Delivered {
  readonly id: string;
  readonly redelivered: boolean;
}

export interface WatchedOptions {
  /** The queue refuses messages: until they are confirmed nobody knows whether they are there. */
  readonly mayRefuse?: boolean;
  /** Where the messages come by dead lettering, which may repeat them and has an order of its own. */
  readonly isDeadLetters?: boolean;
}

export class Ledger {
  readonly messages = new Map<string, SentMessage>();
  /** How many nobody may wait for: they need not come, or must not. */
  lost = 0;
  readonly #counts = new Map<string, number>();
  /** Those that no queue has delivered. */
  readonly #undelivered = new Set<SentMessage>();

  send(publisher: string, number: number, life: number, priority = 0): SentMessage {
    let fate: Fate = 'sent';
    const becomes = (next: Fate) => {
      this.lost += Number(isLost(next)) - Number(isLost(fate));
      fate = next;
    };
    const message: SentMessage = {
      id: `${publisher}/${number}`,
      publisher,
      number,
      priority,
      life,
      get fate() {
        return fate;
      },
      set fate(next) {
        becomes(next);
      },
    };
    assert.equal(this.messages.has(message.id), false, `${message.id} was sent before`);
    this.messages.set(message.id, message);
    this.#undelivered.add(message);
    this.#counts.set(publisher, this.sentBy(publisher) + 1);
    return message;
  }

  delivered(message: SentMessage): void {
    this.#undelivered.delete(message);
  }

  /** How many messages are to be delivered yet. What may have been lost with its connection is not waited for. */
  get aheadCount(): number {
    for (const message of this.#undelivered) {
      if (message.fate === 'unknown' || message.fate === 'never') this.#undelivered.delete(message);
    }
    return this.#undelivered.size;
  }

  sentBy(publisher: string): number {
    return this.#counts.get(publisher) ?? 0;
  }

  count(fate: Fate): number {
    let count = 0;
    for (const message of this.messages.values()) if (message.fate === fate) count += 1;
    return count;
  }
}

function isLost(fate: Fate): boolean {
  return fate === 'never' || fate === 'unknown';
}

export class WatchedQueue {
  readonly #places = new Map<string, Place>();
  /** What each publisher sent here, by number; holes where it was not this queue. */
  readonly #sent = new Map<string, SentMessage[]>();
  /** Below, everything of that publisher and priority is settled. */
  readonly #low = new Map<string, number>();
  #session = 0;
  redeliveries = 0;

  constructor(
    readonly name: string,
    private readonly ledger: Ledger,
    private readonly options: WatchedOptions = {},
  ) {}

  get mayRefuse(): boolean {
    return this.options.mayRefuse ?? false;
  }

  /** A publisher has sent `message` here. */
  sent(message: SentMessage): void {
    const list = this.#sent.get(message.publisher) ?? [];
    list[message.number] = message;
    this.#sent.set(message.publisher, list);
  }

  /** The consumer has a new connection: nothing is in its hands. */
  newSession(): void {
    this.#session += 1;
    for (const place of this.#places.values()) place.inHand = false;
  }

  delivered({ id, redelivered }: Delivered): void {
    const message = this.ledger.messages.get(id);
    assert.ok(message !== undefined, `${this.name}: ${id} was delivered and never sent`);
    assert.notEqual(message.fate, 'never', `${this.name}: ${id} was delivered and must not be`);
    const place = this.#place(id);
    const { isDeadLetters = false } = this.options;
    if (!isDeadLetters) assert.ok(!place.inHand, `${this.name}: ${id} was delivered while it is in hand`);
    assert.ok(!place.isFinal, `${this.name}: ${id} was ${place.settled} for good and comes back`);
    this.ledger.delivered(message);
    if (redelivered) this.redeliveries += 1;
    else if (!isDeadLetters) {
      assert.notEqual(place.session, this.#session, `${this.name}: ${id} comes again and is not marked as redelivered`);
    }
    if (!isDeadLetters && place.session !== this.#session) this.#checkOrder(message);
    Object.assign(place, { session: this.#session, inHand: true, settled: 'no' });
  }

  /** Nothing that was there before `message` and waits may be passed by. */
  #checkOrder(message: SentMessage): void {
    const list = this.#sent.get(message.publisher) ?? [];
    const key = `${message.publisher} ${message.priority}`;
    let low = this.#low.get(key) ?? 0;
    let isLow = true;
    for (let number = low; number < message.number; number += 1) {
      const before = list[number];
      const isPast = before === undefined || before.priority !== message.priority || this.#isPast(before, message);
      if (isLow && (before === undefined || before.priority !== message.priority || this.#isOver(before)))
        low = number + 1;
      else isLow = false;
      assert.ok(
        isPast,
        `${this.name}: ${message.id} comes before ${before?.id}, which was sent earlier (${before?.fate})`,
      );
    }
    this.#low.set(key, low);
  }

  /** Can't be delivered any more. */
  #isOver({ id, fate }: SentMessage): boolean {
    return fate === 'never' || (this.#places.get(id)?.isFinal ?? false);
  }

  #isPast(before: SentMessage, message: SentMessage): boolean {
    const isThere =
      before.fate === 'confirmed' ||
      (before.fate === 'sent' && before.life === message.life && !this.options.mayRefuse);
    if (!isThere) return true;
    const place = this.#places.get(before.id);
    return place !== undefined && (place.settled !== 'no' || place.session === this.#session);
  }

  settled(id: string, how: 'acknowledged' | 'rejected' | 'requeued'): void {
    const place = this.#place(id);
    place.inHand = false;
    place.settled = how === 'requeued' ? 'no' : how;
  }

  /** The settlement of that delivery is on the disk. */
  settledForGood(id: string): void {
    const place = this.#place(id);
    if (place.settled !== 'no' && place.arrivals < 2) place.isFinal = true;
  }

  /** The queue that dead-letters to this one was told to. */
  comes(id: string): void {
    const place = this.#place(id);
    place.arrivals += 1;
    place.isFinal = false;
  }

  fateOf(id: string): Place['settled'] | undefined {
    return this.#places.get(id)?.settled;
  }

  isFinal(id: string): boolean {
    return this.#places.get(id)?.isFinal ?? false;
  }

  /** To be asked when the queue is empty: what was confirmed has been settled. */
  checkAllCame(): void {
    for (const list of this.#sent.values()) {
      // Holes are what the publisher sent elsewhere.
      list.forEach(({ id, fate }) => {
        const settled = this.#places.get(id)?.settled ?? 'no';
        assert.ok(fate !== 'confirmed' || settled !== 'no', `${this.name}: ${id} was confirmed and is lost`);
      });
    }
  }

  #place(id: string): Place {
    let place = this.#places.get(id);
    if (place === undefined) {
      place = { session: 0, inHand: false, settled: 'no', isFinal: false, arrivals: 0 };
      this.#places.set(id, place);
    }
    return place;
  }
}
