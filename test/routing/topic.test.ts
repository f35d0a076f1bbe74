import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LogId } from '../../src/base/brand.ts';
import type { Binding } from '../../src/catalog/amqp/model.ts';
import { EMPTY_TABLE } from '../../src/message/field-table.ts';
import { QueueTarget, type Target } from '../../src/routing/target.ts';
import { TopicMatcher } from '../../src/routing/topic.ts';
import { testAmqpCatalog } from '../catalog/amqp/support.ts';
import { topicMatches } from './reference.ts';
import { message } from './support.ts';

function newBinding(routingKey: string): Binding {
  const source = testAmqpCatalog().catalog.requireExchange('/', 'amq.topic');
  return { source, destinationType: 'queue', destination: source, routingKey, arguments: EMPTY_TABLE };
}

function matched(matcher: TopicMatcher, ...routingKeys: string[]): Set<Target> {
  const found = new Set<Target>();
  matcher.match({ ...message(), routingKeys }, found);
  return found;
}

function matches(pattern: string, key: string): boolean {
  const matcher = new TopicMatcher();
  matcher.add(newBinding(pattern), new QueueTarget(1 as LogId));
  return matched(matcher, key).size === 1;
}

const word = fc.constantFrom('a', 'b', 'c', '', '*', '#', '#');
const pattern = fc.array(word, { maxLength: 5 }).map((words) => words.join('.'));
const key = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 6 }).map((words) => words.join('.'));

describe('topic patterns', () => {
  it('stand for words, one by one or any number', () => {
    const cases: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
      ['#', ['', 'a', 'a.b', '.', 'a.'], []],
      ['*', ['a', '#', '*'], ['', 'a.b', '.', 'a.']],
      ['a.#', ['a', 'a.', 'a.b', 'a.b.c'], ['', 'b.a', 'ab']],
      ['#.b', ['b', 'a.b', '.b', 'b.b'], ['', 'b.a', 'b.']],
      ['*.*', ['a.b', '.', 'a.'], ['a', 'a.b.c', '']],
      ['a.*.c', ['a.b.c', 'a..c'], ['a.c', 'a.b.b.c']],
      ['a.#.c', ['a.c', 'a.b.c', 'a.b.b.c', 'a.c.c'], ['a', 'c', 'a.c.b']],
      ['#.#', ['', 'a', 'a.b'], []],
      ['*.#', ['a', '.', 'a.b'], ['']],
      ['', [''], ['a', '.']],
      ['.', ['.'], ['', 'a', '..']],
      ['a', ['a'], ['A', 'a.', '.a']],
    ];
    for (const [text, yes, no] of cases) {
      for (const each of yes) assert.ok(matches(text, each), `'${text}' matches '${each}'`);
      for (const each of no) assert.ok(!matches(text, each), `'${text}' does not match '${each}'`);
    }
  });

  it('match what the rules say, together and after some of them went', () => {
    const bindings = fc.array(fc.tuple(pattern, fc.nat(3), fc.boolean()), { maxLength: 30, size: 'max' });
    fc.assert(
      fc.property(bindings, fc.array(key, { minLength: 1, maxLength: 8 }), (all, keys) => {
        const targets = [0, 1, 2, 3].map((id) => new QueueTarget(id as LogId));
        const target = (i: number): Target => targets[i] ?? assert.fail();
        const matcher = new TopicMatcher();
        const made = all.map(([text, i, stays]) => ({ binding: newBinding(text), text, i, stays }));
        const check = (present: typeof made) => {
          for (const each of keys) {
            const expected = new Set(present.filter(({ text }) => topicMatches(text, each)).map(({ i }) => target(i)));
            assert.deepEqual(matched(matcher, each), expected, each);
          }
        };
        for (const { binding, i } of made) matcher.add(binding, target(i));
        check(made);
        for (const { binding, i, stays } of made) if (!stays) matcher.remove(binding, target(i));
        check(made.filter(({ stays }) => stays));
        for (const { binding, i, stays } of made) if (stays) matcher.remove(binding, target(i));
        check([]);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('do not make a key take longer the more ways there are to read it', () => {
    const matcher = new TopicMatcher();
    matcher.add(newBinding(`${'#.a.'.repeat(60)}#.b`), new QueueTarget(1 as LogId));
    assert.equal(matched(matcher, 'a.'.repeat(120).slice(0, -1)).size, 0);
    assert.equal(matched(matcher, `${'a.'.repeat(120)}b`).size, 1);
  });

  it('are asked with each of several keys', () => {
    const matcher = new TopicMatcher();
    const [one, two] = [new QueueTarget(1 as LogId), new QueueTarget(2 as LogId)];
    matcher.add(newBinding('a.*'), one);
    matcher.add(newBinding('b'), two);
    assert.deepEqual(matched(matcher, 'a.x', 'c', 'b'), new Set([one, two]));
  });
});
