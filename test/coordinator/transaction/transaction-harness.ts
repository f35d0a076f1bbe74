/**
 * A transaction coordinator on a clock that the test moves, with real producer state behind every partition and a
 * journal that puts each record through JSON, as the storage engine does.
 */
import assert from 'node:assert/strict';
import type { Clock, Timer } from '../../../src/base/clock.ts';
import { DomainError, type ErrorKind } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import type { InitProducerIdRequest } from '../../../src/coordinator/transaction/init-producer-id.ts';
import { TransactionCoordinator } from '../../../src/coordinator/transaction/transaction-coordinator.ts';
import type { TransactionSettings } from '../../../src/coordinator/transaction/transaction-ports.ts';
import type { TransactionRecord } from '../../../src/coordinator/transaction/transaction-records.ts';
import { ProducerState } from '../../../src/stream/producer-state.ts';

export class TestClock implements Clock {
  /** How far the wall clock is ahead of the monotonic one. */
  wallJumpMs = 0;
  #nowMs = 1_000_000;
  #timers: { dueMs: number; callback: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs + this.wallJumpMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  defer(): void {
    throw new Error('nothing here defers');
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.callback();
    }
    this.#nowMs = endMs;
  }
}

export interface Marker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly commit: boolean;
  readonly offset: number;
}

export interface DataBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly offset: number;
}

export class TestPartition {
  readonly producers: ProducerState;
  readonly markers: Marker[] = [];
  readonly batches: DataBatch[] = [];
  endOffset = 0;

  constructor(clock: Clock) {
    this.producers = new ProducerState(clock, {
      expirationMs: 86_400_000,
      producersMax: 1000,
      evictableAfterMs: 900_000,
    });
  }
}

export const SETTINGS: TransactionSettings = {
  transactionTimeoutMsMax: 900_000,
  transactionalIdExpirationMs: 604_800_000,
  transactionalIdExpirationCheckMs: 3_600_000,
  transactionalIdsMax: 100,
  transactionGroupsMax: 3,
};

export class TransactionHarness {
  readonly clock: TestClock;
  readonly journal: TransactionRecord[] = [];
  readonly partitions = new Map<string, TestPartition>();
  readonly completedGroups: { producerId: number; groupIds: readonly string[]; commit: boolean }[] = [];
  atomicSets = 0;
  atomicDepth = 0;
  /** Set to make every commit fail, as a full disk does. */
  journalError: DomainError | undefined;
  coordinator: TransactionCoordinator;

  constructor(
    readonly settings: TransactionSettings = SETTINGS,
    clock = new TestClock(),
    topics: readonly string[] = ['t-0', 't-1', 'u-0'],
  ) {
    this.clock = clock;
    for (const name of topics) this.partitions.set(name, new TestPartition(clock));
    this.coordinator = this.newCoordinator();
  }

  newCoordinator(): TransactionCoordinator {
    const coordinator: TransactionCoordinator = new TransactionCoordinator({
      clock: this.clock,
      journal: {
        commit: (records) => {
          if (this.journalError !== undefined) throw this.journalError;
          for (const record of records) {
            const stored = JSON.parse(JSON.stringify(record)) as TransactionRecord;
            assert.deepEqual(stored, record, 'a record must survive JSON');
            this.journal.push(stored);
            coordinator.apply(stored);
          }
        },
      },
      atomically: (body) => {
        this.atomicSets++;
        this.atomicDepth++;
        try {
          body();
        } finally {
          this.atomicDepth--;
        }
      },
      partitions: {
        endTransaction: (topic, partition, producerId, producerEpoch, commit, coordinatorEpoch) => {
          assert.equal(this.atomicDepth, 1, 'markers are part of an atomic set');
          const target = this.partitions.get(`${topic}-${partition}`);
          if (target === undefined) return;
          target.producers.checkMarker(producerId, producerEpoch, coordinatorEpoch, false);
          const offset = target.endOffset++;
          target.producers.endTransaction(producerId, producerEpoch, offset, commit, coordinatorEpoch, 0);
          target.markers.push({ producerId, producerEpoch, commit, offset });
        },
        exists: (topic, partition) => this.partitions.has(`${topic}-${partition}`),
      },
      groups: {
        completeTransaction: (producerId, groupIds, commit) => {
          assert.equal(this.atomicDepth, 1, 'offsets are part of an atomic set');
          this.completedGroups.push({ producerId, groupIds, commit });
        },
      },
      settings: this.settings,
      coordinatorEpoch: 0,
      logger: silentLogger,
    });
    return coordinator;
  }

  partition(name: string): TestPartition {
    const partition = this.partitions.get(name);
    assert.ok(partition, `no partition ${name}`);
    return partition;
  }

  /** Replaces the coordinator by one that recovered from the journal, as after a crash. */
  restart(): void {
    this.coordinator.stop();
    this.coordinator = this.newCoordinator();
    for (const record of this.journal) this.coordinator.apply(record);
    this.coordinator.start();
  }

  /** Puts a transactional id into a state that would take long to reach, such as an epoch near its end. */
  seed(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
  ): { producerId: number; producerEpoch: number } {
    const record: TransactionRecord = {
      type: 'transaction',
      transactionalId,
      producerId,
      producerEpoch,
      previousProducerId: -1,
      lastProducerEpoch: -1,
      timeoutMs: 60_000,
      updatedMs: this.clock.nowMs(),
      state: { name: 'Empty' },
    };
    this.journal.push(record);
    this.coordinator.apply(record);
    return { producerId, producerEpoch };
  }

  end(transactionalId: string, producer: { producerId: number; producerEpoch: number }, commit: boolean, v2 = true) {
    return this.coordinator.endTxn(transactionalId, producer.producerId, producer.producerEpoch, commit, v2);
  }

  stateOf(transactionalId: string): string {
    return this.coordinator.describe(transactionalId).state;
  }

  init(transactionalId: string | null, changes: Partial<InitProducerIdRequest> = {}) {
    return this.coordinator.initProducerId({
      transactionalId,
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
      enable2Pc: false,
      keepPreparedTxn: false,
      ...changes,
    });
  }

  /** A transactional produce of one batch, transactions v2 unless told. */
  produce(
    transactionalId: string,
    producer: { producerId: number; producerEpoch: number },
    name: string,
    sequence: number,
    { count = 1, v2 = true } = {},
  ): number {
    const [topic = '', index = ''] = name.split('-');
    const { producerId, producerEpoch } = producer;
    const target = this.partition(name);
    this.coordinator.verifyOrAddPartition(transactionalId, producerId, producerEpoch, topic, Number(index), v2);
    const duplicate = target.producers.check(producerId, producerEpoch, sequence, count, true, v2);
    if (duplicate !== undefined) return duplicate.baseOffset;
    const offset = target.endOffset;
    target.endOffset += count;
    target.producers.append(producerId, producerEpoch, sequence, offset, offset + count - 1, 7, true);
    target.batches.push({ producerId, producerEpoch, offset });
    return offset;
  }
}

export function throwsKind(kind: ErrorKind, body: () => unknown): void {
  assert.throws(body, (error: unknown) => {
    assert.ok(error instanceof DomainError, `expected a DomainError, got ${String(error)}`);
    assert.equal(error.kind, kind, error.message);
    return true;
  });
}

/** A small seeded generator (mulberry32): the same seed, the same run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
