/**
 * What was promised to those who use a queue that is polled: every message that was sent, what is known of it, and what must not
 * happen to it. Crashes make some of it unsure; what is seen later makes it sure again. `Ledger` says what is wrong by `violations`.
 */
import type { LogId } from '../../src/base/brand.ts';

const NEVER = Number.POSITIVE_INFINITY;

export type Fate = 'removed' | 'expired' | 'redriven' | 'purged';

/** Nobody can have the message before `notBeforeMs`; everybody can after `notAfterMs`. They differ only after a crash. */
export interface Hold {
  notBeforeMs: number;
  notAfterMs: number;
  readonly isDelay: boolean;
}

/** What the journal was told of a hold. */
interface Journalled {
  /** The watermark that makes it durable. */
  at: number;
  readonly untilMs: number;
  readonly receives: number;
}

export class Known {
  /** The watermark that makes the send durable. */
  sentAt = NEVER;
  /** It was durable at some time: the message may not be lost any more. */
  isKept = false;
  /** Nobody knows whether it is there. */
  isUnsure = false;
  fate: Fate | undefined;
  /** The watermark that makes its fate durable; infinity while it is not journalled. */
  fateAt = NEVER;
  /** Of what has happened, whether durable or not. */
  lastFate: Fate | undefined;
  isRemoving = false;
  /** It need not survive. */
  isTransient = false;
  hold: Hold | undefined;
  journalled: Journalled[] = [];
  receivesMin = 0;
  receivesMax = 0;
  expiresMinMs = NEVER;
  expiresMaxMs = NEVER;

  constructor(
    readonly number: number,
    readonly text: string,
    readonly group: string,
  ) {}

  get isHere(): boolean {
    return !this.isUnsure && this.fate === undefined && !this.isRemoving;
  }

  get mayBeHere(): boolean {
    return this.isUnsure || this.fate === undefined;
  }

  mayBeGone(nowMs: number): boolean {
    return this.isUnsure || this.fate !== undefined || this.expiresMinMs <= nowMs;
  }

  /** For so long that nothing which makes it ready can still be pending. */
  isReadyBefore(nowMs: number): boolean {
    if (!this.isHere || this.expiresMinMs <= nowMs) return false;
    return this.hold === undefined || this.hold.notAfterMs < nowMs;
  }

  isHeld(nowMs: number): boolean {
    return this.hold !== undefined && nowMs < this.hold.notBeforeMs;
  }

  ended(fate: Fate, at: number): void {
    this.fate = fate;
    this.lastFate = fate;
    this.fateAt = at;
    this.isUnsure = false;
    this.hold = undefined;
  }

  /** Somebody has seen it, or has been told of it. */
  seen(): void {
    if (!this.isUnsure) return;
    this.isUnsure = false;
    this.sentAt = -1;
    this.isKept = true;
    this.lastFate = undefined;
  }

  journal(at: number, untilMs: number): void {
    this.journalled.push({ at, untilMs, receives: this.receivesMax });
  }

  /** The node crashed while `durable` was the watermark, or stopped with all of it durable, and is back. */
  crashed(durable: number, nowMs: number): void {
    if (this.sentAt <= durable) this.isKept = true;
    if (!this.mayBeHere && this.fateAt <= durable) {
      this.fateAt = -1;
      return;
    }
    if (this.isRemoving) this.lastFate = 'removed';
    if (this.fate !== undefined || this.isRemoving || this.sentAt > durable) this.isUnsure = true;
    this.sentAt = this.sentAt <= durable ? -1 : NEVER;
    this.fate = undefined;
    this.isRemoving = false;
    this.#holdAgain(durable, nowMs);
  }

  #holdAgain(durable: number, nowMs: number): void {
    const from = this.journalled.findLastIndex(({ at }) => at <= durable);
    const maybe = from < 0 ? this.journalled : this.journalled.slice(from);
    const untilMs = maybe.map((one) => one.untilMs);
    const minMs = from < 0 ? 0 : Math.min(...untilMs);
    const maxMs = Math.max(0, ...untilMs);
    this.receivesMin = from < 0 ? 0 : (maybe[0] as Journalled).receives;
    const isDelay = maybe.length > 0 && maybe.at(-1)?.receives === 0;
    this.hold = { notBeforeMs: minMs, notAfterMs: Math.max(nowMs, maxMs), isDelay };
    this.journalled = [{ at: -1, untilMs: minMs, receives: this.receivesMin }];
    if (maxMs > minMs) this.journalled.push({ at: NEVER, untilMs: maxMs, receives: this.receivesMax });
  }
}

export interface Bounds {
  min: number;
  max: number;
}

export interface LedgerOptions {
  readonly isFifo: boolean;
  readonly receivesMax: number | undefined;
  readonly lookAheadMax: number;
  readonly inFlightMax: number;
}

export class Ledger {
  readonly known = new Map<string, Known>();
  readonly violations: string[] = [];

  constructor(
    readonly options: LedgerOptions,
    private readonly now: () => number,
  ) {}

  check(isRight: boolean, what: string): void {
    if (!isRight) this.violations.push(what);
  }

  find(text: string): Known | undefined {
    const known = this.known.get(text);
    this.check(known !== undefined, `${text} was never sent`);
    return known;
  }

  /** A batch that somebody gets for the first time. `untilMs`: infinity for consumers. */
  handedOut(batch: readonly { readonly text: string; readonly receives: number }[], untilMs: number): Known[] {
    const got: Known[] = [];
    for (const { text, receives } of batch) {
      const known = this.find(text);
      if (known === undefined) continue;
      this.#handOut(known, receives, got);
      known.hold = { notBeforeMs: untilMs, notAfterMs: untilMs, isDelay: false };
      got.push(known);
    }
    return got;
  }

  #handOut(known: Known, receives: number, batch: readonly Known[]): void {
    const nowMs = this.now();
    const { number, hold, receivesMin, receivesMax } = known;
    this.check(known.mayBeHere, `${number} is received although it was ${known.fate}`);
    this.check(!known.isHeld(nowMs), `${number} is received ${(hold?.notBeforeMs ?? 0) - nowMs} ms too early`);
    this.check(nowMs < known.expiresMaxMs, `${number} is received after its life`);
    const isCounted = receives > receivesMin && receives <= receivesMax + 1;
    this.check(isCounted, `${number} is received ${receives} times, not ${receivesMin + 1} to ${receivesMax + 1}`);
    const isTooOften = receives > (this.options.receivesMax ?? NEVER);
    this.check(!isTooOften, `${number} is received ${receives} times, too often`);
    this.#inOrder(known, batch);
    known.seen();
    known.fate = undefined;
    known.receivesMin = receives;
    known.receivesMax = receives;
  }

  #inOrder(known: Known, batch: readonly Known[]): void {
    const nowMs = this.now();
    for (const other of this.known.values()) {
      if (other.number >= known.number) return;
      if (!this.options.isFifo) {
        this.check(!other.isReadyBefore(nowMs), `${other.number} goes before ${known.number}`);
      } else if (other.isHere && other.group === known.group) {
        this.check(batch.includes(other), `${other.number} goes before ${known.number} in group ${known.group}`);
      }
    }
  }

  /** It moves to another queue, having been received too often. */
  redriven(text: string): void {
    const known = this.find(text);
    if (known === undefined) return;
    const { number, receivesMax } = known;
    this.check(known.mayBeHere, `${number} is redriven although it was ${known.fate}`);
    this.check(!known.isHeld(this.now()), `${number} is redriven while somebody has it`);
    const { receivesMax: max = NEVER } = this.options;
    this.check(receivesMax >= max, `${number} is redriven after ${receivesMax} receives`);
    known.seen();
    known.ended('redriven', NEVER);
  }

  /** A message that somebody who asks now must get; undefined if there may be none. */
  get available(): Known | undefined {
    const { isFifo, lookAheadMax, inFlightMax } = this.options;
    const nowMs = this.now();
    const groups = new Set<string>();
    let before = 0;
    if (this.inFlight.max >= inFlightMax) return undefined;
    for (const known of this.known.values()) {
      if (!known.mayBeHere) continue;
      if (before >= lookAheadMax && isFifo) return undefined;
      if (known.isReadyBefore(nowMs) && !(isFifo && groups.has(known.group))) return known;
      groups.add(known.group);
      before += 1;
    }
    return undefined;
  }

  /** In the hands of those who poll. */
  get inFlight(): Bounds {
    const counts = { min: 0, max: 0 };
    const nowMs = this.now();
    for (const { mayBeHere, isUnsure, hold } of this.known.values()) {
      if (!mayBeHere || hold === undefined || hold.isDelay || hold.notBeforeMs === NEVER) continue;
      if (nowMs <= hold.notAfterMs) counts.max += 1;
      if (!isUnsure && nowMs < hold.notBeforeMs) counts.min += 1;
    }
    return counts;
  }

  /** What must be counted when nothing is pending. */
  get counts(): { readonly ready: Bounds; readonly inFlight: Bounds; readonly delayed: Bounds } {
    const counts = { ready: { min: 0, max: 0 }, inFlight: { min: 0, max: 0 }, delayed: { min: 0, max: 0 } };
    const nowMs = this.now();
    for (const known of this.known.values()) {
      if (!known.mayBeHere) continue;
      const { hold } = known;
      const held = hold?.isDelay === true ? counts.delayed : counts.inFlight;
      const isHeld = known.isHeld(nowMs);
      const mayBeHeld = hold !== undefined && nowMs < hold.notAfterMs;
      if (mayBeHeld) held.max += 1;
      if (!isHeld) counts.ready.max += 1;
      if (known.isUnsure) continue;
      if (isHeld) held.min += 1;
      else if (!mayBeHeld && nowMs < known.expiresMinMs) counts.ready.min += 1;
    }
    return counts;
  }

  /** As many are there as `count`: that may tell what became of those that are unsure. */
  counted(count: number): void {
    const unsure = [...this.known.values()].filter(({ isUnsure }) => isUnsure);
    const sure = [...this.known.values()].filter(({ isUnsure, fate }) => !isUnsure && fate === undefined).length;
    this.check(count >= sure && count <= sure + unsure.length, `${count} are there, not ${sure} (+${unsure.length})`);
    if (count === sure) for (const known of unsure) this.lost(known);
    else if (count === sure + unsure.length) for (const known of unsure) known.seen();
  }

  /** It turned out not to be there. */
  lost(known: Known): void {
    if (!known.isUnsure) return;
    this.check(!known.isKept || known.lastFate !== undefined, `${known.number} is lost`);
    known.ended(known.lastFate ?? 'removed', -1);
  }

  /** What has happened so far is journalled by now. */
  journalled(at: number): void {
    for (const known of this.known.values()) if (known.fateAt === NEVER) known.fateAt = at;
  }

  observe(durable: number): void {
    for (const known of this.known.values()) if (known.sentAt <= durable) known.isKept = true;
  }

  /** When nothing is pending, what is ready and has outlived its time is gone, if nothing stands before it. */
  expire(): void {
    const nowMs = this.now();
    for (const known of this.known.values()) {
      if (known.mayBeHere && known.expiresMaxMs <= nowMs && !(known.hold && nowMs < known.hold.notAfterMs)) {
        known.ended('expired', NEVER);
      }
    }
  }
}

export const QUEUE = 2048 as LogId;
export const DEAD_QUEUE = 4096 as LogId;
