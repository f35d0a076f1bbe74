/** ElectLeaders (key 43): a null list of partitions means all of them. */
import { array, int8, int16, int32, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const electLeadersRequest = message(
  { apiKey: 43, versions: [0, 2], flexible: 2 },
  {
    electionType: since(1, int8()),
    topicPartitions: nullable(array({ topic: string(), partitions: array(int32()) })),
    timeoutMs: int32(60000),
  },
);

export const electLeadersResponse = message(
  { apiKey: 43, versions: [0, 2], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    errorCode: since(1, int16(0)),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({ partitionId: int32(), errorCode: int16(0), errorMessage: nullable(string()) }),
    }),
  },
);

export type ElectLeadersRequest = Infer<typeof electLeadersRequest>;
export type ElectLeadersResponse = Input<typeof electLeadersResponse>;
