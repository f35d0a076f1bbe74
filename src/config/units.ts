/**
 * Numbers with a unit, as people write them: `64 MiB`, `7 d`, `250`. A bare number is in the base unit (bytes,
 * milliseconds). A unit that does not belong to the setting is refused, never guessed.
 */

/** `count` and `percent` take bare numbers only. */
export type Unit = 'bytes' | 'ms' | 'percent' | 'count';

/** Largest first, so that writing a number picks the largest unit that divides it. */
const SCALES: Readonly<Record<Unit, readonly (readonly [name: string, size: number])[]>> = {
  bytes: [
    ['TiB', 1024 ** 4],
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
    ['B', 1],
  ],
  ms: [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
    ['ms', 1],
  ],
  percent: [['%', 1]],
  count: [],
};

/** The number in the base unit, or what is wrong with the text. */
export function parseQuantity(text: string, unit: Unit): number | { readonly problem: string } {
  const match = /^(-?\d+(?:\.\d+)?)\s*([a-zA-Z%]*)$/.exec(text.trim());
  if (!match) return { problem: 'is not a number' };
  const [, digits = '', suffix = ''] = match;
  let scale = 1;
  if (suffix !== '') {
    const known = SCALES[unit].find(([name]) => name === suffix);
    if (!known) return { problem: `has the unit ${JSON.stringify(suffix)}, which it does not take${unitHint(unit)}` };
    scale = known[1];
  }
  const value = Number(digits) * scale;
  if (!Number.isInteger(value)) return { problem: 'is not a whole number' };
  return Number.isSafeInteger(value) ? value : { problem: 'is too large' };
}

/** The shortest exact form: 67108864 bytes is `64 MiB`. */
export function formatQuantity(value: number, unit: Unit): string {
  if (unit === 'percent') return `${value}%`;
  const scale = value > 0 ? SCALES[unit].find(([, size]) => value % size === 0) : undefined;
  return scale ? `${value / scale[1]} ${scale[0]}` : String(value);
}

function unitHint(unit: Unit): string {
  const names = SCALES[unit].map(([name]) => name).reverse();
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}
