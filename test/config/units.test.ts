/** Quantities as people write them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatQuantity, parseQuantity, type Unit } from '../../src/config/units.ts';

describe('parseQuantity', () => {
  const good: [string, Unit, number][] = [
    ['0', 'bytes', 0],
    ['250', 'ms', 250],
    ['64 MiB', 'bytes', 67_108_864],
    ['64MiB', 'bytes', 67_108_864],
    ['1.5 KiB', 'bytes', 1536],
    [' 7 d ', 'ms', 604_800_000],
    ['2min', 'ms', 120_000],
    ['-1', 'ms', -1],
    ['50%', 'percent', 50],
    ['3', 'count', 3],
  ];
  for (const [text, unit, value] of good) {
    it(`reads ${JSON.stringify(text)} as ${value} ${unit}`, () => assert.equal(parseQuantity(text, unit), value));
  }

  const bad: [string, Unit, RegExp][] = [
    ['', 'count', /not a number/],
    ['ten', 'count', /not a number/],
    ['0x10', 'count', /not take|not a number/],
    ['1e3', 'count', /not a number|not take/],
    ['64 MB', 'bytes', /unit "MB", which it does not take \(B, KiB, MiB, GiB, TiB\)/],
    ['64 mib', 'bytes', /unit "mib"/],
    ['5 s', 'bytes', /unit "s"/],
    ['5 MiB', 'ms', /unit "MiB", which it does not take \(ms, s, min, h, d\)/],
    ['5 s', 'count', /unit "s", which it does not take$/],
    ['0.5', 'bytes', /whole number/],
    ['9007199254740992', 'count', /too large/],
    ['8388608 TiB', 'bytes', /too large/],
  ];
  for (const [text, unit, problem] of bad) {
    it(`refuses ${JSON.stringify(text)} as ${unit}`, () => {
      const result = parseQuantity(text, unit);
      assert.ok(typeof result === 'object', `read as ${String(result)}`);
      assert.match(result.problem, problem);
    });
  }
});

describe('formatQuantity', () => {
  it('picks the largest unit that divides the value', () => {
    assert.equal(formatQuantity(67_108_864, 'bytes'), '64 MiB');
    assert.equal(formatQuantity(1_048_588, 'bytes'), '1048588 B');
    assert.equal(formatQuantity(5_400_000, 'ms'), '90 min');
    assert.equal(formatQuantity(-1, 'bytes'), '-1');
    assert.equal(formatQuantity(9092, 'count'), '9092');
    assert.equal(formatQuantity(50, 'percent'), '50%');
  });
});
