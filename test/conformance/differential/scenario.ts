/** What every differential scenario is, and the requests that many of them begin with. */
import type { Conversation, Json, JsonObject } from '../../support/clients-probe.ts';

export type Scenario = { readonly title: string; readonly run: (broker: Conversation) => Promise<void> };

export async function createTopic(
  broker: Conversation,
  suffix: string,
  numPartitions = 1,
  configs: Readonly<Record<string, string>> = {},
): Promise<{ readonly name: string; readonly topicId: string }> {
  const name = broker.name(suffix);
  const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
  const created = await broker.quietly('CreateTopics', 7, {
    topics: [{ name, numPartitions, replicationFactor: 1, configs: entries }],
    timeoutMs: 10_000,
  });
  const [topic] = created.topics as readonly JsonObject[];
  if (topic?.errorCode !== 0) throw new Error(`creating ${name}: ${JSON.stringify(topic)}`);
  // Kafka answers before its broker leads the partitions.
  const partitions = Array.from({ length: numPartitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }));
  const offsets = { replicaId: -1, topics: [{ name, partitions }] };
  await broker.eventually('ListOffsets', 5, offsets, (answer) => !/"errorCode":[1-9]/.test(JSON.stringify(answer)));
  return { name, topicId: String(topic.topicId) };
}

/** The body of a Produce request, by name up to version 12 and by id from 13 on. */
export function produceBody(
  topic: { readonly name: string; readonly topicId: string },
  records: Buffer,
  { version = 9, acks = -1, partition = 0, transactionalId = null as string | null } = {},
): JsonObject {
  const named: JsonObject = version >= 13 ? { topicId: topic.topicId } : { name: topic.name };
  const partitionData = [{ index: partition, records: records.toString('base64') }];
  const transactional: JsonObject = transactionalId === null ? {} : { transactionalId };
  return { acks, timeoutMs: 5_000, ...transactional, topicData: [{ ...named, partitionData }] };
}

export function fetchBody(
  topic: { readonly name: string; readonly topicId: string },
  fetchOffset: number,
  { version = 12, isolationLevel = 0, partition = 0, currentLeaderEpoch = -1, maxWaitMs = 0 } = {},
): JsonObject {
  const named: JsonObject = version >= 13 ? { topicId: topic.topicId } : { topic: topic.name };
  const epoch: JsonObject = version >= 9 ? { currentLeaderEpoch } : {};
  const partitions: Json = [{ partition, fetchOffset, partitionMaxBytes: 1_000_000, ...epoch }];
  const replica: JsonObject = version >= 15 ? {} : { replicaId: -1 };
  const session: JsonObject = version >= 7 ? { sessionId: 0, sessionEpoch: -1 } : {};
  return {
    ...replica,
    ...{ maxWaitMs, minBytes: 0, maxBytes: 1_000_000, isolationLevel },
    ...session,
    topics: [{ ...named, partitions }],
  };
}

export async function produceText(
  broker: Conversation,
  topic: { readonly name: string; readonly topicId: string },
  values: readonly string[],
): Promise<void> {
  const records = await broker.batch({ records: values.map((value) => ({ value })) });
  await broker.quietly('Produce', 9, produceBody(topic, records));
}

/** A transactional or idempotent producer's id and epoch. The coordinator may need a moment to come up. */
export async function initProducer(
  broker: Conversation,
  transactionalId: string | null,
  transactionTimeoutMs = 30_000,
) {
  const body = { transactionalId, transactionTimeoutMs };
  const answer = await broker.eventually('InitProducerId', 4, body, ({ errorCode }) => errorCode === 0);
  return { producerId: Number(answer.producerId), producerEpoch: Number(answer.producerEpoch) };
}

/** Versions `[from, to]`, one after another. */
export function versions(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
