/**
 * Producers as real clients are: pipelined requests, sequence numbers, and after a lost connection everything that was not
 * acknowledged is sent again, in order, with the same numbers.
 */
import assert from 'node:assert/strict';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import { buildBatch } from '../../src/record/build.ts';
import type { SeededRandom } from '../support/scheduler.ts';
import { initProducerId, produce } from './apis.ts';
import type { Ledger, SentRecord, SentTransaction } from './ledger.ts';
import type { Session } from './session.ts';
import { ConnectionLost, type WireClient } from './wire-client.ts';

/** What a partition remembers of a producer: no more may be under way. */
const IN_FLIGHT_MAX = 5;
const PRODUCE_BY_NAME_V1 = 11;
const PRODUCE_BY_NAME_V2 = 12;

export interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface Target {
  readonly topic: string;
  readonly partitions: number;
}

export interface ProducerDeps {
  readonly name: string;
  readonly session: Session;
  readonly target: Target;
  readonly ledger: Ledger;
  readonly random: SeededRandom;
  readonly isStopping: () => boolean;
}

/** One Produce request: at most one batch for each of some partitions. */
export interface BatchesToSend {
  readonly batches: readonly { readonly partition: number; readonly bytes: Buffer; readonly records: SentRecord[] }[];
  isAcknowledged: boolean;
}

/** Builds the batches of one producer: counts its records and their sequence numbers. */
export class BatchMaker {
  #sequences: number[] = [];
  readonly #numbers: number[] = [];

  constructor(private readonly deps: ProducerDeps) {}

  resetSequences(): void {
    this.#sequences = [];
  }

  make(identity: Identity, transaction?: SentTransaction): BatchesToSend {
    const { random, target } = this.deps;
    const first = random.below(target.partitions);
    const count = random.chance(30) ? Math.min(2, target.partitions) : 1;
    const partitions = Array.from({ length: count }, (_, i) => (first + i) % target.partitions);
    const batches = partitions.map((partition) => this.#batch(identity, partition, transaction));
    return { batches, isAcknowledged: false };
  }

  #batch(identity: Identity, partition: number, transaction: SentTransaction | undefined) {
    const { random, ledger, name } = this.deps;
    const baseSequence = this.#sequences[partition] ?? 0;
    const records: SentRecord[] = [];
    for (let i = random.below(4); i >= 0; i -= 1) {
      const number = this.#numbers[partition] ?? 0;
      this.#numbers[partition] = number + 1;
      records.push(ledger.send(name, partition, number, transaction));
    }
    this.#sequences[partition] = baseSequence + records.length;
    const valueBytes = random.chance(10) ? random.below(9000) : random.below(900);
    const bytes = buildBatch({
      baseOffset: 0,
      records: records.map(({ id }, offsetDelta) => ({
        offsetDelta,
        timestampMs: Date.now(),
        key: Buffer.from(id),
        value: Buffer.alloc(valueBytes, id),
      })),
      ...identity,
      baseSequence,
      transactional: transaction !== undefined,
    });
    return { partition, bytes, records };
  }
}

/** Sends one request and takes down the offsets. Any error but a lost connection fails the run: nothing here may be refused. */
export async function sendBatches(
  client: WireClient,
  topic: string,
  request: BatchesToSend,
  transaction?: { readonly transactionalId: string; readonly isV2: boolean },
): Promise<void> {
  const version = transaction === undefined || !transaction.isV2 ? PRODUCE_BY_NAME_V1 : PRODUCE_BY_NAME_V2;
  const response = await client.request(produce, version, {
    transactionalId: transaction?.transactionalId ?? null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [
      {
        name: topic,
        topicId: UUID_ZERO,
        partitionData: request.batches.map(({ partition, bytes }) => ({ index: partition, records: bytes })),
      },
    ],
  });
  const answers = response.responses[0]?.partitionResponses ?? [];
  for (const { partition, records } of request.batches) {
    const answer = answers.find(({ index }) => index === partition);
    const first = records[0]?.id;
    assert.equal(answer?.errorCode, 0, `${first} was refused with error ${answer?.errorCode} ${answer?.errorMessage}`);
    for (const [i, record] of records.entries()) {
      const offset = (answer?.baseOffset ?? 0) + i;
      assert.ok(record.offset === undefined || record.offset === offset, `${record.id} was acknowledged twice`);
      record.offset = offset;
    }
  }
  request.isAcknowledged = true;
}

export async function runIdempotentProducer(deps: ProducerDeps): Promise<void> {
  const { session, target, isStopping } = deps;
  const identity = await session.retrying(async (client) => {
    const response = await client.request(initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 60_000 });
    assert.equal(response.errorCode, 0);
    return response;
  });
  const maker = new BatchMaker(deps);
  let unacknowledged: BatchesToSend[] = [];
  while (!isStopping() || unacknowledged.length > 0) {
    const client = await session.connected();
    let isLost = false;
    const failures: unknown[] = [];
    const flights = new Set<Promise<void>>();
    const send = (request: BatchesToSend) => {
      const flight = sendBatches(client, target.topic, request)
        .catch((error: unknown) => {
          if (error instanceof ConnectionLost) isLost = true;
          else failures.push(error);
        })
        .finally(() => flights.delete(flight));
      flights.add(flight);
    };
    for (const request of unacknowledged) send(request);
    while (!isLost && failures.length === 0 && !(isStopping() && flights.size === 0)) {
      if (!isStopping() && flights.size < IN_FLIGHT_MAX) {
        const request = maker.make(identity);
        unacknowledged.push(request);
        send(request);
      } else {
        await Promise.race(flights);
        unacknowledged = unacknowledged.filter(({ isAcknowledged }) => !isAcknowledged);
      }
    }
    await Promise.all(flights);
    unacknowledged = unacknowledged.filter(({ isAcknowledged }) => !isAcknowledged);
    if (failures.length > 0) throw failures[0];
  }
}
