/** Produce (key 0): record batches to append, by topic and partition. Version 13 names topics by id instead of by name. */
import {
  array,
  between,
  int16,
  int32,
  int64,
  nullable,
  optional,
  records,
  since,
  string,
  struct,
  tagged,
  uuid,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const produceRequest = message(
  { apiKey: 0, versions: [3, 13], flexible: 9 },
  {
    transactionalId: nullable(string()),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: between(3, 12, string()),
      topicId: since(13, uuid()),
      partitionData: array({ index: int32(), records: records() }),
    }),
  },
);

export const produceResponse = message(
  { apiKey: 0, versions: [3, 13], flexible: 9 },
  {
    responses: array({
      name: between(3, 12, string()),
      topicId: since(13, uuid()),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(0),
        baseOffset: int64(),
        logAppendTimeMs: int64(-1),
        logStartOffset: since(5, int64(-1)),
        recordErrors: since(8, optional(array({ batchIndex: int32(), batchIndexErrorMessage: nullable(string()) }))),
        errorMessage: since(8, nullable(string())),
        currentLeader: since(10, tagged(0, struct({ leaderId: int32(-1), leaderEpoch: int32(-1) }))),
      }),
    }),
    throttleTimeMs: int32(0),
    nodeEndpoints: since(
      10,
      tagged(0, array({ nodeId: int32(), host: string(), port: int32(), rack: nullable(string()) })),
    ),
  },
);

export type ProduceRequest = Infer<typeof produceRequest>;
export type ProduceResponse = Input<typeof produceResponse>;
