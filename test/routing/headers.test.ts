import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LogId } from '../../src/base/brand.ts';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';
import { HeadersMatcher } from '../../src/routing/headers.ts';
import { QueueTarget, type Target } from '../../src/routing/target.ts';
import { table, testAmqpCatalog } from '../catalog/amqp/support.ts';
import { headersMatch } from './reference.ts';
import { message } from './support.ts';

type Fields = Parameters<typeof table>[0];

const source = testAmqpCatalog().catalog.requireExchange('/', 'amq.headers');

function newBinding(args: FieldTable) {
  return { source, destinationType: 'queue', destination: source, routingKey: '', arguments: args } as const;
}

function matched(matcher: HeadersMatcher, headers: FieldTable): Set<Target> {
  const found = new Set<Target>();
  matcher.match({ ...message(headers), routingKeys: ['ignored'] }, found);
  return found;
}

function matches(args: Fields, headers: Fields): boolean {
  const matcher = new HeadersMatcher();
  matcher.add(newBinding(table(args)), new QueueTarget(1 as LogId));
  return matched(matcher, table(headers)).size === 1;
}

const VOID: FieldValue = { type: 'void' };

describe('headers', () => {
  it('must all be there, or any of them', () => {
    assert.ok(matches({ a: 1, b: 'x' }, { a: 1, b: 'x', c: 2 }), 'all is the default');
    assert.ok(!matches({ a: 1, b: 'x' }, { a: 1 }));
    assert.ok(matches({ 'x-match': 'any', a: 1, b: 'x' }, { a: 1 }));
    assert.ok(!matches({ 'x-match': 'any', a: 1 }, { a: 2 }));
    assert.ok(matches({ 'x-match': 'all' }, { a: 2 }), 'nothing is asked for');
    assert.ok(!matches({ 'x-match': 'any' }, { a: 2 }), 'nothing can be met');
  });

  it('that begin with x- count only if it is said', () => {
    assert.ok(matches({ 'x-a': 1 }, {}));
    assert.ok(!matches({ 'x-match': 'any', 'x-a': 1 }, { 'x-a': 1 }));
    assert.ok(!matches({ 'x-match': 'all-with-x', 'x-a': 1 }, {}));
    assert.ok(matches({ 'x-match': 'all-with-x', 'x-a': 1 }, { 'x-a': 1 }));
    assert.ok(matches({ 'x-match': 'any-with-x', 'x-a': 1, b: 2 }, { 'x-a': 1 }));
    assert.ok(!matches({ 'x-match': 'any-with-x' }, { 'x-match': 'any-with-x' }));
  });

  it('are compared by value, whatever their type; one without a value need only be there', () => {
    assert.ok(matches({ a: 5 }, { a: { type: 'int64', value: 5n } }));
    assert.ok(matches({ a: 5 }, { a: { type: 'double', value: 5 } }));
    assert.ok(!matches({ a: 5 }, { a: '5' }));
    assert.ok(matches({ a: VOID }, { a: 'anything' }));
    assert.ok(matches({ a: VOID }, { a: VOID }));
    assert.ok(!matches({ a: VOID }, {}));
    assert.ok(!matches({ a: 1 }, { a: VOID }));
  });

  it('match what the rules say, together and after some bindings went', () => {
    const name = fc.constantFrom('a', 'b', 'x-a', 'x-b');
    const value = fc.constantFrom<Fields[string]>(1, 2, '1', true, VOID, { type: 'int8', value: 1 });
    const fields = fc.dictionary(name, value, { maxKeys: 4 });
    const mode = fc.constantFrom<Fields>(
      {},
      ...['all', 'any', 'all-with-x', 'any-with-x'].map((each) => ({ 'x-match': each })),
    );
    const args = fc.tuple(fields, mode).map(([own, match]) => table({ ...own, ...match }));
    fc.assert(
      fc.property(fc.array(fc.tuple(args, fc.boolean()), { maxLength: 10 }), fields, (all, headers) => {
        const matcher = new HeadersMatcher();
        const made = all.map(([each, stays], i) => ({
          binding: newBinding(each),
          target: new QueueTarget(i as LogId),
          stays,
        }));
        const check = (present: typeof made) => {
          const expected = present.filter(({ binding }) => headersMatch(binding.arguments, table(headers)));
          assert.deepEqual(matched(matcher, table(headers)), new Set(expected.map(({ target }) => target)));
        };
        for (const { binding, target } of made) matcher.add(binding, target);
        check(made);
        for (const { binding, stays } of made) if (!stays) matcher.remove(binding);
        check(made.filter(({ stays }) => stays));
      }),
      { seed: 9, numRuns: 1000 },
    );
  });
});
