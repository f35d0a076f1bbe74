/**
 * A journal in the WAL: each commit is one entry, a JSON array of records. Records are rare next to data, and JSON lets a
 * later version read what an earlier one wrote.
 */
import { assert } from '../base/assert.ts';
import type { LogId } from '../base/brand.ts';
import type { Journal, StateMachine } from './log.ts';

/** A journal is made before its state machine, which writes to it: the two are joined by `attach`, once. */
export interface AttachableJournal<Record> extends Journal<Record> {
  attach(machine: StateMachine<Record>): void;
}

export class StoredJournal<Record> implements AttachableJournal<Record> {
  #machine: StateMachine<Record> | undefined;

  constructor(
    readonly id: LogId,
    private readonly append: (payload: Buffer) => void,
  ) {}

  attach(machine: StateMachine<Record>): void {
    assert(this.#machine === undefined, `journal ${this.id} has a state machine already`);
    this.#machine = machine;
  }

  get machine(): StateMachine<Record> {
    assert(this.#machine !== undefined, `journal ${this.id} has no state machine`);
    return this.#machine;
  }

  commit(records: readonly Record[]): void {
    if (records.length === 0) return;
    this.append(Buffer.from(JSON.stringify(records)));
    for (const record of records) this.machine.apply(record);
  }

  /** Applies what an earlier commit appended. */
  replay(payload: Buffer): void {
    for (const record of JSON.parse(payload.toString()) as Record[]) this.machine.apply(record);
  }
}
