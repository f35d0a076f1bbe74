import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EMPTY_TABLE, type FieldTable } from '../../src/message/field-table.ts';
import { attempt, command } from '../catalog/amqp/commands.ts';
import { table, testAmqpCatalog } from '../catalog/amqp/support.ts';
import { reachedQueues } from './reference.ts';
import { message, names, testRouter } from './support.ts';

const EXCHANGES = ['x1', 'x2', 'x3', 'x4', 'amq.topic', 'amq.headers', 'amq.direct', ''];
const VHOSTS = ['/', 'v'];

const key = fc.constantFrom('', 'a', 'a.b', 'a.b.c', 'a.', '.', 'q1', 'a.b', '3');
const headers = fc.constantFrom<FieldTable>(
  EMPTY_TABLE,
  table({ h: 1 }),
  table({ k: 'v', 'x-h': 2 }),
  table({ h: { type: 'int64', value: 1n }, k: 'w' }),
);
const question = fc.record({ keys: fc.array(key, { minLength: 1, maxLength: 2 }), headers });

describe('routing', () => {
  it('follows the rules after any change, whether routes were kept or not, and whenever the router was made', () => {
    const commands = fc.array(fc.tuple(command, question), { maxLength: 40, size: 'max' });
    fc.assert(
      fc.property(commands, fc.constantFrom(0, 20, 1000), (steps, cachedRoutesMax) => {
        const { catalog } = testAmqpCatalog();
        const router = testRouter(catalog, cachedRoutesMax);
        const all = VHOSTS.flatMap((vhost) => EXCHANGES.map((name) => router.resolve(vhost, name)));
        const check = (refs: typeof all, { keys, headers: table }: { keys: string[]; headers: FieldTable }) => {
          for (const ref of refs) {
            const expected = reachedQueues(catalog, ref.vhost, ref.name, keys, table);
            const [first = ''] = keys;
            const alone = reachedQueues(catalog, ref.vhost, ref.name, [first], table);
            assert.deepEqual(names(catalog, ref.routeAll(keys, message(table))), expected, ref.name);
            for (let time = 1; time <= 3; time += 1) {
              assert.deepEqual(names(catalog, ref.route(first, message(table))), alone, `${ref.name}, time ${time}`);
            }
            assert.equal(ref.exchange, catalog.exchange(ref.vhost, ref.name));
          }
        };
        for (const [change, asked] of steps) {
          attempt(catalog, change);
          check(all, asked);
        }
        const late = testRouter(catalog);
        const lateRefs = VHOSTS.flatMap((vhost) => EXCHANGES.map((name) => late.resolve(vhost, name)));
        for (const [, asked] of steps) check(lateRefs, asked);
      }),
      { seed: 11, numRuns: 120 },
    );
  });
});
