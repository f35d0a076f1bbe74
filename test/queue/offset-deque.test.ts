import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InFlight } from '../../src/queue/in-flight.ts';
import { InFlightTable } from '../../src/queue/in-flight-table.ts';
import { OffsetDeque } from '../../src/queue/offset-deque.ts';

/** Beyond what the low bits of one word tell. */
const FAR = 2 ** 40 - 3;

interface Value {
  readonly offset: number;
}

function valuesOf(deque: OffsetDeque<Value>): Value[] {
  const values: Value[] = [];
  deque.forEach((value, offset) => {
    assert.equal(value.offset, offset);
    values.push(value);
  });
  return values;
}

const steps = fc.array(
  fc.oneof(
    fc.record({ push: fc.nat(40) }),
    fc.record({ gap: fc.nat(100) }),
    fc.record({ clear: fc.nat(60) }),
    fc.record({ clearFirst: fc.nat(60) }),
    fc.record({ reset: fc.nat(1000) }),
  ),
  { maxLength: 60 },
);

test('holds what a map of offsets would hold', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 5, FAR), (all, base) => {
      const deque = new OffsetDeque<Value>(base);
      const model = new Map<number, Value>();
      let end = base;
      const pushAt = (offset: number): void => {
        const value = { offset };
        if (offset === end) deque.push(value);
        else deque.pushAt(offset, value);
        model.set(offset, value);
        end = offset + 1;
      };
      for (const step of all) {
        if ('push' in step) for (let i = 0; i < step.push; i++) pushAt(end);
        else if ('gap' in step) pushAt(end + step.gap);
        else if ('reset' in step) {
          model.clear();
          end += step.reset;
          deque.reset(end);
        } else {
          const held = [...model.keys()];
          const cleared =
            'clear' in step ? [held[step.clear % Math.max(1, held.length)]] : held.slice(0, step.clearFirst);
          for (const offset of cleared) {
            assert.equal(deque.clear(offset ?? end), model.get(offset ?? end));
            model.delete(offset ?? end);
          }
        }
        assert.deepEqual(valuesOf(deque), [...model.values()]);
        assert.equal(deque.size, model.size);
        assert.equal(deque.endOffset, end);
        assert.equal(deque.startOffset, model.keys().next().value ?? end);
        assert.equal(deque.newest, model.get(end - 1));
        for (const outside of [deque.startOffset - 1, end, end + 16]) assert.equal(deque.get(outside), undefined);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('what is in flight is found wherever it stands', () => {
  const offsets = fc.array(fc.record({ skip: fc.constantFrom(1, 1, 1, 2, 9, 6000), again: fc.nat(100) }), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(offsets, (all) => {
      const table = new InFlightTable();
      const model = new Map<number, InFlight>();
      const returned: number[] = [];
      let next = 0;
      const add = (offset: number): void => {
        const inFlight = new InFlight(undefined, 0, offset);
        table.add(offset, inFlight);
        model.set(offset, inFlight);
      };
      for (const { skip, again } of all) {
        next += skip;
        add(next);
        const some = [...model.keys()][again];
        if (some !== undefined) {
          assert.equal(table.take(some), model.get(some));
          assert.equal(table.take(some), undefined);
          model.delete(some);
          returned.push(some);
        }
        if (again % 3 === 0 && returned.length > 0) add(returned.shift() as number);
        assert.equal(table.size, model.size);
      }
      for (const [offset, inFlight] of model) assert.equal(table.take(offset), inFlight);
      assert.equal(table.size, 0);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('one message that is never settled costs no slot for each that passes', () => {
  const table = new InFlightTable();
  table.add(0, new InFlight(undefined, 0, 0));
  for (let offset = 1; offset < 100_000; offset++) {
    table.add(offset, new InFlight(undefined, 0, 0));
    assert.ok(table.take(offset) !== undefined);
  }
  assert.equal(table.size, 1);
  assert.ok(table.take(0) !== undefined);
});
