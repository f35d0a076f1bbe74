/**
 * Committed offsets as registers: a read gives what was written last, where writes that overlap in time, or that nobody was
 * told about, may count or not. Writes of a transaction count if it commits. Times are numbers of events.
 */
import { type SimTransaction, Violation } from './history.ts';

interface Write {
  readonly value: number;
  readonly startedAt: number;
  /** Infinity while nobody was told that it took effect. */
  endedAt: number;
  readonly transaction: SimTransaction | undefined;
}

const UNSET = -1;

export class Registers {
  readonly #writes = new Map<string, Write[]>();
  #lastValue = 0;

  constructor(private readonly now: () => number) {}

  keys(): string[] {
    return [...this.#writes.keys()];
  }

  /** A number that no other write has. */
  nextValue(): number {
    this.#lastValue += 1;
    return this.#lastValue;
  }

  /** A write is about to be sent. Answers what to call when it is known to have taken effect. */
  write(key: string, value: number, transaction?: SimTransaction): () => void {
    const write: Write = { value, startedAt: this.now(), endedAt: Number.POSITIVE_INFINITY, transaction };
    const writes = this.#writes.get(key) ?? [{ value: UNSET, startedAt: -1, endedAt: -1, transaction: undefined }];
    this.#writes.set(key, [...writes, write]);
    return () => {
      write.endedAt = this.now();
    };
  }

  /** A read that was sent at `startedAt` was answered `value`. Answers the transaction that this shows to be committed. */
  read(key: string, value: number, startedAt: number): SimTransaction | undefined {
    const writes = this.#writes.get(key);
    if (writes === undefined) {
      if (value !== UNSET) throw new Violation(`${key} is ${value}, and nobody committed that`);
      return undefined;
    }
    const candidates = writes.filter((write) => write.value === value && mayCount(write));
    if (candidates.length === 0) throw new Violation(`${key} is ${value}, and nobody committed that`);
    const isOverwritten = (write: Write): boolean =>
      writes.some((later) => later.startedAt > write.endedAt && later.endedAt < startedAt);
    if (candidates.every(isOverwritten)) throw new Violation(`${key} is ${value} again, which was overwritten`);
    return candidates.length === 1 ? candidates[0]?.transaction : undefined;
  }
}

function mayCount({ transaction }: Write): boolean {
  return transaction === undefined || transaction.outcome === 'committed' || transaction.outcome === 'ending';
}
