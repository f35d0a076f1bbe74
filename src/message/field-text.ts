/**
 * Field values in the words of RabbitMQ's replies, which clients and their tests look for: `the value '5' of type 'byte'`.
 * RabbitMQ prints Erlang terms; what is within tables and arrays is printed as such a term, on one line.
 */
import type { FieldValue } from './field-table.ts';

/** RabbitMQ's names of the types. */
const TYPE_NAMES = {
  bool: 'bool',
  int8: 'byte',
  uint8: 'unsignedbyte',
  int16: 'short',
  uint16: 'unsignedshort',
  int32: 'signedint',
  uint32: 'unsignedint',
  int64: 'long',
  float: 'float',
  double: 'double',
  decimal: 'decimal',
  longstr: 'longstr',
  binary: 'binary',
  timestamp: 'timestamp',
  array: 'array',
  table: 'table',
  void: 'void',
} as const satisfies Record<FieldValue['type'], string>;

/** Beyond this, Erlang never writes a float without an exponent. */
const POSITIONAL_MAX = 2 ** 53;

export function typeName(value: FieldValue): string {
  return TYPE_NAMES[value.type];
}

/** The end of `inequivalent arg 'x' for queue 'q' in vhost '/': …`. A value that is there on both sides has no type told. */
export function inequivalentText(received: FieldValue | undefined, current: FieldValue | undefined): string {
  const shown = received !== undefined && current !== undefined ? quoted : withType;
  return `received ${shown(received)} but current is ${shown(current)}`;
}

function withType(value: FieldValue | undefined): string {
  return value === undefined ? 'none' : `the value ${quoted(value)} of type '${typeName(value)}'`;
}

function quoted(value: FieldValue | undefined): string {
  return value === undefined ? 'none' : `'${valueText(value)}'`;
}

/** The value alone: text as it is, everything else as an Erlang term. */
export function valueText(value: FieldValue): string {
  switch (value.type) {
    case 'longstr':
      return value.value;
    case 'binary':
      return value.value.toString('latin1');
    default:
      return term(value);
  }
}

function term(value: FieldValue): string {
  switch (value.type) {
    case 'longstr':
    case 'binary':
      return binaryTerm(Buffer.from(value.value as string));
    case 'float':
    case 'double':
      return floatTerm(value.value);
    case 'decimal':
      return `{${value.scale},${value.value}}`;
    case 'array':
      return `[${value.value.map((item) => `{${typeName(item)},${term(item)}}`).join(',')}]`;
    case 'table': {
      const fields = Array.from(value.value, ([name, field]) => {
        return `{${binaryTerm(Buffer.from(name))},${typeName(field)},${term(field)}}`;
      });
      return `[${fields.join(',')}]`;
    }
    case 'void':
      return 'undefined';
    default:
      return String(value.value);
  }
}

function binaryTerm(bytes: Buffer): string {
  const isPrintable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (!isPrintable) return `<<${[...bytes].join(',')}>>`;
  return `<<"${bytes.toString('latin1').replace(/["\\]/g, '\\$&')}">>`;
}

/** The fewest digits that give the float back, positional if that is no longer: `100.0`, `1.0e3`, `1234.0`. */
function floatTerm(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const scientific = `${withPoint(digits)}e${Number(exponent)}`;
  const plain = String(value);
  if (Math.abs(value) >= POSITIONAL_MAX || plain.includes('e')) return scientific;
  const positional = `${Object.is(value, -0) ? '-' : ''}${withPoint(plain)}`;
  return positional.length <= scientific.length ? positional : scientific;
}

function withPoint(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}
