/**
 * The publishes of one channel in confirm mode that were not answered yet, in order. Each may be answered when the durable
 * watermark is where the log was after it; as few frames as the order allows say so. A refused message is answered with a nack
 * in its turn, so that no ack of several ever spans it.
 */
import type { Position } from '../../base/brand.ts';
import type { FrameWriter } from './protocol/frame-writer.ts';

/** Consecutive publishes with the same answer at the same time. */
interface Run {
  lastTag: number;
  readonly after: Position;
  readonly isAccepted: boolean;
}

export class Confirms {
  #runs: Run[] = [];
  #first = 0;
  #newest: Run | undefined;
  #lastTag = 0;
  #answeredTag = 0;

  /** Publishes that wait for their answer. */
  get waiting(): number {
    return this.#lastTag - this.#answeredTag;
  }

  /** The next publish of the channel: it may be answered when the watermark is at `after`. */
  add(after: Position, isAccepted: boolean): void {
    this.#lastTag += 1;
    const newest = this.#newest;
    if (newest !== undefined && newest.after === after && newest.isAccepted === isAccepted) {
      newest.lastTag = this.#lastTag;
      return;
    }
    this.#newest = { lastTag: this.#lastTag, after, isAccepted };
    this.#runs.push(this.#newest);
  }

  /** Writes what may be answered now. Returns how many publishes that were. */
  release(durable: Position, channel: number, writer: FrameWriter): number {
    const before = this.#answeredTag;
    for (let run = this.#runs[this.#first]; run !== undefined && run.after <= durable; run = this.#runs[this.#first]) {
      this.#first += 1;
      const next = this.#runs[this.#first];
      // The next one may leave too and has the same answer: one frame does for both.
      if (next !== undefined && next.isAccepted === run.isAccepted && next.after <= durable) continue;
      this.#answer(run, channel, writer);
    }
    this.#dropAnswered();
    return this.#answeredTag - before;
  }

  #answer({ lastTag, isAccepted }: Run, channel: number, writer: FrameWriter): void {
    const isMultiple = lastTag - this.#answeredTag > 1;
    if (isAccepted) writer.ack(channel, lastTag, isMultiple);
    else writer.nack(channel, lastTag, isMultiple, false);
    this.#answeredTag = lastTag;
  }

  #dropAnswered(): void {
    if (this.#first < this.#runs.length) {
      if (this.#first < 64 || this.#first * 2 < this.#runs.length) return;
      this.#runs = this.#runs.slice(this.#first);
    } else {
      this.#runs = [];
      this.#newest = undefined;
    }
    this.#first = 0;
  }
}
