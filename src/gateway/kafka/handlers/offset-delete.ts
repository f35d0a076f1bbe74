/** OffsetDelete. An error of the group is that of the whole response, and leaves no partition in it. */
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { OffsetDeleteRequest, OffsetDeleteResponse } from '../protocol/offset-delete.ts';
import type { KafkaServices } from '../services.ts';
import { answersOf, existingOf } from './offset-topics.ts';

export function offsetDeleteHandler({ catalog, groups }: KafkaServices): AnyHandler {
  return handler(apis.offsetDelete, (request: OffsetDeleteRequest): OffsetDeleteResponse => {
    const { groupId, topics } = request;
    if (groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID, topics: [] };
    const unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    const asked = topics.map(({ name, partitions }) => ({ topic: catalog.topic(name), unknown, partitions }));
    const existing = existingOf(asked).map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partitionIndex }) => partitionIndex),
    }));
    const deleted = groups.offsetDelete({ groupId, topics: existing });
    if (deleted.error !== undefined) return { errorCode: codeOf(deleted.error), topics: [] };
    const answers = answersOf(asked, deleted.topics);
    return {
      topics: topics.map(({ name }, i) => ({ name, partitions: answers[i] ?? [] })),
    };
  });
}
