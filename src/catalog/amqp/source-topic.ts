/**
 * The arguments by which an exchange is fed by a Kafka topic: every record of the topic is published to it. `x-source-topic` names the
 * topic, which need not exist yet; `x-source-offset` says whether records that are there already count (`first`) or not (`next`).
 */
import type { FieldTable } from '../../message/field-table.ts';
import { typeName, valueText } from '../../message/field-text.ts';
import { checkTopicName, isInternalTopic } from '../topic-name.ts';
import { ROOT_VHOST } from './model.ts';
import { preconditionFailed, resource } from './refusals.ts';

export const SOURCE_TOPIC = 'x-source-topic';
export const SOURCE_OFFSET = 'x-source-offset';
const STARTS = ['first', 'next'] as const;

export interface SourceTopic {
  readonly topic: string;
  readonly start: (typeof STARTS)[number];
}

/** Of an exchange that exists; undefined if no topic feeds it. */
export function sourceTopicOf(vhost: string, args: FieldTable): SourceTopic | undefined {
  const topic = args.get(SOURCE_TOPIC);
  if (topic?.type !== 'longstr' || vhost !== ROOT_VHOST) return undefined;
  const offset = args.get(SOURCE_OFFSET);
  return { topic: topic.value, start: offset?.type === 'longstr' && offset.value === 'first' ? 'first' : 'next' };
}

/** Of an exchange that is to be declared; undefined if none is to feed it. @throws DomainError `precondition_failed`, `topic_name_invalid` */
export function checkSourceTopic(vhost: string, exchange: string, args: FieldTable): string | undefined {
  const topic = args.get(SOURCE_TOPIC);
  const offset = args.get(SOURCE_OFFSET);
  if (topic === undefined && offset === undefined) return undefined;
  const what = resource('exchange', vhost, exchange);
  if (topic?.type !== 'longstr') {
    const given = topic === undefined ? 'there is none' : `its type is '${typeName(topic)}'`;
    throw preconditionFailed(`${SOURCE_TOPIC} of ${what} must be the name of a Kafka topic: ${given}`);
  }
  if (vhost !== ROOT_VHOST) {
    throw preconditionFailed(`${SOURCE_TOPIC} of ${what}: Kafka's topics are in vhost '${ROOT_VHOST}' only`);
  }
  if (offset !== undefined && (offset.type !== 'longstr' || !STARTS.some((start) => start === offset.value))) {
    throw preconditionFailed(`${SOURCE_OFFSET} of ${what} must be first or next, not '${valueText(offset)}'`);
  }
  checkTopicName(topic.value);
  if (isInternalTopic(topic.value)) {
    throw preconditionFailed(`${SOURCE_TOPIC} of ${what}: '${topic.value}' is an internal topic of Kafka`);
  }
  return topic.value;
}
