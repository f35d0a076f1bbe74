/**
 * DeleteTopics, by name or by id. A topic that is named twice, in whichever way, is not deleted. Each name and id is
 * answered once.
 */
import { UUID_ZERO } from '../../../catalog/uuid.ts';
import { type Failure, failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DeleteTopicsRequest, DeleteTopicsResponse } from '../protocol/delete-topics.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { duplicates } from './duplicates.ts';

type Wanted = DeleteTopicsRequest['topics'][number];
type TopicAnswer = DeleteTopicsResponse['responses'][number];

const FIRST_VERSION_WITH_TOPIC_IDS = 6;

export function deleteTopicsHandler(services: KafkaServices): AnyHandler {
  return handler(apis.deleteTopics, (request: DeleteTopicsRequest, { apiVersion }): DeleteTopicsResponse => {
    const wanted =
      apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS
        ? request.topics
        : request.topicNames.map((name) => ({ name, topicId: UUID_ZERO }));
    const malformed = wanted.flatMap((each) => malformedAnswer(each) ?? []);
    const sound = wanted.filter((each) => malformedAnswer(each) === undefined);
    const names = sound.flatMap(({ name }) => name ?? []);
    const ids = sound.filter(({ name }) => name === null).map(({ topicId }) => topicId);
    const wellNamed = once(names, (name) => refused(name, UUID_ZERO, 'Duplicate topic name.'));
    const wellIdentified = once(ids, (id) => refused(null, id, 'Duplicate topic id.'));
    const byId = new Set(wellIdentified.single);
    const answers = [...malformed, ...wellNamed.refused, ...wellIdentified.refused];
    for (const name of wellNamed.single) answers.push(deletedByName(services, name, byId));
    for (const id of byId) answers.push(deletedById(services, id));
    return { responses: answers };
  });
}

function malformedAnswer({ name, topicId }: Wanted): TopicAnswer | undefined {
  if (name !== null && topicId !== UUID_ZERO) {
    return refused(name, topicId, 'You may not specify both topic name and topic id.');
  }
  if (name === null && topicId === UUID_ZERO) {
    return refused(null, UUID_ZERO, 'Neither topic name nor id were specified.');
  }
  return undefined;
}

function once(keys: readonly string[], refuse: (key: string) => TopicAnswer) {
  const twice = duplicates(keys);
  return { single: keys.filter((key) => !twice.has(key)), refused: Array.from(twice, refuse) };
}

/** @param byId what the request wants deleted by id; a topic that is also named is taken out of it. */
function deletedByName({ catalog }: KafkaServices, name: string, byId: Set<string>): TopicAnswer {
  const id = catalog.topic(name)?.id;
  if (id !== undefined && byId.delete(id)) {
    return refused(name, id, 'The provided topic name maps to an ID that was already supplied.');
  }
  try {
    return deleted(catalog.deleteTopic({ name }));
  } catch (error) {
    return { name, topicId: UUID_ZERO, ...failureOf(error) };
  }
}

function deletedById({ catalog }: KafkaServices, id: string): TopicAnswer {
  try {
    return deleted(catalog.deleteTopic({ id }));
  } catch (error) {
    return { name: null, topicId: id, ...failureOf(error) };
  }
}

function deleted({ id, name }: { readonly id: string; readonly name: string }): TopicAnswer {
  return { name, topicId: id, errorCode: ErrorCode.NONE, errorMessage: null };
}

function refused(name: string | null, topicId: string, errorMessage: string): TopicAnswer {
  const failure: Failure = { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
  return { name, topicId, ...failure };
}
