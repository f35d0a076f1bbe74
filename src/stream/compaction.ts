/**
 * Log compaction: of the topics with `cleanup.policy=compact` it keeps the last record of every key. One partition at a time.
 * What is due is in `compaction-plan.ts`, one pass in `compaction-pass.ts`, what becomes of a batch in `compaction-filter.ts`.
 *
 * A partition whose log can't be read is left alone until the node starts again; everything else goes on.
 */
import { DomainError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { CompactionPass, type PassContext } from './compaction-pass.ts';
import { type CompactionPlan, planCompaction } from './compaction-plan.ts';
import type { Partition } from './partition.ts';

export interface CompactorDeps extends Omit<PassContext, 'isStopping'> {
  readonly logger: Logger;
}

export class Compactor {
  readonly #deps: CompactorDeps;
  readonly #context: PassContext;
  readonly #unreadable = new WeakSet<Partition>();
  #isStopping = false;

  constructor(deps: CompactorDeps) {
    this.#deps = deps;
    const { streams, clock, random, keyBytesMax, pieceBytes } = deps;
    const context = { streams, clock, random, keyBytesMax, isStopping: () => this.#isStopping };
    this.#context = pieceBytes === undefined ? context : { ...context, pieceBytes };
  }

  /** One round over all partitions. Rejects only with what the node can't survive. */
  async tick(): Promise<void> {
    for (const partition of [...this.#deps.streams.all()]) {
      try {
        await this.#compact(partition);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        this.#report(partition, error);
        if (error.kind === 'storage_failed') return;
        this.#unreadable.add(partition);
      }
    }
  }

  /** The pass in progress gives up soon; what it has rewritten stays. */
  stop(): void {
    this.#isStopping = true;
  }

  async #compact(partition: Partition): Promise<void> {
    const { clock, logger } = this.#deps;
    let isLimited = true;
    while (isLimited && this.#isCandidate(partition)) {
      const startedMs = clock.monotonicMs();
      const plan = await this.#plan(partition);
      if (plan === undefined || !this.#isCandidate(partition)) return;
      const bytesBefore = partition.log.byteSize;
      isLimited = await new CompactionPass(partition, this.#context).run(plan);
      const { topicName: topic, index, cleanedOffset } = partition;
      const durationMs = Math.round(clock.monotonicMs() - startedMs);
      const bytes = partition.log.byteSize;
      logger.debug({ topic, partition: index, cleanedOffset, bytesBefore, bytes, durationMs }, 'compacted a partition');
    }
  }

  async #plan(partition: Partition): Promise<CompactionPlan | undefined> {
    try {
      return await planCompaction(partition, this.#deps.clock.nowMs());
    } catch (error) {
      throw new DomainError('record_corrupt', (error as Error).message);
    }
  }

  #isCandidate(partition: Partition): boolean {
    if (this.#isStopping || partition.isDeleted || this.#unreadable.has(partition)) return false;
    return partition.config.cleanupCompact;
  }

  #report({ topicName, index }: Partition, error: DomainError): void {
    this.#deps.logger.warn(
      { topic: topicName, partition: index, error: error.message },
      'could not compact a partition',
    );
  }
}
