/** Which attributes a receiver wants: all (`All`, `.*`, `*`), those with a prefix (`bar.*`), or those it names. */

/** Whether an attribute of this name is wanted. */
export type AttributeFilter = (name: string) => boolean;

const ALL: ReadonlySet<string> = new Set(['All', '.*', '*']);
const WILDCARD = '.*';

/** Undefined if nothing is wanted at all. */
export function newAttributeFilter(wanted: readonly string[] | undefined): AttributeFilter | undefined {
  if (wanted === undefined || wanted.length === 0) return undefined;
  if (wanted.some((name) => ALL.has(name))) return () => true;
  const names = new Set(wanted);
  const prefixes = wanted.filter((name) => name.endsWith(WILDCARD)).map((name) => name.slice(0, -WILDCARD.length));
  if (prefixes.length === 0) return (name) => names.has(name);
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

/** The wanted ones of these attributes; undefined if there is none, because then the answer has no attributes at all. */
export function selectAttributes<T>(
  attributes: ReadonlyMap<string, T> | undefined,
  filter: AttributeFilter | undefined,
): ReadonlyMap<string, T> | undefined {
  if (attributes === undefined || attributes.size === 0 || filter === undefined) return undefined;
  const selected = new Map<string, T>();
  for (const [name, value] of attributes) {
    if (filter(name)) selected.set(name, value);
  }
  return selected.size === 0 ? undefined : selected;
}
