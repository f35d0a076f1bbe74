/** CreatePartitions: grows topics. A topic that is named twice is refused once; others succeed and fail one by one. */
import { DomainError } from '../../../base/errors.ts';
import { PARTITIONS_PER_REQUEST_MAX } from '../../../catalog/replicas.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { CreatePartitionsRequest, CreatePartitionsResponse } from '../protocol/create-partitions.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { duplicates } from './duplicates.ts';

type Wanted = CreatePartitionsRequest['topics'][number];
type TopicAnswer = CreatePartitionsResponse['results'][number];

export function createPartitionsHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.createPartitions,
    ({ topics, validateOnly }: CreatePartitionsRequest): CreatePartitionsResponse => {
      const twice = duplicates(topics.map(({ name }) => name));
      const results = Array.from(twice, (name): TopicAnswer => {
        return { name, errorCode: ErrorCode.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' };
      });
      let budget = PARTITIONS_PER_REQUEST_MAX;
      for (const topic of topics) {
        if (twice.has(topic.name)) continue;
        const added = addedBy(services, topic);
        const answer = grown(services, topic, validateOnly, added <= budget);
        if (answer.errorCode === ErrorCode.NONE) budget -= added;
        results.push(answer);
      }
      return { results };
    },
  );
}

function addedBy({ catalog }: KafkaServices, { name, count }: Wanted): number {
  return count - (catalog.topic(name)?.partitions.length ?? count);
}

function grown({ catalog }: KafkaServices, topic: Wanted, validateOnly: boolean, isWithinBudget: boolean): TopicAnswer {
  const { name, count, assignments } = topic;
  try {
    if (!isWithinBudget) {
      throw new DomainError('policy_violation', 'Excessively large number of partitions per request.');
    }
    const brokerIds = assignments?.map((assignment) => assignment.brokerIds) ?? null;
    catalog.addPartitions(name, count, brokerIds, { validateOnly });
    return { name, errorCode: ErrorCode.NONE, errorMessage: null };
  } catch (error) {
    return { name, ...failureOf(error) };
  }
}
