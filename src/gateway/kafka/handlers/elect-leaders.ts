/**
 * ElectLeaders: every partition has the only leader it can have. Asked about all partitions, Kafka names the topics and
 * leaves out the partitions that need no election.
 */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { ElectLeadersRequest, ElectLeadersResponse } from '../protocol/elect-leaders.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';

type PartitionAnswer = ElectLeadersResponse['replicaElectionResults'][number]['partitionResult'][number];

const PREFERRED = 0;
const UNCLEAN = 1;

export function electLeadersHandler(services: KafkaServices): AnyHandler {
  return handler(apis.electLeaders, ({ electionType, topicPartitions }: ElectLeadersRequest): ElectLeadersResponse => {
    const isKnownType = electionType === PREFERRED || electionType === UNCLEAN;
    const answer = isKnownType ? needless : unknownType(electionType);
    const wanted =
      topicPartitions ?? Array.from(services.catalog.topics(), ({ name }) => ({ topic: name, partitions: [] }));
    return {
      errorCode: isKnownType ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST,
      replicaElectionResults: wanted.map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map((index) => answer(services, topic, index)),
      })),
    };
  });
}

function needless({ catalog }: KafkaServices, name: string, partitionId: number): PartitionAnswer {
  const topic = catalog.topic(name);
  if (topic?.partitions[partitionId] === undefined) {
    const errorMessage =
      topic === undefined ? `No such topic as ${name}` : `No such partition as ${name}-${partitionId}`;
    return { partitionId, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage };
  }
  const errorMessage = 'Leader election not needed for topic partition.';
  return { partitionId, errorCode: ErrorCode.ELECTION_NOT_NEEDED, errorMessage };
}

function unknownType(electionType: number) {
  const failure = { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: `Unknown election type ${electionType}` };
  return (_services: KafkaServices, _name: string, partitionId: number): PartitionAnswer => ({
    partitionId,
    ...failure,
  });
}
