/**
 * A transactional producer, by the rules of before KIP-890 (v1) or of it (v2): several requests into several partitions, a
 * group's offset, then commit or abort. When the connection is lost in the middle it either goes on with the same
 * transaction, as a client does that only lost its connection, or begins anew under the same id, as one that crashed.
 */
import assert from 'node:assert/strict';
import { addOffsetsToTxn, addPartitionsToTxn, endTxn, initProducerId, txnOffsetCommit } from './apis.ts';
import type { SentTransaction } from './ledger.ts';
import { type BatchesToSend, BatchMaker, type Identity, type ProducerDeps, sendBatches } from './producer.ts';
import type { WireClient } from './wire-client.ts';

const ERROR_NONE = 0;
const PERCENT_COMMIT = 70;
const PERCENT_GIVE_UP = 40;
const PERCENT_WITH_OFFSETS = 50;

class GivenUp extends Error {}

export function groupOf(producer: string): string {
  return `group of ${producer}`;
}

export async function runTransactionalProducer(deps: ProducerDeps, isV2: boolean): Promise<void> {
  await new TransactionalProducer(deps, isV2).run();
}

class TransactionalProducer {
  readonly #deps: ProducerDeps;
  readonly #isV2: boolean;
  readonly #maker: BatchMaker;
  #identity: Identity | undefined;
  #count = 0;

  constructor(deps: ProducerDeps, isV2: boolean) {
    this.#deps = deps;
    this.#isV2 = isV2;
    this.#maker = new BatchMaker(deps);
  }

  async run(): Promise<void> {
    const { isStopping } = this.#deps;
    // A transaction that was given up is aborted by the next InitProducerId, so that comes last in any case.
    while (!isStopping() || this.#identity === undefined) {
      this.#identity ??= await this.#initialize();
      if (isStopping()) break;
      try {
        await this.#transact(this.#identity);
      } catch (error) {
        if (!(error instanceof GivenUp)) throw error;
        this.#identity = undefined;
      }
    }
  }

  async #initialize(): Promise<Identity> {
    const { session, name } = this.#deps;
    this.#maker.resetSequences();
    return await session.retrying(async (client) => {
      const request = { transactionalId: name, transactionTimeoutMs: 60_000 };
      const { errorCode, producerId, producerEpoch } = await client.request(initProducerId, 4, request);
      assert.equal(errorCode, ERROR_NONE, `InitProducerId of ${name}`);
      return { producerId, producerEpoch };
    });
  }

  async #transact(identity: Identity): Promise<void> {
    const { ledger, name, random } = this.#deps;
    const transaction = ledger.begin(name, this.#count);
    this.#count += 1;
    const committed = random.chance(PERCENT_COMMIT);
    // Whatever goes wrong before EndTxn is sent, this transaction can't have taken effect.
    transaction.outcome = 'aborted';
    await this.#write(identity, transaction);
    // Offsets are only checked where every effective transaction has them.
    if (this.#count % 100 < PERCENT_WITH_OFFSETS || committed) await this.#commitOffset(identity, transaction);
    await this.#end(identity, transaction, committed);
  }

  #retrying<T>(step: (client: WireClient) => Promise<T>): Promise<T> {
    const { session, random } = this.#deps;
    return session.retrying(step, () => {
      if (random.chance(PERCENT_GIVE_UP)) throw new GivenUp();
    });
  }

  async #write(identity: Identity, transaction: SentTransaction): Promise<void> {
    const { random, target, name } = this.#deps;
    const requests: BatchesToSend[] = [];
    for (let i = random.below(4); i >= 0; i -= 1) requests.push(this.#maker.make(identity, transaction));
    if (!this.#isV2) await this.#addPartitions(identity, requests);
    const kind = { transactionalId: name, isV2: this.#isV2 };
    await this.#retrying(async (client) => {
      const pending = requests.filter(({ isAcknowledged }) => !isAcknowledged);
      const results = await Promise.allSettled(
        pending.map((request) => sendBatches(client, target.topic, request, kind)),
      );
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    });
  }

  async #addPartitions(identity: Identity, requests: readonly BatchesToSend[]): Promise<void> {
    const { target, name } = this.#deps;
    const partitions = [...new Set(requests.flatMap(({ batches }) => batches.map(({ partition }) => partition)))];
    const response = await this.#retrying((client) =>
      client.request(addPartitionsToTxn, 3, {
        v3AndBelowTransactionalId: name,
        v3AndBelowProducerId: identity.producerId,
        v3AndBelowProducerEpoch: identity.producerEpoch,
        v3AndBelowTopics: [{ name: target.topic, partitions }],
      }),
    );
    for (const topic of response.resultsByTopicV3AndBelow) {
      for (const { partitionErrorCode } of topic.resultsByPartition) {
        assert.equal(partitionErrorCode, ERROR_NONE, `AddPartitionsToTxn of ${name}`);
      }
    }
  }

  async #commitOffset(identity: Identity, transaction: SentTransaction): Promise<void> {
    const { name, target } = this.#deps;
    const groupId = groupOf(name);
    if (!this.#isV2) {
      const { errorCode } = await this.#retrying((client) =>
        client.request(addOffsetsToTxn, 3, { transactionalId: name, ...identity, groupId }),
      );
      assert.equal(errorCode, ERROR_NONE, `AddOffsetsToTxn of ${name}`);
    }
    const partition = { partitionIndex: 0, committedOffset: transaction.number, committedMetadata: '' };
    const response = await this.#retrying((client) =>
      client.request(txnOffsetCommit, this.#isV2 ? 5 : 3, {
        transactionalId: name,
        groupId,
        ...identity,
        topics: [{ name: target.topic, partitions: [partition] }],
      }),
    );
    assert.equal(response.topics[0]?.partitions[0]?.errorCode, ERROR_NONE, `TxnOffsetCommit of ${name}`);
  }

  async #end(identity: Identity, transaction: SentTransaction, committed: boolean): Promise<void> {
    const { name } = this.#deps;
    if (committed) transaction.outcome = 'unknown';
    const response = await this.#retrying((client) =>
      client.request(endTxn, this.#isV2 ? 5 : 3, { transactionalId: name, ...identity, committed }),
    );
    assert.equal(response.errorCode, ERROR_NONE, `EndTxn of ${name}`);
    transaction.outcome = committed ? 'committed' : 'aborted';
    if (!this.#isV2) return;
    const { producerId, producerEpoch } = response;
    this.#identity = { producerId, producerEpoch };
    this.#maker.resetSequences();
  }
}
