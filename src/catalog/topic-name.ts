/**
 * The rules for topic names. Refuses what Kafka refuses, in its words. Nobody creates or writes topics by the names that
 * Kafka keeps for its own: Trilog's coordinators keep their state in journals.
 */
import { DomainError } from '../base/errors.ts';

const NAME_CHARS_MAX = 249;

/** The only one of them that exists here, for clients that look for it. It never holds anything. */
export const OFFSETS_TOPIC = '__consumer_offsets';

const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__cluster_metadata',
  OFFSETS_TOPIC,
  '__share_group_state',
  '__transaction_state',
]);

export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name);
}

/** @throws DomainError `topic_name_invalid` */
export function checkTopicName(name: string): void {
  const complaint = nameComplaint(name);
  if (complaint !== undefined) throw new DomainError('topic_name_invalid', `Topic name is invalid: ${complaint}`);
}

function nameComplaint(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed';
  if (name === '.') return "'.' is not allowed";
  if (name === '..') return "'..' is not allowed";
  if (name.length > NAME_CHARS_MAX) {
    return `the length of '${name.slice(0, 2 * NAME_CHARS_MAX)}' is longer than the max allowed length ${NAME_CHARS_MAX}`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return undefined;
}

/** Two names with the same key collide: Kafka's metrics write '.' as '_'. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_');
}
