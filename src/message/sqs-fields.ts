/**
 * Values of AMQP headers as SQS message attributes, and back (`docs/conversions.md` has the table). What SQS has no type for gets a custom
 * one by the name of AMQP's: `Number.int32`, `String.bool`. A value of AMQP comes back as it was; an attribute does too, or
 * `typeBesideField` says the type that must be kept beside.
 */
import type { FieldValue } from './field-table.ts';
import type { SqsAttribute } from './sqs-properties.ts';
import { isSqsNumber, isSqsText } from './sqs-text.ts';
import { bytesOfField, fieldOfType } from './typed-text.ts';

/** SQS refuses values that are empty: these stand for them, and their types say so. */
const EMPTY_TEXT: SqsAttribute = { DataType: 'String.empty', StringValue: ' ' };
const EMPTY_BYTES: SqsAttribute = { DataType: 'Binary.empty', BinaryValue: Buffer.of(0) };
const VOID: SqsAttribute = { DataType: 'String.void', StringValue: 'null' };
/** Text with characters that SQS refuses. */
const ODD_TEXT = 'Binary.text';
const TYPE = /^(String|Number|Binary)(?:\.(.*))?$/s;
const TYPE_BYTES_MAX = 256;
/** XML can't have them, and JSON does not escape them by itself. */
const NONCHARACTERS = /[\ufffe\uffff]/g;

export function attributeOfField(field: FieldValue): SqsAttribute {
  switch (field.type) {
    case 'longstr':
      return attributeOfText(field.value);
    case 'binary':
      return field.value.length === 0 ? EMPTY_BYTES : { DataType: 'Binary', BinaryValue: field.value };
    case 'void':
      return VOID;
    case 'array':
    case 'table':
      return { DataType: `String.${field.type}`, StringValue: textOf(field).replace(NONCHARACTERS, escaped) };
    default:
      return attributeOfScalar(field);
  }
}

function attributeOfText(value: string): SqsAttribute {
  if (value === '') return EMPTY_TEXT;
  if (isSqsText(value)) return { DataType: 'String', StringValue: value };
  return { DataType: ODD_TEXT, BinaryValue: Buffer.from(value) };
}

function attributeOfScalar(field: FieldValue): SqsAttribute {
  const StringValue = textOf(field);
  if (!isSqsNumber(StringValue)) return { DataType: `String.${field.type}`, StringValue };
  const isPlain = plainNumber(StringValue)?.type === field.type;
  return { DataType: isPlain ? 'Number' : `Number.${field.type}`, StringValue };
}

function textOf(field: FieldValue): string {
  return bytesOfField(field)?.toString() ?? '';
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

/** A number as AMQP's clients expect it, if it would come back with the same digits. */
function plainNumber(text: string): FieldValue | undefined {
  if (/^(0|-?[1-9]\d{0,18})$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) === value) return { type: 'int64', value };
  }
  const value = Number(text);
  return String(value) === text && !Number.isInteger(value) ? { type: 'double', value } : undefined;
}

export function fieldOfAttribute(attribute: SqsAttribute): FieldValue {
  const { DataType, StringValue = '', BinaryValue } = attribute;
  const [, kind, custom] = TYPE.exec(DataType) ?? [];
  const field = custom === undefined ? undefined : fieldOfCustom(custom, attribute);
  if (field !== undefined && isSame(attributeOfField(field), attribute)) return field;
  if (BinaryValue !== undefined) return { type: 'binary', value: BinaryValue };
  return (kind === 'Number' ? plainNumber(StringValue) : undefined) ?? { type: 'longstr', value: StringValue };
}

function fieldOfCustom(custom: string, { StringValue, BinaryValue }: SqsAttribute): FieldValue | undefined {
  switch (custom) {
    case 'empty':
      return BinaryValue === undefined ? { type: 'longstr', value: '' } : { type: 'binary', value: Buffer.alloc(0) };
    case 'void':
      return { type: 'void' };
    case 'text':
      return BinaryValue === undefined ? undefined : { type: 'longstr', value: BinaryValue.toString() };
    default:
      return StringValue === undefined ? undefined : fieldOfTypedText(custom, StringValue);
  }
}

function fieldOfTypedText(type: string, text: string): FieldValue | undefined {
  const field = fieldOfType(type, Buffer.from(text));
  // The text may have more digits than AMQP has room for.
  return field?.type === 'float' && !Object.is(Math.fround(field.value), field.value) ? undefined : field;
}

function isSame(a: SqsAttribute, b: SqsAttribute): boolean {
  if (a.DataType !== b.DataType || a.StringValue !== b.StringValue) return false;
  return (
    a.BinaryValue === b.BinaryValue || (b.BinaryValue !== undefined && a.BinaryValue?.equals(b.BinaryValue) === true)
  );
}

/** The attribute's type, if it would not be the same by its field alone. */
export function typeBesideField(attribute: SqsAttribute, field: FieldValue): string | undefined {
  return isSame(attributeOfField(field), attribute) ? undefined : attribute.DataType;
}

/** The field as an attribute of the type that was beside it; undefined if it can't have that type, or not any more. */
export function attributeOfType(DataType: string, field: FieldValue): SqsAttribute | undefined {
  const kind = TYPE.exec(DataType)?.[1];
  if (kind === undefined || Buffer.byteLength(DataType) > TYPE_BYTES_MAX || !isSqsText(DataType)) return undefined;
  const bytes = bytesOfField(field);
  if (bytes === null || bytes.length === 0) return undefined;
  if (kind === 'Binary') return { DataType, BinaryValue: bytes };
  const StringValue = bytes.toString();
  if (field.type === 'binary' || !(kind === 'Number' ? isSqsNumber : isSqsText)(StringValue)) return undefined;
  return { DataType, StringValue };
}
