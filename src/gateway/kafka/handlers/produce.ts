/**
 * Produce. Batches are checked by their headers and CRC and appended as they came; the response waits for the durable
 * watermark like any other, so acks 1 and all are the same here. acks=0 gets no response, and an error closes the connection.
 */

import type { DomainError } from '../../../base/errors.ts';
import {
  compressionType,
  isTransactional,
  maxTimestamp,
  producerEpoch,
  producerId,
  setMaxTimestamp,
} from '../../../record/batch.ts';
import { checkUncompressedRecords, everyRecordHasKey } from '../../../record/check.ts';
import { RefusedRecordsError } from '../../../record/refused-records.ts';
import { validateProduceRecords } from '../../../record/validate.ts';
import type { Partition } from '../../../stream/partition.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, CLOSE_CONNECTION, handler, NO_RESPONSE } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { ProduceRequest, ProduceResponse } from '../protocol/produce.ts';
import type { KafkaServices } from '../services.ts';
import { partitionById, partitionByName } from './topics.ts';

type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number];
type TopicData = ProduceRequest['topicData'][number];

const FIRST_VERSION_WITH_TOPIC_IDS = 13;
/** KIP-890: from here on producing adds the partition to the transaction. */
const FIRST_VERSION_WITH_IMPLICIT_ADD = 12;
/** librdkafka looks for version 0 before it uses any; the oldest that is served is 3. */
const ADVERTISED = [0, 13] as const;
/** What a compressed batch of a compacted topic may unpack to when its keys are looked for. */
const UNPACKED_BYTES_MAX = 256 * 1024 * 1024;

interface ProduceCall {
  readonly services: KafkaServices;
  readonly transactionalId: string | null;
  readonly apiVersion: number;
}

export function produceHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.produce,
    (request: ProduceRequest, { apiVersion }) => {
      const call = { services, transactionalId: request.transactionalId, apiVersion };
      const answers = request.topicData.map((topic) =>
        topic.partitionData.map((data) => one(request, call, topic, data)),
      );
      if (!answers.some((topic) => topic.some((answer) => answer instanceof Promise))) {
        return respond(request, answers as PartitionAnswer[][]);
      }
      return Promise.all(answers.map((topic) => Promise.all(topic))).then((all) => respond(request, all));
    },
    { versions: ADVERTISED },
  );
}

function respond(request: ProduceRequest, answers: PartitionAnswer[][]) {
  if (request.acks === 0) {
    const failed = answers.some((topic) =>
      topic.some(({ errorCode }) => (errorCode ?? ErrorCode.NONE) !== ErrorCode.NONE),
    );
    return failed ? CLOSE_CONNECTION : NO_RESPONSE;
  }
  const responses = request.topicData.map(({ name, topicId }, i) => ({
    name,
    topicId,
    partitionResponses: answers[i] ?? [],
  }));
  return { responses };
}

function one(
  request: ProduceRequest,
  call: ProduceCall,
  topic: TopicData,
  data: TopicData['partitionData'][number],
): PartitionAnswer | Promise<PartitionAnswer> {
  const { index, records } = data;
  if (request.acks < -1 || request.acks > 1) return refused(index, ErrorCode.INVALID_REQUIRED_ACKS);
  const found =
    call.apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS
      ? partitionById(call.services, topic.topicId, index)
      : partitionByName(call.services, topic.name, index);
  if (typeof found === 'number') return refused(index, found);
  try {
    const [batch] = validateProduceRecords(records ?? Buffer.alloc(0), found.config, {
      version: call.apiVersion,
      nowMs: call.services.clock.nowMs(),
    });
    if (batch === undefined) return refused(index, ErrorCode.INVALID_RECORD);
    const keyed = checkRecords(found, batch);
    if (keyed === undefined) return append(call, found, batch);
    return keyed.then(() => append(call, found, batch)).catch((error) => failed(found, error));
  } catch (error) {
    return failed(found, error);
  }
}

/** What can only be seen in the records. A promise if they must be unpacked first by a codec that is not loaded yet. */
function checkRecords(partition: Partition, batch: Buffer): Promise<void> | undefined {
  const isCompacted = partition.config.cleanupCompact;
  if (compressionType(batch) === 'none') {
    const { everyRecordHasKey: isKeyed, maxTimestampMs } = checkUncompressedRecords(batch);
    if (!isKeyed && isCompacted) throw keyless(partition, batch);
    if (maxTimestampMs !== maxTimestamp(batch)) setMaxTimestamp(batch, maxTimestampMs);
    return undefined;
  }
  if (!isCompacted) return undefined;
  const hasKeys = everyRecordHasKey(batch, UNPACKED_BYTES_MAX);
  if (hasKeys === false) throw keyless(partition, batch);
  if (hasKeys === true) return undefined;
  return hasKeys.then((has) => {
    if (!has) throw keyless(partition, batch);
  });
}

function keyless({ topicName, index }: Partition, batch: Buffer): DomainError {
  const message = `Compacted topic cannot accept message without key in topic partition ${topicName}-${index}.`;
  return new RefusedRecordsError('record_invalid', message, batch, ({ key }) => key === null);
}

function append(call: ProduceCall, partition: Partition, batch: Buffer): PartitionAnswer {
  const implicitAdd = call.apiVersion >= FIRST_VERSION_WITH_IMPLICIT_ADD;
  const { topicName, index } = partition;
  if (isTransactional(batch)) {
    // Nobody may use the transactional id that isn't there.
    if (call.transactionalId === null) return refused(index, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    const { transactions } = call.services;
    const [id, epoch] = [producerId(batch), producerEpoch(batch)];
    try {
      transactions.verifyOrAddPartition(call.transactionalId, id, epoch, topicName, index, implicitAdd);
    } catch (error) {
      return failed(partition, error);
    }
  }
  try {
    const { baseOffset, logAppendTimeMs, logStartOffset } = partition.append(batch, implicitAdd);
    return { index, baseOffset, logAppendTimeMs, logStartOffset };
  } catch (error) {
    return { ...failed(partition, error), logStartOffset: partition.startOffset };
  }
}

/** As in Kafka, the log's start is told with what the log itself, or one of the records, is the reason for. */
function failed(partition: Partition, error: unknown): PartitionAnswer {
  const { errorCode, errorMessage } = failureOf(error);
  const { index, startOffset: logStartOffset } = partition;
  const answer = { index, errorCode, errorMessage, baseOffset: -1 };
  if (!(error instanceof RefusedRecordsError)) return answer;
  const recordErrors = error.places.map((batchIndex) => ({ batchIndex, batchIndexErrorMessage: null }));
  return { ...answer, logStartOffset, recordErrors };
}

function refused(index: number, errorCode: ErrorCode): PartitionAnswer {
  return { index, errorCode, baseOffset: -1 };
}
