/**
 * The rules for attributes of messages: user attributes, with names of their own and values of type String, Number or Binary,
 * each with a custom suffix if wanted; and the one system attribute that can be sent.
 */
import { AwsError } from '../protocol/aws-error.ts';
import { ERRORS } from '../protocol/errors.ts';
import type { InputOf } from '../protocol/operations.ts';
import { hasIllegalCharacters } from '../protocol/text.ts';

export type MessageAttributes = NonNullable<InputOf<'SendMessage'>['MessageAttributes']>;
export type MessageAttributeValue = MessageAttributes extends ReadonlyMap<string, infer V> ? V : never;

const ATTRIBUTES_MAX = 10;
const NAME_BYTES_MAX = 256;
const TYPE_BYTES_MAX = 256;
/** The service takes the accented letters of Latin-1 and Latin Extended-A, though it does not say so. */
const NAME = /^[a-zA-Z0-9_.\u00c0-\u017f-]+$/;
const RESERVED_NAME = /^(aws|amazon)\.|^\.|\.$|\.\./i;
const TYPE = /^(String|Number|Binary)(\..*)?$/s;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const NUMBER_MAX = 1e126;
const NUMBER_MIN = 1e-128;

/** Throws `AwsError`. */
export function checkMessageAttributes(attributes: MessageAttributes | undefined): void {
  if (attributes === undefined) return;
  if (attributes.size > ATTRIBUTES_MAX) {
    throw invalid(`Number of message attributes [${attributes.size}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`);
  }
  for (const [name, attribute] of attributes) {
    checkName(name);
    checkValue(`message (user) attribute '${name}'`, attribute);
  }
}

/** Throws `AwsError`. */
export function checkMessageSystemAttributes(attributes: MessageAttributes | undefined): void {
  for (const [name, attribute] of attributes ?? []) {
    if (name !== 'AWSTraceHeader')
      throw invalid(`Message system attribute name '${name.slice(0, NAME_BYTES_MAX)}' is invalid.`);
    if (attribute.DataType !== 'String')
      throw invalid(`The type of message (system) attribute '${name}' must be String.`);
    checkValue(`message (system) attribute '${name}'`, attribute);
  }
}

/** What the attributes add to the size of a message: names, types and values. System attributes add nothing. */
export function messageAttributesBytes(attributes: MessageAttributes | undefined): number {
  let bytes = 0;
  for (const [name, { DataType, StringValue, BinaryValue }] of attributes ?? []) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes += BinaryValue?.length ?? Buffer.byteLength(StringValue ?? '');
  }
  return bytes;
}

function checkName(name: string): void {
  if (name === '') throw invalid('The request must contain non-empty message (user) attribute names.');
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) {
    throw invalid(`Message (user) attribute name must be shorter than ${NAME_BYTES_MAX} bytes.`);
  }
  if (!NAME.test(name)) {
    throw invalid(
      'Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores.',
    );
  }
  if (RESERVED_NAME.test(name)) {
    throw invalid(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.",
    );
  }
}

function checkValue(what: string, attribute: MessageAttributeValue): void {
  const { DataType, StringValue, BinaryValue, StringListValues, BinaryListValues } = attribute;
  if ((StringListValues?.length ?? 0) > 0 || (BinaryListValues?.length ?? 0) > 0) {
    throw invalid('Message attribute list values in SendMessage operation are not supported.');
  }
  if (DataType === '') {
    const lacking = StringValue === undefined && BinaryValue === undefined ? 'value' : 'type';
    throw invalid(`The ${what} must contain a non-empty message attribute ${lacking}.`);
  }
  if (Buffer.byteLength(DataType) > TYPE_BYTES_MAX) {
    throw invalid(`Message (user) attribute type must be shorter than ${TYPE_BYTES_MAX} bytes.`);
  }
  const type = TYPE.exec(DataType)?.[1];
  if (type === undefined || hasIllegalCharacters(DataType)) {
    throw invalid(
      `The type of ${what} is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  if (type === 'Binary') checkBinary(what, StringValue, BinaryValue);
  else checkText(what, type, StringValue, BinaryValue);
}

function checkBinary(what: string, text: string | undefined, bytes: Buffer | undefined): void {
  if (text !== undefined) throw invalid(`The ${what} with type 'Binary' must use field 'Binary'.`);
  if (bytes === undefined || bytes.length === 0) throw emptyValue(what, 'Binary');
}

function checkText(what: string, type: string, text: string | undefined, bytes: Buffer | undefined): void {
  if (bytes !== undefined) throw invalid(`The ${what} with type '${type}' must use field 'String'.`);
  if (text === undefined || text === '') throw emptyValue(what, type);
  if (hasIllegalCharacters(text)) throw invalid(ERRORS.InvalidMessageContents.text);
  if (type === 'Number' && !isNumber(text)) throw invalid(`Can't cast the value of ${what} to a number.`);
}

function isNumber(text: string): boolean {
  if (!NUMBER.test(text)) return false;
  const magnitude = Math.abs(Number(text));
  return magnitude === 0 || (magnitude <= NUMBER_MAX && magnitude >= NUMBER_MIN);
}

function emptyValue(what: string, type: string): AwsError {
  return invalid(`M${what.slice(1)} must contain a non-empty value of type '${type}'.`);
}

function invalid(text: string): AwsError {
  return new AwsError('InvalidParameterValueException', text);
}
