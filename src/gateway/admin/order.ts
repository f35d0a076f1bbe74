/** The order of lists: by one column of the answer, or by what a list is ordered by when nobody says. */

/** What a value weighs before its own order counts; a column that is missing weighs as the number 0 does. */
const WEIGHTS: Readonly<Record<string, number>> = { number: 0, boolean: 1, object: 2, string: 3 };

export function compareValues(a: unknown, b: unknown): number {
  const left = a ?? 0;
  const right = b ?? 0;
  const byType = weight(left) - weight(right);
  if (byType !== 0) return byType;
  if (typeof left === 'object' || left === right) return 0;
  return (left as string | number) < (right as string | number) ? -1 : 1;
}

function weight(value: unknown): number {
  return WEIGHTS[typeof value] ?? 0;
}

export function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
