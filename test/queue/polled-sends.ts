/** Sends of a `PolledHistory`, with what deduplication promises, and what receive attempts do. */
import { DEDUPLICATION_MS } from '../../src/queue/deduplication.ts';
import type { Sent } from '../../src/queue/polling.ts';
import { Known, type Ledger, QUEUE } from './polled-ledger.ts';
import { inGroup } from './poller.ts';
import { message, type QueueWorld } from './world.ts';

const GROUPS = ['a', 'b', 'c'];
const KEYS = 6;

interface SentBefore {
  readonly known: Known;
  readonly sent: Sent;
  readonly atMs: number;
  readonly at: number;
  /** The watermark that makes it durable that it was forgotten. */
  clearedAt: number | undefined;
  /** Nobody knows whether it is remembered. */
  readonly isUnsure: boolean;
  readonly mayHaveBeenCleared?: boolean;
}

/** What a receive with an attempt id has got. */
export class Attempt {
  constructor(
    private readonly batch: readonly { readonly known: Known; readonly receives: number }[],
    private readonly untilMs: number,
    private readonly atMs: number,
  ) {}

  /** Whether who asks again gets the same. */
  isAsItWas(nowMs: number): 'yes' | 'maybe' | 'no' {
    if (nowMs >= this.atMs + DEDUPLICATION_MS) return 'no';
    const isSame = this.batch.every(
      ({ known, receives }) =>
        known.fate === undefined && known.receivesMax === receives && known.hold?.notAfterMs === this.untilMs,
    );
    if (!isSame || nowMs > this.untilMs) return 'no';
    return nowMs === this.untilMs || this.batch.some(({ known }) => known.isRemoving) ? 'maybe' : 'yes';
  }

  isSame(batch: readonly { readonly text: string; readonly receives: number }[]): boolean {
    return (
      batch.length === this.batch.length &&
      this.batch.every(({ known, receives }, at) => {
        return batch[at]?.text === known.text && batch[at]?.receives === receives;
      })
    );
  }

  extended(untilMs: number): Known[] {
    return this.batch.map(({ known }) => {
      known.hold = { notBeforeMs: untilMs, notAfterMs: untilMs, isDelay: false };
      return known;
    });
  }
}

export class Sends {
  readonly #byKey = new Map<string, SentBefore[]>();
  #next = 0;
  #restedAtMs = 0;
  /** Of all whose send is durable, and of those sent since the last crash. */
  #sequences: { readonly sequence: number; readonly known: Known }[] = [];

  constructor(
    private readonly world: QueueWorld,
    private readonly ledger: Ledger,
    private readonly isFifo: boolean,
    readonly retentionMs: number | undefined,
  ) {}

  get #nowMs(): number {
    return this.world.scheduler.nowMs();
  }

  /** The node looks at the clock once per turn. */
  rested(): void {
    this.#restedAtMs = this.#nowMs;
  }

  attempt(batch: readonly Known[], untilMs: number): Attempt {
    const received = batch.map((known) => ({ known, receives: known.receivesMax }));
    return new Attempt(received, untilMs, this.#nowMs);
  }

  send(count: number): void {
    for (let i = 0; i < count; i += 1) this.#send();
  }

  #send(): void {
    const { random } = this.world.scheduler;
    const known = this.#new();
    const delayMs = random.chance(15) ? 100 + random.below(20_000) : 0;
    if (delayMs > 0) {
      const untilMs = this.#nowMs + delayMs;
      known.hold = { notBeforeMs: untilMs, notAfterMs: untilMs, isDelay: true };
    }
    const key = this.isFifo && random.chance(50) ? `key ${random.below(KEYS)}` : undefined;
    const options = {
      delayMs,
      publicId: `id ${known.number}`,
      ...(key === undefined ? {} : { deduplicationKey: key }),
    };
    // It may be received before this returns.
    this.ledger.known.set(known.text, known);
    const sent = this.world.queues.send(QUEUE, message(known.text, inGroup(known.group)), options);
    const isNew = sent.publicId === options.publicId;
    if (key !== undefined) this.#deduplicated(key, known, sent, isNew);
    if (!isNew) {
      this.ledger.known.delete(known.text);
      return;
    }
    known.sentAt = this.world.storage.appended;
    if (delayMs > 0) known.journalled.unshift({ at: known.sentAt, untilMs: this.#nowMs + delayMs, receives: 0 });
    this.#inSequence(known, sent.sequence);
  }

  #new(): Known {
    const { random } = this.world.scheduler;
    const group = this.isFifo ? (GROUPS[random.below(GROUPS.length)] as string) : 'all';
    const known = new Known(this.#next, `${this.#next}${group}${'.'.repeat(random.below(300))}`, group);
    this.#next += 1;
    if (this.retentionMs === undefined) return known;
    known.expiresMinMs = this.#restedAtMs + this.retentionMs;
    known.expiresMaxMs = this.#nowMs + this.retentionMs;
    return known;
  }

  #inSequence(known: Known, sequence: number): void {
    const before = this.#sequences.at(-1)?.sequence ?? -1;
    this.ledger.check(sequence > before, `${known.number} has the number ${sequence} after ${before}`);
    this.#sequences.push({ sequence, known });
  }

  #deduplicated(key: string, known: Known, sent: Sent, isNew: boolean): void {
    const { ledger } = this;
    const nowMs = this.#nowMs;
    const all = this.#byKey.get(key) ?? [];
    const before = all.filter(({ atMs }) => nowMs < atMs + DEDUPLICATION_MS);
    if (!isNew) {
      const same = before.find((one) => one.sent.publicId === sent.publicId && one.sent.sequence === sent.sequence);
      ledger.check(same !== undefined && same.clearedAt === undefined, `${known.number} is ${sent.publicId}`);
      if (same === undefined) return;
      const cleared = same.isUnsure ? [] : before.filter(({ clearedAt }) => clearedAt !== undefined);
      this.#byKey.set(key, [...cleared, { ...same, isUnsure: false }]);
      if (same.known.lastFate === undefined) same.known.seen();
      return;
    }
    const at = this.world.storage.appended;
    const after = { known, sent, atMs: nowMs, at, clearedAt: undefined, isUnsure: false };
    this.#byKey.set(key, [...before.filter(({ clearedAt }) => clearedAt !== undefined), after]);
    for (const one of before) {
      if (one.clearedAt !== undefined) continue;
      ledger.check(one.isUnsure, `${known.number} is the same as ${one.known.number}`);
      this.#isLost(one);
    }
  }

  /** Who sent it and sent it again thinks that there is only the other. */
  #isLost({ known, mayHaveBeenCleared }: SentBefore): void {
    if (mayHaveBeenCleared === true) return;
    this.ledger.check(known.isUnsure || !known.mayBeHere, `${known.number} is there twice`);
    known.lastFate ??= 'removed';
    this.ledger.lost(known);
  }

  /** By AMQP, some of it not to last. */
  publish(count: number): void {
    const { random } = this.world.scheduler;
    for (let i = 0; i < count; i += 1) {
      const known = this.#new();
      const persistent = random.chance(60);
      this.ledger.known.set(known.text, known);
      this.world.publish(QUEUE, known.text, { ...inGroup(known.group), persistent });
      if (persistent) known.sentAt = this.world.storage.appended;
      else known.isTransient = true;
    }
  }

  purgeAll(): void {
    const { known } = this.ledger;
    const purged = [...known.values()].filter(({ mayBeHere }) => mayBeHere);
    for (const one of purged) one.ended('purged', Number.POSITIVE_INFINITY);
    this.world.queues.purgeAll(QUEUE);
    const at = this.world.storage.appended;
    for (const one of purged) one.fateAt = at;
    for (const sent of this.#byKey.values()) for (const one of sent) one.clearedAt ??= at;
  }

  crashed(durable: number): void {
    for (const [key, sent] of this.#byKey) this.#byKey.set(key, rememberedAfterCrash(sent, durable));
    this.#sequences = this.#sequences.filter(({ known }) => known.isKept);
  }
}

function rememberedAfterCrash(sent: readonly SentBefore[], durable: number): SentBefore[] {
  let remembered: SentBefore[] = [];
  for (const one of sent) {
    const { clearedAt, at, isUnsure } = one;
    if (clearedAt !== undefined && clearedAt <= durable) continue;
    if (at <= durable && !isUnsure && clearedAt === undefined) remembered = [];
    const mayHaveBeenCleared = one.mayHaveBeenCleared === true || clearedAt !== undefined;
    const isSure = at <= durable && !isUnsure && clearedAt === undefined;
    remembered.push({ ...one, at: -1, clearedAt: undefined, isUnsure: !isSure, mayHaveBeenCleared });
  }
  return remembered;
}
