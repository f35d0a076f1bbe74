/**
 * Seeded random runs over several transactional ids, with zombies that keep using pairs they once had. A model that
 * knows nothing of epochs or states checks the outcome: what each transaction wrote, and how it ended.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainError } from '../../../src/base/errors.ts';
import type { TransactionRecord } from '../../../src/coordinator/transaction/transaction-records.ts';
import type { ProducerStateRecord } from '../../../src/stream/producer-records.ts';
import { seeded, TestClock, TestPartition, TransactionHarness } from './transaction-harness.ts';

const IDS = ['a', 'b', 'c'];
const PARTITIONS = ['t-0', 't-1', 'u-0'];

interface Pair {
  readonly producerId: number;
  readonly producerEpoch: number;
}

interface Client {
  readonly transactionalId: string;
  pair: Pair;
  readonly v2: boolean;
  readonly sequences: Map<string, number>;
}

class Run {
  readonly harness = new TransactionHarness();
  readonly pick: (below: number) => number;
  /** Every client that ever was; all but the latest of each id are zombies. */
  readonly clients: Client[] = [];
  /** The pairs that a takeover or a timeout has left behind for good, by transactional id. */
  readonly fenced = new Map<string, Set<string>>();
  readonly lastStableOffsets = new Map<string, number>();
  refusals = 0;
  writes = 0;

  constructor(seed: number) {
    this.pick = seeded(seed);
    this.harness.coordinator.start();
  }

  step(): void {
    const roll = this.pick(100);
    try {
      if (this.clients.length === 0 || roll < 6) this.takeOver();
      else if (roll < 55) this.produce(this.anyClient());
      else if (roll < 80) this.end(this.anyClient());
      else if (roll < 86) this.recover(this.anyClient());
      else if (roll < 92) this.harness.clock.advance(this.pick(30_000));
      else if (roll < 95) this.offsets(this.anyClient());
      else this.restartFromSnapshot();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.refusals++;
    }
    this.checkStability();
  }

  anyClient(): Client {
    // Mostly one of the latest, sometimes a zombie.
    const from = this.pick(4) === 0 ? 0 : Math.max(0, this.clients.length - 4);
    const client = this.clients[from + this.pick(this.clients.length - from)];
    assert.ok(client);
    return client;
  }

  takeOver(): void {
    const transactionalId = IDS[this.pick(IDS.length)] ?? 'a';
    if (this.pick(5) === 0 && !this.clients.some((client) => client.transactionalId === transactionalId)) {
      this.harness.seed(transactionalId, 500_000 + this.pick(1000), 32_760);
    }
    for (const client of this.clients) {
      if (client.transactionalId === transactionalId) this.fence(transactionalId, client.pair);
    }
    const pair = this.harness.init(transactionalId);
    this.clients.push({ transactionalId, pair, v2: this.pick(3) > 0, sequences: new Map() });
  }

  fence(transactionalId: string, pair: Pair): void {
    const pairs = this.fenced.get(transactionalId) ?? new Set();
    this.fenced.set(transactionalId, pairs.add(JSON.stringify(pair)));
  }

  isFenced(client: Client): boolean {
    return this.fenced.get(client.transactionalId)?.has(JSON.stringify(client.pair)) === true;
  }

  produce(client: Client): void {
    const name = PARTITIONS[this.pick(PARTITIONS.length)] ?? 't-0';
    const { transactionalId, pair, v2, sequences } = client;
    const [topic = '', index = ''] = name.split('-');
    if (!v2) {
      const partitions = [{ topic, partition: Number(index) }];
      this.harness.coordinator.addPartitions(transactionalId, pair.producerId, pair.producerEpoch, partitions);
    }
    const sequence = sequences.get(name) ?? 0;
    const count = 1 + this.pick(3);
    this.harness.produce(transactionalId, pair, name, sequence, { count, v2 });
    assert.ok(!this.isFenced(client), 'a fenced pair wrote');
    sequences.set(name, sequence + count);
    this.writes++;
  }

  end(client: Client): void {
    const next = this.harness.end(client.transactionalId, client.pair, this.pick(2) === 0, client.v2);
    assert.ok(!this.isFenced(client), 'a fenced pair ended a transaction');
    this.adopt(client, next);
  }

  recover(client: Client): void {
    const next = this.harness.init(client.transactionalId, client.pair);
    assert.ok(!this.isFenced(client), 'a fenced pair recovered');
    this.adopt(client, next);
  }

  adopt(client: Client, next: Pair): void {
    if (next.producerEpoch !== client.pair.producerEpoch || next.producerId !== client.pair.producerId) {
      client.sequences.clear();
    }
    client.pair = next;
  }

  offsets({ transactionalId, pair, v2 }: Client): void {
    this.harness.coordinator.verifyOrAddGroup(transactionalId, pair.producerId, pair.producerEpoch, 'g', v2);
  }

  restartFromSnapshot(): void {
    const live = this.harness.coordinator;
    const copy = this.harness.newCoordinator();
    for (const record of live.snapshot()) copy.apply(JSON.parse(JSON.stringify(record)) as TransactionRecord);
    assert.deepEqual([...copy.snapshot()], [...live.snapshot()], 'a snapshot rebuilds the live state');
    assert.deepEqual(copy.list(), live.list());
    live.stop();
    copy.start();
    this.harness.coordinator = copy;
  }

  checkStability(): void {
    for (const name of PARTITIONS) {
      const partition = this.harness.partition(name);
      // Some of the tail is not durable yet, but the durable end never moves back.
      const before = this.lastStableOffsets.get(name) ?? 0;
      const highWatermark = Math.max(before, partition.endOffset - 2);
      const stable = partition.producers.lastStableOffset(highWatermark);
      assert.ok(stable >= before, `the last stable offset of ${name} moved back from ${before} to ${stable}`);
      assert.ok(stable <= highWatermark);
      this.lastStableOffsets.set(name, stable);
    }
  }

  /** Reads the log from its start: a marker ends whatever its producer wrote since its last marker. */
  checkAgainstModel(): void {
    for (const name of PARTITIONS) {
      const partition = this.harness.partition(name);
      const log = [...partition.batches, ...partition.markers].sort((one, other) => one.offset - other.offset);
      const open = new Map<number, number>();
      const aborted: { producerId: number; firstOffset: number; end: number }[] = [];
      for (const entry of log) {
        if (!('commit' in entry)) {
          if (!open.has(entry.producerId)) open.set(entry.producerId, entry.offset);
          continue;
        }
        const firstOffset = open.get(entry.producerId);
        open.delete(entry.producerId);
        if (firstOffset === undefined || entry.commit) continue;
        aborted.push({ producerId: entry.producerId, firstOffset, end: entry.offset });
      }
      const firstOpen = Math.min(...open.values(), partition.endOffset);
      assert.equal(partition.producers.lastStableOffset(partition.endOffset), firstOpen);
      // Readers ask for ranges below the last stable offset only.
      for (let query = 0; query < 40; query++) {
        const from = this.pick(firstOpen + 1);
        const to = from + this.pick(firstOpen - from + 1);
        const expected = aborted
          .filter(({ firstOffset, end }) => end >= from && firstOffset < to)
          .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
        assert.deepEqual(partition.producers.abortedBetween(from, to), expected, `${name} [${from}, ${to})`);
      }
    }
  }

  checkRecovery(): void {
    const copy = this.harness.newCoordinator();
    for (const record of this.harness.journal) copy.apply(record);
    assert.deepEqual([...copy.snapshot()], [...this.harness.coordinator.snapshot()], 'the journal rebuilds the state');
    for (const name of PARTITIONS) {
      const { producers } = this.harness.partition(name);
      const restored = new TestPartition(new TestClock()).producers;
      for (const record of producers.snapshot()) {
        restored.restore(JSON.parse(JSON.stringify(record)) as ProducerStateRecord);
      }
      assert.deepEqual([...restored.snapshot()], [...producers.snapshot()]);
    }
  }
}

for (let seed = 1; seed <= 30; seed++) {
  test(`seed ${seed}: fenced pairs never write, stable offsets never move back, outcomes are those of the log`, () => {
    const run = new Run(seed);
    for (let step = 0; step < 400; step++) run.step();
    run.checkAgainstModel();
    run.checkRecovery();
    assert.ok(run.writes > 20, `only ${run.writes} writes got through: the run tests nothing`);
    assert.ok(run.refusals > 20, `only ${run.refusals} requests were refused: the run tests nothing`);
  });
}

test('the same seed gives the same journal', () => {
  const journals = [7, 7, 8].map((seed) => {
    const run = new Run(seed);
    for (let step = 0; step < 200; step++) run.step();
    return JSON.stringify(run.harness.journal);
  });
  assert.equal(journals[0], journals[1]);
  assert.notEqual(journals[0], journals[2]);
});
