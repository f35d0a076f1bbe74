/** The rules for tags of queues. All throw `AwsError`. */
import { AwsError, missingParameter } from '../protocol/aws-error.ts';
import { hasIllegalCharacters } from '../protocol/text.ts';

const TAGS_MAX = 50;
const KEY_CHARS_MAX = 128;
const VALUE_CHARS_MAX = 256;

/** The tags of a queue after these were added. */
export function withTags(
  queueName: string,
  tags: ReadonlyMap<string, string>,
  added: ReadonlyMap<string, string>,
): Map<string, string> {
  if (added.size === 0) throw missingParameter('Tags');
  const all = new Map([...tags, ...added]);
  if (all.size > TAGS_MAX) throw invalid(`Too many tags added for queue ${queueName}.`);
  for (const [key, value] of added) {
    checkText('key', key, KEY_CHARS_MAX);
    if (key === '') throw invalid('Tag keys must not be empty.');
    checkText('value', value, VALUE_CHARS_MAX);
  }
  return all;
}

export function withoutTags(tags: ReadonlyMap<string, string>, keys: readonly string[]): Map<string, string> {
  if (keys.length === 0) throw invalid('Tag keys must be between 1 and 128 characters in length.');
  const left = new Map(tags);
  for (const key of keys) left.delete(key);
  return left;
}

function checkText(what: string, text: string, charsMax: number): void {
  if (text.length > charsMax) throw invalid(`Tag ${what}s must be at most ${charsMax} characters in length.`);
  if (hasIllegalCharacters(text)) throw invalid(`A tag ${what} contains characters that are not allowed.`);
}

function invalid(text: string): AwsError {
  return new AwsError('InvalidParameterValueException', text);
}
