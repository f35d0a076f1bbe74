/**
 * CreateTopics. Topics succeed and fail one by one, except that a request for too many partitions in all is refused whole,
 * and that a topic which is named twice is refused once.
 */
import type { ConfigEntry } from '../../../catalog/config-descriptions.ts';
import { PARTITIONS_PER_REQUEST_MAX } from '../../../catalog/replicas.ts';
import { UUID_ZERO } from '../../../catalog/uuid.ts';
import { type Failure, failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { CreateTopicsRequest, CreateTopicsResponse } from '../protocol/create-topics.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { SOURCE_CODES } from './config-codes.ts';
import { duplicates } from './duplicates.ts';

type WantedTopic = CreateTopicsRequest['topics'][number];
type TopicAnswer = CreateTopicsResponse['topics'][number];

const DEFAULT_PARTITIONS = -1;
const DUPLICATE: Failure = { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' };
const TOO_MANY: Failure = {
  errorCode: ErrorCode.POLICY_VIOLATION,
  errorMessage: 'Excessively large number of partitions per request.',
};

export function createTopicsHandler(services: KafkaServices): AnyHandler {
  return handler(apis.createTopics, ({ topics, validateOnly }: CreateTopicsRequest): CreateTopicsResponse => {
    const twice = duplicates(topics.map(({ name }) => name));
    const single = topics.filter(({ name }) => !twice.has(name));
    const answers = hasTooManyPartitions(services, single)
      ? single.map(({ name }) => refused(name, TOO_MANY))
      : single.map((topic) => created(services, topic, validateOnly));
    return { topics: [...answers, ...Array.from(twice, (name) => refused(name, DUPLICATE))] };
  });
}

function hasTooManyPartitions(services: KafkaServices, topics: readonly WantedTopic[]): boolean {
  const isDefaultWanted = topics.some(({ numPartitions }) => numPartitions === DEFAULT_PARTITIONS);
  const defaultPartitions = isDefaultWanted ? defaultPartitionsOf(services) : 1;
  const total = topics.reduce((sum, topic) => sum + partitionsOf(topic, defaultPartitions), 0);
  return total > PARTITIONS_PER_REQUEST_MAX;
}

function partitionsOf({ assignments, numPartitions }: WantedTopic, defaultPartitions: number): number {
  if (assignments.length > 0) return assignments.length;
  // A count that is not legal is refused with its own topic, and must not make room for others here.
  return numPartitions === DEFAULT_PARTITIONS ? defaultPartitions : Math.max(0, numPartitions);
}

function defaultPartitionsOf({ catalog, nodeId }: KafkaServices): number {
  const [entry] = catalog.describeConfigs({ type: 'broker', name: String(nodeId) }, ['num.partitions']);
  return Number(entry?.value ?? 1);
}

function created({ catalog }: KafkaServices, topic: WantedTopic, validateOnly: boolean): TopicAnswer {
  try {
    const { name, topicId, numPartitions, replicationFactor, configs } = catalog.createTopic(topic, { validateOnly });
    return {
      name,
      topicId,
      errorCode: ErrorCode.NONE,
      errorMessage: null,
      numPartitions,
      replicationFactor,
      configs: configs.map(configAnswer),
    };
  } catch (error) {
    return refused(topic.name, failureOf(error));
  }
}

function refused(name: string, failure: Failure): TopicAnswer {
  return { name, topicId: UUID_ZERO, ...failure, configs: [] };
}

function configAnswer({ name, value, readOnly, source, isSensitive }: ConfigEntry) {
  return { name, value, readOnly, configSource: SOURCE_CODES[source], isSensitive };
}
