import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutTags, withTags } from '../../../../src/gateway/sqs/rules/tags.ts';
import { awsError } from '../protocol/helpers.ts';

const NONE = new Map<string, string>();
const many = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`k${i}`, '']));

test('tags are added, replaced and removed', () => {
  const tags = withTags(
    'q',
    new Map([['a', '1']]),
    new Map([
      ['a', '2'],
      ['é', ''],
    ]),
  );
  assert.deepEqual(
    tags,
    new Map([
      ['a', '2'],
      ['é', ''],
    ]),
  );
  assert.deepEqual(withoutTags(tags, ['a', 'gone']), new Map([['é', '']]));
  assert.equal(tags.size, 2);
});

test('a queue has up to fifty tags', () => {
  assert.equal(withTags('q', many(50), many(50)).size, 50);
  assert.throws(
    () => withTags('q', many(50), new Map([['another', '']])),
    awsError('InvalidParameterValueException', 'Too many tags added for queue q.'),
  );
});

test('tags are refused that are none', () => {
  assert.throws(
    () => withTags('q', NONE, NONE),
    awsError('MissingRequiredParameterException', 'The request must contain the parameter Tags.'),
  );
  withTags('q', NONE, new Map([['k'.repeat(128), 'v'.repeat(256)]]));
  const bad: [string, string][] = [
    ['', 'v'],
    ['k'.repeat(129), 'v'],
    ['k', 'v'.repeat(257)],
    ['\u0000', 'v'],
    ['k', '\ud800'],
  ];
  for (const tag of bad) {
    assert.throws(() => withTags('q', NONE, new Map([tag])), awsError('InvalidParameterValueException', /[Tt]ag/));
  }
  assert.throws(() => withoutTags(NONE, []), awsError('InvalidParameterValueException', /1 and 128 characters/));
});
