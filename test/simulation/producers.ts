/** Producers outside of transactions: idempotent ones that pipeline and repeat, and plain ones. */

import type { Infer } from '../../src/base/schema/message.ts';
import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/gateway/kafka/protocol/init-producer-id.ts';
import { produceRequest, produceResponse } from '../../src/gateway/kafka/protocol/produce.ts';
import { buildBatch } from '../../src/record/build.ts';
import { type Client, ConnectionLost } from './client.ts';
import { type Place, placeKey, type SentRecord, type SimTransaction, Violation } from './history.ts';

export type ProduceAnswer = Infer<typeof produceResponse>['responses'][number]['partitionResponses'][number];

export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface Batch {
  readonly place: Place;
  readonly records: readonly SentRecord[];
  readonly bytes: Buffer;
}

const PADDING_BYTES_MAX = 150;
/** Seldom a batch that is larger than the caches and many a file. */
const LARGE_PERCENT = 4;
const LARGE_PADDING_BYTES = 5000;
const RECORDS_MAX = 3;
const IN_FLIGHT_MAX = 5;
const VERSION_BY_NAME = 11;
const VERSION_BY_ID = 13;

/** What a producer may be told for a while. */
export const RETRIABLE: readonly number[] = [
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.REQUEST_TIMED_OUT,
];

export interface BatchOptions extends ProducerIdentity {
  readonly baseSequence: number;
  readonly transaction?: SimTransaction;
}

const NO_PRODUCER: BatchOptions = { producerId: -1, producerEpoch: -1, baseSequence: -1 };

export function newBatch(client: Client, producer: string, place: Place, options: BatchOptions = NO_PRODUCER): Batch {
  const { random, world } = client;
  const records: SentRecord[] = [];
  for (let i = 1 + random.below(RECORDS_MAX); i > 0; i -= 1) {
    const padding = random.chance(LARGE_PERCENT) ? LARGE_PADDING_BYTES : random.below(PADDING_BYTES_MAX);
    const isOnce = options.producerId >= 0;
    records.push(world.history.send(producer, placeKey(place), padding, isOnce, options.transaction));
  }
  const bytes = buildBatch({
    baseOffset: 0,
    records: records.map(({ value }, offsetDelta) => {
      return { offsetDelta, timestampMs: world.scheduler.nowMs(), key: null, value };
    }),
    producerId: options.producerId,
    producerEpoch: options.producerEpoch,
    baseSequence: options.baseSequence,
    transactional: options.transaction !== undefined,
  });
  return { place, records, bytes };
}

export interface ProduceOptions {
  readonly version: number;
  readonly transactionalId?: string;
}

/** Sends one batch on the present connection. */
export async function produce(
  call: Client['call'],
  { place, bytes }: Batch,
  { version, transactionalId }: ProduceOptions,
): Promise<ProduceAnswer> {
  const { topic, topicId, index } = place;
  const answer = await call(produceRequest, produceResponse, version, {
    transactionalId: transactionalId ?? null,
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: topic, topicId, partitionData: [{ index, records: bytes }] }],
  });
  const partition = answer.responses[0]?.partitionResponses[0];
  if (partition === undefined) throw new Violation('a Produce was answered without its partition');
  return partition;
}

/** A topic that is being deleted answers so. */
function isGone(client: Client, place: Place, errorCode: number): boolean {
  const codes: readonly number[] = [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID];
  return codes.includes(errorCode) && client.world.history.partition(placeKey(place)).mayBeDeleted;
}

/** At least once: each batch alone, again until it is acknowledged. */
export async function plainProducer(client: Client, places: readonly Place[], count: number): Promise<void> {
  const version = client.random.chance(50) ? VERSION_BY_NAME : VERSION_BY_ID;
  for (let i = 0; i < count; i += 1) {
    const place = places[client.random.below(places.length)] as Place;
    const batch = newBatch(client, client.name, place);
    await client.insist(`producing ${i}`, async () => {
      const { errorCode, baseOffset } = await produce((...call) => client.call(...call), batch, { version });
      if (isGone(client, place, errorCode)) return true;
      if (RETRIABLE.includes(errorCode)) return undefined;
      if (errorCode !== ErrorCode.NONE) throw new Violation(`${client.name} was refused with ${errorCode}`);
      client.world.history.acknowledged(batch.records, baseOffset);
      return true;
    });
    if (client.random.chance(30)) await client.sleep(client.random.below(20));
  }
}

export async function initProducerId(client: Client): Promise<ProducerIdentity> {
  return client.insist('getting a producer id', async () => {
    const answer = await client.call(initProducerIdRequest, initProducerIdResponse, 4, {
      transactionalId: null,
      transactionTimeoutMs: 1000,
    });
    if (RETRIABLE.includes(answer.errorCode)) return undefined;
    if (answer.errorCode !== ErrorCode.NONE) throw new Violation(`InitProducerId was refused with ${answer.errorCode}`);
    return answer;
  });
}

/**
 * Exactly once: up to five batches in flight; after a lost connection or a refusal everything that is not acknowledged is
 * sent again in order, with the same bytes.
 */
export async function idempotentProducer(
  client: Client,
  identity: ProducerIdentity,
  places: readonly Place[],
  count: number,
): Promise<void> {
  const sequences = new Map<Place, number>();
  const version = client.random.chance(50) ? VERSION_BY_NAME : VERSION_BY_ID;
  let unsent = count;
  let pending: Batch[] = [];
  while (unsent > 0 || pending.length > 0) {
    client.doing = `producing, ${unsent} to send, ${pending.length} pending`;
    while (unsent > 0 && pending.length < IN_FLIGHT_MAX) {
      const place = places[client.random.below(places.length)] as Place;
      const baseSequence = sequences.get(place) ?? 0;
      const batch = newBatch(client, client.name, place, { ...identity, baseSequence });
      sequences.set(place, baseSequence + batch.records.length);
      pending.push(batch);
      unsent -= 1;
    }
    pending = await sendAll(client, pending, version);
    if (pending.length > 0) await client.sleep(5 + client.random.below(30));
    else if (client.random.chance(30)) await client.sleep(client.random.below(20));
  }
}

/** Answers what is to be sent again. */
async function sendAll(client: Client, pending: readonly Batch[], version: number): Promise<Batch[]> {
  const connection = await client.connection();
  const answers = await Promise.all(
    pending.map((batch) =>
      produce((...call) => connection.call(...call), batch, { version }).catch((error) => {
        if (error instanceof ConnectionLost) return undefined;
        throw error;
      }),
    ),
  );
  const failed = new Set<string>();
  return pending.filter((batch, i) => {
    const answer = answers[i];
    const key = placeKey(batch.place);
    if (answer?.errorCode === ErrorCode.NONE) {
      client.world.history.acknowledged(batch.records, answer.baseOffset);
      return false;
    }
    if (answer !== undefined && isGone(client, batch.place, answer.errorCode)) return false;
    // A batch behind one that was refused is out of order, and only then.
    const isBehind = answer?.errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER && failed.has(key);
    if (answer !== undefined && !isBehind && !RETRIABLE.includes(answer.errorCode)) {
      throw new Violation(`${client.name} was refused with ${answer.errorCode} ${answer.errorMessage}`);
    }
    failed.add(key);
    return true;
  });
}
