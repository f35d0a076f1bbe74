/** Metadata: this node leads everything. A topic that is named, missing and allowed comes into being here. */
import { DomainError } from '../../../base/errors.ts';
import type { Topic } from '../../../catalog/topic.ts';
import { checkTopicName, isInternalTopic } from '../../../catalog/topic-name.ts';
import { UUID_ZERO } from '../../../catalog/uuid.ts';
import { LEADER_EPOCH } from '../../../stream/partition.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { MetadataRequest, MetadataResponse } from '../protocol/metadata.ts';
import type { KafkaServices } from '../services.ts';
import { clusterOperations, topicOperations } from './authorized-operations.ts';

type TopicAnswer = MetadataResponse['topics'][number];

export function metadataHandler(services: KafkaServices): AnyHandler {
  const { catalog, nodeId, advertised } = services;
  return handler(apis.metadata, (request: MetadataRequest, { apiVersion }): MetadataResponse => {
    const topics = wantsAll(request, apiVersion)
      ? Array.from(catalog.topics(), (topic) => topicAnswer(services, topic))
      : (request.topics ?? []).map((wanted) => wantedTopic(services, request, wanted));
    const topicAuthorizedOperations = topicOperations(request.includeTopicAuthorizedOperations);
    return {
      brokers: [{ nodeId, host: advertised.host, port: advertised.port }],
      clusterId: catalog.clusterId ?? null,
      controllerId: nodeId,
      topics: topics.map((topic) => ({ ...topic, topicAuthorizedOperations })),
      clusterAuthorizedOperations: clusterOperations(request.includeClusterAuthorizedOperations),
    };
  });
}

/** Version 0 had no null: there the empty list means all topics. */
function wantsAll(request: MetadataRequest, apiVersion: number): boolean {
  return request.topics === null || (apiVersion === 0 && request.topics.length === 0);
}

function wantedTopic(
  services: KafkaServices,
  request: MetadataRequest,
  wanted: { topicId: string; name: string | null },
): TopicAnswer {
  const { catalog } = services;
  const { name, topicId } = wanted;
  // Kafka's own client sends an empty name beside the id.
  if (name === null || topicId !== UUID_ZERO) {
    const topic = catalog.topicById(topicId);
    if (topic !== undefined) return topicAnswer(services, topic);
    return { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId, partitions: [] };
  }
  const topic = catalog.topic(name);
  if (topic !== undefined) return topicAnswer(services, topic);
  try {
    checkTopicName(name);
    if (!services.autoCreateTopics || !request.allowAutoTopicCreation) {
      throw new DomainError('topic_not_found', `there is no topic ${name}`);
    }
    return topicAnswer(services, catalog.autoCreate(name));
  } catch (error) {
    const { errorCode } = failureOf(error);
    return { errorCode, name, topicId: UUID_ZERO, isInternal: isInternalTopic(name), partitions: [] };
  }
}

function topicAnswer({ nodeId }: KafkaServices, topic: Topic): TopicAnswer {
  const nodes = [nodeId];
  return {
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.map(({ index }) => ({
      partitionIndex: index,
      leaderId: nodeId,
      leaderEpoch: LEADER_EPOCH,
      replicaNodes: nodes,
      isrNodes: nodes,
    })),
  };
}
