/**
 * `columns=name,message_stats.publish_details.rate`: which parts of the answer are wanted. In lists each item is cut; what an item
 * does not have is left out.
 */
type Wanted = ReadonlyMap<string, Wanted | 'all'>;

/** Undefined: everything. */
export type Columns = Wanted | undefined;

const COLUMNS_MAX = 200;

export function parseColumns(text: string | undefined): Columns {
  if (text === undefined) return undefined;
  const wanted = new Map<string, Wanted | 'all'>();
  for (const column of text.split(',', COLUMNS_MAX)) {
    const names = column.split('.').filter((name) => name !== '');
    if (names.length > 0) want(wanted, names);
  }
  return wanted;
}

function want(wanted: Map<string, Wanted | 'all'>, [name = '', ...rest]: readonly string[]): void {
  if (rest.length === 0) {
    wanted.set(name, 'all');
    return;
  }
  let inner = wanted.get(name);
  if (inner === 'all') return;
  if (inner === undefined) {
    inner = new Map();
    wanted.set(name, inner);
  }
  want(inner as Map<string, Wanted | 'all'>, rest);
}

export function pickColumns(value: unknown, columns: Columns): unknown {
  if (columns === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => pickColumns(item, columns));
  const picked: Record<string, unknown> = {};
  for (const [name, inner] of columns) {
    if (!Object.hasOwn(value, name)) continue;
    const part = (value as Record<string, unknown>)[name];
    picked[name] = inner === 'all' ? part : pickColumns(part, inner);
  }
  return picked;
}

/** What a dotted path leads to, undefined if nowhere. */
export function dottedValue(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
