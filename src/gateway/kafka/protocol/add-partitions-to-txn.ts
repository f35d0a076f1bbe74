/**
 * AddPartitionsToTxn (key 24): partitions that a transaction writes to. From version 4 brokers batch transactions; a client's
 * versions are 0-3, with the fields named `v3AndBelow…`.
 */
import {
  array,
  between,
  bool,
  int16,
  int32,
  int64,
  optional,
  since,
  string,
  struct,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

const addPartitionsToTxnTopic = struct({ name: string(), partitions: array(int32()) });

export const addPartitionsToTxnRequest = message(
  { apiKey: 24, versions: [0, 5], flexible: 3 },
  {
    transactions: since(
      4,
      optional(
        array({
          transactionalId: string(),
          producerId: int64(),
          producerEpoch: int16(),
          verifyOnly: bool(false),
          topics: array(addPartitionsToTxnTopic),
        }),
      ),
    ),
    v3AndBelowTransactionalId: between(0, 3, optional(string())),
    v3AndBelowProducerId: between(0, 3, optional(int64())),
    v3AndBelowProducerEpoch: between(0, 3, optional(int16())),
    v3AndBelowTopics: between(0, 3, optional(array(addPartitionsToTxnTopic))),
  },
);

const addPartitionsToTxnPartitionResult = struct({ partitionIndex: int32(), partitionErrorCode: int16() });

const addPartitionsToTxnTopicResult = struct({
  name: string(),
  resultsByPartition: array(addPartitionsToTxnPartitionResult),
});

export const addPartitionsToTxnResponse = message(
  { apiKey: 24, versions: [0, 5], flexible: 3 },
  {
    throttleTimeMs: int32(0),
    errorCode: since(4, int16(0)),
    resultsByTransaction: since(
      4,
      optional(array({ transactionalId: string(), topicResults: array(addPartitionsToTxnTopicResult) })),
    ),
    resultsByTopicV3AndBelow: between(0, 3, optional(array(addPartitionsToTxnTopicResult))),
  },
);

export type AddPartitionsToTxnRequest = Infer<typeof addPartitionsToTxnRequest>;
export type AddPartitionsToTxnResponse = Input<typeof addPartitionsToTxnResponse>;
