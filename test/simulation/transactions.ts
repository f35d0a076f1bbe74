/**
 * Transactional producers by either protocol: v1 adds partitions and groups by requests of their own, v2 (KIP-890) gets a new
 * epoch with each end. A producer that may be fenced begins anew when it is, or gives way to its successor; any other takes
 * a refusal for a broken promise.
 */
import {
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
} from '../../src/gateway/kafka/protocol/add-offsets-to-txn.ts';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../src/gateway/kafka/protocol/add-partitions-to-txn.ts';
import { endTxnRequest, endTxnResponse } from '../../src/gateway/kafka/protocol/end-txn.ts';
import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/gateway/kafka/protocol/init-producer-id.ts';
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from '../../src/gateway/kafka/protocol/txn-offset-commit.ts';
import type { Client } from './client.ts';
import { type Place, placeKey, type SimTransaction, Violation } from './history.ts';
import { newBatch, type ProducerIdentity, produce, RETRIABLE } from './producers.ts';

export interface TransactionalOptions {
  readonly transactionalId: string;
  readonly isV2: boolean;
  readonly timeoutMs: number;
  readonly count: number;
  /** Another instance, or the timeout, may take its epoch. */
  readonly mayBeFenced: boolean;
  /** It ends when it is fenced; otherwise it begins anew. */
  readonly yields: boolean;
  readonly groupId: string;
}

/** The producer's epoch was taken, or its transaction aborted by the coordinator. */
class Fenced extends Error {}

const FENCING: readonly number[] = [
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.TRANSACTION_ABORTABLE,
];
const AGAIN: readonly number[] = [...RETRIABLE, ErrorCode.CONCURRENT_TRANSACTIONS];

export class TransactionalProducer {
  #identity: ProducerIdentity = { producerId: -1, producerEpoch: -1 };
  readonly #sequences = new Map<string, number>();

  constructor(
    private readonly client: Client,
    private readonly options: TransactionalOptions,
    private readonly places: readonly Place[],
  ) {}

  async run(): Promise<void> {
    await this.#init();
    for (let i = 0; i < this.options.count; i += 1) {
      const { history } = this.client.world;
      const transaction = history.begin(`${this.client.name} ${i}`);
      try {
        await this.#one(transaction);
      } catch (error) {
        if (!(error instanceof Fenced)) throw error;
        // Nobody asked to commit it, so nobody ever will.
        if (transaction.outcome === 'open') history.ended(transaction, 'aborted');
        if (this.options.yields) return;
        await this.#init();
      }
    }
  }

  async #one(transaction: SimTransaction): Promise<void> {
    const { client, options } = this;
    const { random } = client;
    for (let i = random.below(4); i > 0; i -= 1) {
      await this.#produce(transaction, this.places[random.below(this.places.length)] as Place);
      if (random.chance(20)) await client.sleep(random.below(options.mayBeFenced ? options.timeoutMs : 30));
    }
    const acknowledge = random.chance(40) ? await this.#commitOffset(transaction) : undefined;
    const isCommit = random.chance(70);
    await this.#end(transaction, isCommit, transaction.records.length === 0 && acknowledge === undefined);
    if (isCommit) acknowledge?.();
  }

  async #init(): Promise<void> {
    const { transactionalId, timeoutMs } = this.options;
    const { producerId, producerEpoch } = await this.client.insist(`beginning ${transactionalId}`, async () => {
      const answer = await this.client.call(initProducerIdRequest, initProducerIdResponse, 5, {
        transactionalId,
        transactionTimeoutMs: timeoutMs,
      });
      return this.#isAgain('InitProducerId', answer.errorCode) ? undefined : answer;
    });
    this.#become({ producerId, producerEpoch });
  }

  #become(identity: ProducerIdentity): void {
    const { producerId, producerEpoch } = this.#identity;
    if (identity.producerId !== producerId || identity.producerEpoch !== producerEpoch) this.#sequences.clear();
    this.#identity = identity;
    this.client.world.history.identified(this.options.transactionalId, identity);
  }

  async #produce(transaction: SimTransaction, place: Place): Promise<void> {
    const { client, options } = this;
    const { history } = client.world;
    if (!options.isV2) await this.#addPartition(place);
    const key = placeKey(place);
    const baseSequence = this.#sequences.get(key) ?? 0;
    const batch = newBatch(client, client.name, place, { ...this.#identity, baseSequence, transaction });
    this.#sequences.set(key, baseSequence + batch.records.length);
    const version = options.isV2 ? 13 : 11;
    await client.insist('producing in a transaction', async () => {
      const wasFenced = history.isFenced(options.transactionalId, this.#identity);
      const answer = await produce((...call) => client.call(...call), batch, {
        version,
        transactionalId: options.transactionalId,
      });
      if (this.#isAgain('Produce', answer.errorCode)) return undefined;
      if (wasFenced) throw new Violation(`${client.name} wrote although it was fenced`);
      history.acknowledged(batch.records, answer.baseOffset);
      return true;
    });
  }

  async #addPartition({ topic, index }: Place): Promise<void> {
    const { producerId, producerEpoch } = this.#identity;
    await this.client.insist('adding a partition', async () => {
      const answer = await this.client.call(addPartitionsToTxnRequest, addPartitionsToTxnResponse, 3, {
        v3AndBelowTransactionalId: this.options.transactionalId,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [index] }],
      });
      const code = answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? -1;
      return this.#isAgain('AddPartitionsToTxn', code) ? undefined : true;
    });
  }

  /** Answers what to call when the transaction is known to be committed. */
  async #commitOffset(transaction: SimTransaction): Promise<() => void> {
    const { client, options } = this;
    const { registers } = client.world;
    const { groupId, transactionalId } = options;
    const place = this.places[0] as Place;
    const identity = this.#identity;
    if (!options.isV2) {
      await client.insist('adding a group', async () => {
        const request = { transactionalId, ...identity, groupId };
        const answer = await client.call(addOffsetsToTxnRequest, addOffsetsToTxnResponse, 3, request);
        return this.#isAgain('AddOffsetsToTxn', answer.errorCode) ? undefined : true;
      });
    }
    const committedOffset = registers.nextValue();
    const acknowledge = registers.write(`${groupId}/${placeKey(place)}`, committedOffset, transaction);
    await client.insist('committing an offset in a transaction', async () => {
      const answer = await client.call(txnOffsetCommitRequest, txnOffsetCommitResponse, options.isV2 ? 5 : 3, {
        transactionalId,
        groupId,
        ...identity,
        topics: [
          {
            name: place.topic,
            partitions: [{ partitionIndex: place.index, committedOffset, committedMetadata: null }],
          },
        ],
      });
      const code = answer.topics[0]?.partitions[0]?.errorCode ?? -1;
      return this.#isAgain('TxnOffsetCommit', code) ? undefined : true;
    });
    return acknowledge;
  }

  async #end(transaction: SimTransaction, committed: boolean, isEmpty: boolean): Promise<void> {
    const { client, options } = this;
    const { transactionalId, isV2 } = options;
    const identity = this.#identity;
    if (committed) transaction.outcome = 'ending';
    const next = await client.insist(committed ? 'committing' : 'aborting', async () => {
      const answer = await client.call(endTxnRequest, endTxnResponse, isV2 ? 5 : 3, {
        transactionalId,
        ...identity,
        committed,
      });
      // Real clients don't ask when there is nothing to end; the answer depends on what was before.
      if (isEmpty && answer.errorCode === ErrorCode.INVALID_TXN_STATE) return identity;
      return this.#isAgain('EndTxn', answer.errorCode) ? undefined : answer;
    });
    client.world.history.ended(transaction, committed ? 'committed' : 'aborted');
    if (isV2 && next !== identity) this.#become({ producerId: next.producerId, producerEpoch: next.producerEpoch });
  }

  /** Whether to repeat the request. @throws Fenced, Violation */
  #isAgain(what: string, errorCode: number): boolean {
    if (errorCode === ErrorCode.NONE) return false;
    if (AGAIN.includes(errorCode)) return true;
    if (this.options.mayBeFenced && FENCING.includes(errorCode)) throw new Fenced();
    throw new Violation(`${this.client.name}: ${what} was refused with ${errorCode}`);
  }
}
