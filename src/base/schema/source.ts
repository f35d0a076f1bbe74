/** What the two compilers share: collecting lines of source, fresh variable names, and guards on the version. */
import { assert } from '../assert.ts';
import type { FieldSpec, NamedFieldSpec } from './field.ts';
import { ZERO_UUID } from './field.ts';

/** Versions that a message has, and the first of them that uses the compact forms and tagged fields (KIP-482). */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
  /** `Infinity` if none does. */
  readonly flexible: number;
}

const ALWAYS = 'true';
const NEVER = 'false';

/** Generated code calls the version `v` and has `f` for "this version is flexible". */
export class Source {
  readonly #lines: string[] = [];
  #variables = 0;

  constructor(readonly versions: VersionRange) {}

  line(code: string): void {
    this.#lines.push(code);
  }

  variable(): string {
    return `x${this.#variables++}`;
  }

  /** Emits `body` under `condition`, without the test where it is known, and `otherwise` likewise. */
  when(condition: string, body: () => void, otherwise?: () => void): void {
    if (condition === ALWAYS) body();
    else if (condition === NEVER) otherwise?.();
    else {
      this.line(`if (${condition}) {`);
      body();
      if (otherwise) {
        this.line('} else {');
        otherwise();
      }
      this.line('}');
    }
  }

  /** True in the versions that carry the field. */
  carries(field: FieldSpec): string {
    return this.#between(field.since, field.until);
  }

  /** True in the versions in which the field may be null. */
  allowsNull(field: FieldSpec): string {
    return this.#between(field.nullableSince, Number.POSITIVE_INFINITY);
  }

  flexible(): string {
    const known = this.#between(this.versions.flexible, Number.POSITIVE_INFINITY);
    return known === ALWAYS || known === NEVER ? known : 'f';
  }

  /** True where the field has its compact form. */
  compact(field: FieldSpec): string {
    return field.neverCompact ? NEVER : this.flexible();
  }

  #between(first: number, last: number): string {
    const { min, max } = this.versions;
    if (first > max || last < min) return NEVER;
    const tests = [];
    if (first > min) tests.push(`v >= ${first}`);
    if (last < max) tests.push(`v <= ${last}`);
    return tests.length === 0 ? ALWAYS : tests.join(' && ');
  }

  toString(): string {
    const flexible = `const f = v >= ${this.versions.flexible};`;
    return ["'use strict';", flexible, ...this.#lines].join('\n');
  }
}

/** Source of the value that an absent field stands for. `emptyBytes` names an empty buffer in the generated code. */
export function defaultSource(field: FieldSpec): string {
  if (field.default !== undefined) return literal(field.default);
  switch (field.type.kind) {
    case 'bool':
      return 'false';
    case 'bigint64':
      return '0n';
    case 'string':
      return "''";
    case 'uuid':
      return literal(ZERO_UUID);
    case 'bytes':
    case 'records':
      return 'emptyBytes';
    case 'array':
      return '[]';
    case 'struct':
      return `{ ${field.type.fields.map((inner) => `${inner.name}: ${defaultSource(inner)}`).join(', ')} }`;
    default:
      return '0';
  }
}

function literal(value: boolean | number | bigint | string | null): string {
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
}

/** The fields of the tagged section by tag, which is the order on the wire. */
export function taggedFields(fields: readonly NamedFieldSpec[]): (NamedFieldSpec & { readonly tag: number })[] {
  const tagged = fields.flatMap((field) => (field.tag === undefined ? [] : [{ ...field, tag: field.tag }]));
  tagged.sort((a, b) => a.tag - b.tag);
  assert(new Set(tagged.map((field) => field.tag)).size === tagged.length, 'a tag is used twice in one struct');
  return tagged;
}

/** The fewest bytes that a value takes in any version: what bounds the count of an array. */
export function minBytes(field: FieldSpec, versions: VersionRange): number {
  const compactInSome = versions.flexible <= versions.max && !field.neverCompact;
  switch (field.type.kind) {
    case 'bool':
    case 'int8':
      return 1;
    case 'int16':
    case 'uint16':
      return 2;
    case 'int32':
      return 4;
    case 'int64':
    case 'bigint64':
    case 'float64':
      return 8;
    case 'uuid':
      return 16;
    case 'string':
      return compactInSome ? 1 : 2;
    case 'bytes':
    case 'records':
    case 'array':
      return compactInSome ? 1 : 4;
    case 'struct':
      if (field.nullableSince <= versions.max) return 1;
      return structMinBytes(field.type.fields, versions);
  }
}

function structMinBytes(fields: readonly NamedFieldSpec[], versions: VersionRange): number {
  let least = Number.POSITIVE_INFINITY;
  for (let version = versions.min; version <= versions.max; version++) {
    const one = { min: version, max: version, flexible: versions.flexible };
    let bytes = version >= versions.flexible ? 1 : 0;
    for (const field of fields) {
      if (field.tag === undefined && field.since <= version && version <= field.until) bytes += minBytes(field, one);
    }
    least = Math.min(least, bytes);
  }
  return least;
}

/** The path of a field in its message, for error texts. */
export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
