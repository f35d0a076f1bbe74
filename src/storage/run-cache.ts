/** Runs of sealed segments, loaded from their footers on demand and kept within a byte bound, least recently used out first. */
import { decodeRuns, runsBytes } from './footer.ts';
import type { Medium } from './medium/medium.ts';
import { RUN_INDEX_BYTES, type Runs } from './runs.ts';
import type { Range } from './segment.ts';

export class RunCache {
  readonly #runs = new Map<Range, Runs>();
  #bytes = 0;

  constructor(
    private readonly medium: Medium,
    private readonly bytesMax: number,
  ) {}

  async load(range: Range): Promise<Runs> {
    const place = range.place;
    if (place.kind !== 'footer') return place.runs;
    const cached = this.#runs.get(range);
    if (cached !== undefined) {
      this.#runs.delete(range);
      this.#runs.set(range, cached);
      return cached;
    }
    const { position, count } = place;
    const bytes = await this.medium.read(range.segment.name, position, runsBytes(count));
    const runs = decodeRuns(bytes, position, count);
    if (runs === undefined) throw new Error(`the index of log ${range.logId} in ${range.segment.name} is damaged`);
    this.add(range, runs);
    return runs;
  }

  add(range: Range, runs: Runs): void {
    if (this.#runs.has(range)) return;
    this.#runs.set(range, runs);
    this.#bytes += runs.count * RUN_INDEX_BYTES;
    for (const oldest of this.#runs.keys()) {
      if (this.#bytes <= this.bytesMax) break;
      this.drop(oldest);
    }
  }

  drop(range: Range): void {
    const runs = this.#runs.get(range);
    if (runs === undefined) return;
    this.#runs.delete(range);
    this.#bytes -= runs.count * RUN_INDEX_BYTES;
  }
}
