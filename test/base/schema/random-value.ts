/** Seeded random values that fit a schema, and what decoding them must give. */
import { type FieldSpec, type NamedFieldSpec, type ScalarKind, ZERO_UUID } from '../../../src/base/schema/field.ts';

export type Draw = (below: number) => number;

/** A deterministic source of integers in [0, below): a linear congruential generator that is stirred on the way out. */
export function seededDraw(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const stirred = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    return Math.floor((stirred / 2 ** 32) * below);
  };
}

type Value = Record<string, unknown>;

function carried(field: FieldSpec, version: number): boolean {
  return field.since <= version && version <= field.until;
}

/** Holds the fields that the version carries; tagged fields, which only flexible versions have, are sometimes left out. */
export function randomStruct(fields: readonly NamedFieldSpec[], version: number, flexible: boolean, draw: Draw): Value {
  const value: Value = {};
  for (const field of fields) {
    if (!carried(field, version) || (field.tag !== undefined && (!flexible || draw(2) === 0))) continue;
    value[field.name] = randomField(field, version, flexible, draw);
  }
  return value;
}

function randomField(field: FieldSpec, version: number, flexible: boolean, draw: Draw): unknown {
  if (version >= field.nullableSince && draw(4) === 0) return null;
  const { type } = field;
  if (type.kind === 'struct') return randomStruct(type.fields, version, flexible, draw);
  if (type.kind !== 'array') return randomScalar(type.kind, draw);
  return Array.from({ length: draw(4) }, () => randomField(type.element, version, flexible, draw));
}

const TEXTS = ['', 'a', 'user-events', 'été 漢字 😀', 'x'.repeat(126), 'x'.repeat(127), 'é'.repeat(200)];

function randomBytes(length: number, draw: Draw): Buffer {
  return Buffer.from(Array.from({ length }, () => draw(256)));
}

function randomScalar(kind: ScalarKind, draw: Draw): unknown {
  switch (kind) {
    case 'bool':
      return draw(2) === 1;
    case 'int8':
      return draw(2 ** 8) - 2 ** 7;
    case 'int16':
      return draw(2 ** 16) - 2 ** 15;
    case 'uint16':
      return draw(2 ** 16);
    case 'int32':
      return draw(2 ** 32) - 2 ** 31;
    case 'int64':
      return [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 32, -(2 ** 32) - 1, draw(2 ** 32)][draw(7)];
    case 'bigint64':
      return [0n, -1n, 2n ** 63n - 2n, -(2n ** 63n)][draw(4)];
    case 'float64':
      return (draw(2 ** 32) - 2 ** 31) / 1024;
    case 'uuid':
      return randomBytes(16, draw).toString('base64url');
    case 'string':
      return TEXTS[draw(TEXTS.length)];
    case 'bytes':
      return randomBytes(draw(200), draw);
    case 'records':
      return randomBytes(draw(2) * 600 + draw(4), draw);
  }
}

/** What decoding gives for a value that `randomStruct` made: the same, with a default for every field that is missing. */
export function completed(fields: readonly NamedFieldSpec[], value: Value, version: number): Value {
  return Object.fromEntries(
    fields.map((field) => {
      const given = value[field.name];
      return [field.name, given === undefined ? defaultOf(field) : completedField(field, given, version)];
    }),
  );
}

function completedField(field: FieldSpec, value: unknown, version: number): unknown {
  const { type } = field;
  if (value === null) return null;
  if (type.kind === 'struct') return completed(type.fields, value as Value, version);
  if (type.kind !== 'array') return value;
  return (value as unknown[]).map((item) => completedField(type.element, item, version));
}

function defaultOf(field: FieldSpec): unknown {
  if (field.default !== undefined) return field.default;
  switch (field.type.kind) {
    case 'bool':
      return false;
    case 'bigint64':
      return 0n;
    case 'string':
      return '';
    case 'uuid':
      return ZERO_UUID;
    case 'bytes':
    case 'records':
      return Buffer.alloc(0);
    case 'array':
      return [];
    case 'struct':
      return Object.fromEntries(field.type.fields.map((inner) => [inner.name, defaultOf(inner)]));
    default:
      return 0;
  }
}
