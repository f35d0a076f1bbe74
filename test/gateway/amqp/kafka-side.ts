/** What a Kafka client does on the node that AMQP clients are connected to: topics, plain and transactional records, reading. */
import assert from 'node:assert/strict';
import { UUID_ZERO } from '../../../src/catalog/uuid.ts';
import {
  createPartitionsRequest,
  createPartitionsResponse,
} from '../../../src/gateway/kafka/protocol/create-partitions.ts';
import { createTopicsRequest, createTopicsResponse } from '../../../src/gateway/kafka/protocol/create-topics.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from '../../../src/gateway/kafka/protocol/delete-records.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../../src/gateway/kafka/protocol/delete-topics.ts';
import {
  describeConfigsRequest,
  describeConfigsResponse,
} from '../../../src/gateway/kafka/protocol/describe-configs.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../../../src/gateway/kafka/protocol/incremental-alter-configs.ts';
import { readBatchLength } from '../../../src/record/batch.ts';
import { buildBatch, type RecordSpec } from '../../../src/record/build.ts';
import type { Codec } from '../../../src/record/codec.ts';
import { type BatchRecord, readRecords } from '../../../src/record/records.ts';
import { endTxn, fetching, initProducerId, listOffsets, produce } from '../../crash/apis.ts';
import type { MemoryConnection, TestNode } from '../../fuzz/node.ts';

const createTopics = { request: createTopicsRequest, response: createTopicsResponse };
const deleteTopics = { request: deleteTopicsRequest, response: deleteTopicsResponse };
const deleteRecords = { request: deleteRecordsRequest, response: deleteRecordsResponse };
const createPartitions = { request: createPartitionsRequest, response: createPartitionsResponse };
const describeConfigs = { request: describeConfigsRequest, response: describeConfigsResponse };
const alterConfigs = { request: incrementalAlterConfigsRequest, response: incrementalAlterConfigsResponse };

const TOPIC_RESOURCE = 2;
const SET = 0;
const EARLIEST = -2;
const BATCH_LENGTH_OVERHEAD = 12;
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

export interface ProduceOptions {
  readonly partition?: number;
  readonly codec?: Codec;
  readonly transaction?: Transaction;
}

/** By KIP-890's rules: producing begins it. */
export class Transaction {
  sequence = 0;

  constructor(
    readonly id: string,
    readonly producerId: number,
    readonly producerEpoch: number,
  ) {}
}

export class KafkaSide {
  readonly #node: TestNode;
  #connection: MemoryConnection;

  constructor(node: TestNode) {
    this.#node = node;
    this.#connection = node.connect();
  }

  /** After a restart of the node. */
  reconnect(): void {
    this.#connection = this.#node.connect();
  }

  /** The error's text; undefined if there was none. */
  async createTopic(
    name: string,
    numPartitions = 1,
    configs: Record<string, string> = {},
  ): Promise<string | undefined> {
    const response = await this.#connection.request(createTopics, 7, {
      topics: [
        {
          name,
          numPartitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
    });
    const [topic] = response.topics;
    return topic?.errorCode === 0 ? undefined : `${topic?.errorCode} ${topic?.errorMessage}`;
  }

  async deleteTopic(name: string): Promise<number | undefined> {
    const response = await this.#connection.request(deleteTopics, 5, { topicNames: [name], timeoutMs: 1000 });
    return response.responses[0]?.errorCode;
  }

  async addPartitions(name: string, count: number): Promise<void> {
    const topics = [{ name, count, assignments: null }];
    const response = await this.#connection.request(createPartitions, 2, {
      topics,
      timeoutMs: 1000,
      validateOnly: false,
    });
    assert.equal(response.results[0]?.errorCode, 0);
  }

  /** Everything below `offset` goes. */
  async deleteBefore(name: string, offset: number): Promise<void> {
    const partitions = [{ partitionIndex: 0, offset }];
    const response = await this.#connection.request(deleteRecords, 2, {
      topics: [{ name, partitions }],
      timeoutMs: 1000,
    });
    assert.equal(response.topics[0]?.partitions[0]?.errorCode, 0);
  }

  async configsOf(topic: string, ...names: string[]): Promise<Record<string, string | null>> {
    const resources = [{ resourceType: TOPIC_RESOURCE, resourceName: topic, configurationKeys: names }];
    const response = await this.#connection.request(describeConfigs, 4, { resources });
    const entries = response.results[0]?.configs ?? [];
    return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
  }

  async setConfig(topic: string, name: string, value: string): Promise<void> {
    const configs = [{ name, configOperation: SET, value }];
    const resources = [{ resourceType: TOPIC_RESOURCE, resourceName: topic, configs }];
    const response = await this.#connection.request(alterConfigs, 1, { resources, validateOnly: false });
    assert.equal(response.responses[0]?.errorCode, 0);
  }

  /** Sends one batch; gives its first offset. */
  async produce(topic: string, records: readonly Partial<RecordSpec>[], options: ProduceOptions = {}): Promise<number> {
    const { partition = 0, codec, transaction } = options;
    const timestampMs = this.#node.scheduler.nowMs();
    const batch = buildBatch({
      baseOffset: 0,
      records: records.map((record, offsetDelta) => ({ offsetDelta, timestampMs, key: null, value: null, ...record })),
      codec,
      ...(transaction && {
        transactional: true,
        producerId: transaction.producerId,
        producerEpoch: transaction.producerEpoch,
        baseSequence: transaction.sequence,
      }),
    });
    if (transaction !== undefined) transaction.sequence += records.length;
    return await this.produceBatch(topic, batch, partition, transaction?.id ?? null);
  }

  async produceBatch(topic: string, batch: Buffer, index = 0, transactionalId: string | null = null): Promise<number> {
    const response = await this.#connection.request(produce, 12, {
      transactionalId,
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: topic, topicId: UUID_ZERO, partitionData: [{ index, records: batch }] }],
    });
    const answer = response.responses[0]?.partitionResponses[0];
    assert.equal(answer?.errorCode, 0, `produce: ${JSON.stringify(answer)}`);
    return answer.baseOffset;
  }

  async begin(transactionalId: string): Promise<Transaction> {
    const request = { transactionalId, transactionTimeoutMs: 60_000 };
    const { errorCode, producerId, producerEpoch } = await this.#connection.request(initProducerId, 5, request);
    assert.equal(errorCode, 0);
    return new Transaction(transactionalId, producerId, producerEpoch);
  }

  async end({ id: transactionalId, producerId, producerEpoch }: Transaction, committed: boolean): Promise<void> {
    const request = { transactionalId, producerId, producerEpoch, committed };
    const { errorCode } = await this.#connection.request(endTxn, 5, request);
    assert.equal(errorCode, 0);
  }

  /** Every record there is, of transactions of any outcome too, but for control records. */
  async readAll(topic: string, partition = 0): Promise<BatchRecord[]> {
    const found: BatchRecord[] = [];
    const first = await this.#firstOffset(topic, partition);
    for (let offset = first; ; ) {
      const answer = await this.#fetch(topic, partition, offset);
      assert.equal(answer.errorCode, 0);
      const batches = batchesOf((answer.records ?? Buffer.alloc(0)) as Buffer);
      for (const batch of batches) {
        const isControl = (batch.readInt16BE(21) & 0x20) !== 0;
        if (!isControl) found.push(...(await readRecords(batch, UNPACKED_BYTES_MAX)));
        offset = Number(batch.readBigInt64BE(0)) + batch.readInt32BE(23) + 1;
      }
      // The batch that holds the first offset comes as a whole.
      if (batches.length === 0) return found.filter((record) => record.offset >= first);
    }
  }

  async #firstOffset(name: string, partitionIndex: number): Promise<number> {
    const partitions = [{ partitionIndex, timestamp: EARLIEST }];
    const request = { replicaId: -1, isolationLevel: 0, timeoutMs: 1000, topics: [{ name, partitions }] };
    const response = await this.#connection.request(listOffsets, 6, request);
    return response.topics[0]?.partitions[0]?.offset ?? -1;
  }

  /** How many batches the partition holds. */
  async batchesOf(topic: string): Promise<number> {
    const { records } = await this.#fetch(topic, 0, 0);
    return batchesOf((records ?? Buffer.alloc(0)) as Buffer).length;
  }

  async #fetch(topic: string, partition: number, fetchOffset: number) {
    const partitions = [{ partition, fetchOffset, partitionMaxBytes: 2 ** 24 }];
    const response = await this.#connection.request(fetching, 12, {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [{ topic, topicId: UUID_ZERO, partitions }],
    });
    const answer = response.responses[0]?.partitions[0];
    assert.ok(answer !== undefined);
    return answer;
  }
}

function batchesOf(records: Buffer): Buffer[] {
  const batches: Buffer[] = [];
  for (let at = 0; at + BATCH_LENGTH_OVERHEAD <= records.length; ) {
    const end = at + BATCH_LENGTH_OVERHEAD + readBatchLength(records.subarray(at));
    if (end > records.length) break;
    batches.push(records.subarray(at, end));
    at = end;
  }
  return batches;
}
