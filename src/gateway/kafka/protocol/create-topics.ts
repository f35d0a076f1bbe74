/** CreateTopics (key 19). */
import { array, bool, int8, int16, int32, nullable, since, string, tagged, uuid } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const createTopicsRequest = message(
  { apiKey: 19, versions: [2, 7], flexible: 5 },
  {
    topics: array({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({ partitionIndex: int32(), brokerIds: array(int32()) }),
      configs: array({ name: string(), value: nullable(string()) }),
    }),
    timeoutMs: int32(60000),
    validateOnly: bool(false),
  },
);

export const createTopicsResponse = message(
  { apiKey: 19, versions: [2, 7], flexible: 5 },
  {
    throttleTimeMs: int32(0),
    topics: array({
      name: string(),
      topicId: since(7, uuid()),
      errorCode: int16(0),
      errorMessage: nullable(string()),
      topicConfigErrorCode: tagged(0, int16()),
      numPartitions: since(5, int32(-1)),
      replicationFactor: since(5, int16(-1)),
      configs: since(
        5,
        nullable(
          array({
            name: string(),
            value: nullable(string()),
            readOnly: bool(),
            configSource: int8(-1),
            isSensitive: bool(),
          }),
        ),
      ),
    }),
  },
);

export type CreateTopicsRequest = Infer<typeof createTopicsRequest>;
export type CreateTopicsResponse = Input<typeof createTopicsResponse>;
