import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { newAttributeFilter, selectAttributes } from '../../../../src/gateway/sqs/rules/attribute-filter.ts';
import {
  checkMessageAttributes,
  checkMessageSystemAttributes,
  type MessageAttributes,
  type MessageAttributeValue,
  messageAttributesBytes,
} from '../../../../src/gateway/sqs/rules/message-attributes.ts';
import { awsError } from '../protocol/helpers.ts';

function attribute(value: Partial<MessageAttributeValue>): MessageAttributeValue {
  return {
    DataType: '',
    StringValue: undefined,
    BinaryValue: undefined,
    StringListValues: undefined,
    BinaryListValues: undefined,
    ...value,
  };
}

const text = (StringValue: string, DataType = 'String') => attribute({ DataType, StringValue });
const binary = (bytes: number[], DataType = 'Binary') => attribute({ DataType, BinaryValue: Buffer.from(bytes) });
const named = (name: string, value: MessageAttributeValue): MessageAttributes => new Map([[name, value]]);

describe('a message attribute is accepted', () => {
  const accepted: [what: string, name: string, value: MessageAttributeValue][] = [
    ['of text', 'a', text('x')],
    ['of text with all that XML has', 'a', text('\t\r\n é漢😀')],
    ['of a custom type', 'a', text('x', 'String.uuid v4')],
    ['of bytes', 'a', binary([0, 255])],
    ['of bytes with a custom type', 'a', binary([1], 'Binary.gif')],
    ['with a name of 256 bytes', 'n'.repeat(256), text('x')],
    ['with all characters of names', 'aZ09_-.b', text('x')],
    ['with letters that have accents', 'größe', text('x')],
    ['with a name that only looks reserved', 'awsome.Amazonas', text('x')],
    ...['0', '-1', '+1', '1.5', '.5', '5.', '1e3', '1E-3', '230.000000000000000001', '9'.repeat(126), '1e-128'].map(
      (number): [string, string, MessageAttributeValue] => [
        `of the number ${number.slice(0, 25)}`,
        'a',
        text(number, 'Number'),
      ],
    ),
    ['of a number with a custom type', 'a', text('1234567890123456789012', 'Number.bigint')],
  ];
  for (const [what, name, value] of accepted) it(what, () => checkMessageAttributes(named(name, value)));
});

describe('a message attribute is refused', () => {
  const NAME_CHARACTERS =
    'Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores.';
  const RESERVED =
    "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.";
  const TYPE =
    "The type of message (user) attribute 'a' is invalid. You must use only the following supported type prefixes: Binary, Number, String.";
  const LISTS = 'Message attribute list values in SendMessage operation are not supported.';
  const NUMBER = "Can't cast the value of message (user) attribute 'a' to a number.";
  const refused: [what: string, name: string, value: MessageAttributeValue, message: string][] = [
    ['without a name', '', text('x'), 'The request must contain non-empty message (user) attribute names.'],
    ['with a long name', 'é'.repeat(129), text('x'), 'Message (user) attribute name must be shorter than 256 bytes.'],
    ['with a space in its name', 'a b', text('x'), NAME_CHARACTERS],
    ['with a slash in its name', 'a/b', text('x'), NAME_CHARACTERS],
    ['with a name of AWS', 'AWS.x', text('x'), RESERVED],
    ['with a name of Amazon', 'aMaZoN.x', text('x'), RESERVED],
    ['with a name that starts with a period', '.a', text('x'), RESERVED],
    ['with a name that ends with a period', 'a.', text('x'), RESERVED],
    ['with two periods in its name', 'a..b', text('x'), RESERVED],
    [
      'without anything',
      'a',
      attribute({}),
      "The message (user) attribute 'a' must contain a non-empty message attribute value.",
    ],
    [
      'without a type',
      'a',
      attribute({ StringValue: 'x' }),
      "The message (user) attribute 'a' must contain a non-empty message attribute type.",
    ],
    ['with a type in lower case', 'a', text('x', 'string'), TYPE],
    ['with a type that only starts like one', 'a', text('x', 'Stringy'), TYPE],
    ['with a type of illegal characters', 'a', text('x', 'String.\u0000'), TYPE],
    [
      'with a long type',
      'a',
      text('x', `String.${'t'.repeat(250)}`),
      'Message (user) attribute type must be shorter than 256 bytes.',
    ],
    ['with a list of texts', 'a', attribute({ DataType: 'StringList', StringListValues: ['x'] }), LISTS],
    ['with a list of bytes', 'a', attribute({ DataType: 'BinaryList', BinaryListValues: [Buffer.of(1)] }), LISTS],
    ['with empty text', 'a', text(''), "Message (user) attribute 'a' must contain a non-empty value of type 'String'."],
    [
      'with an empty number',
      'a',
      text('', 'Number'),
      "Message (user) attribute 'a' must contain a non-empty value of type 'Number'.",
    ],
    ['with no bytes', 'a', binary([]), "Message (user) attribute 'a' must contain a non-empty value of type 'Binary'."],
    [
      'with bytes for text',
      'a',
      binary([1], 'String'),
      "The message (user) attribute 'a' with type 'String' must use field 'String'.",
    ],
    [
      'with text for bytes',
      'a',
      text('x', 'Binary'),
      "The message (user) attribute 'a' with type 'Binary' must use field 'Binary'.",
    ],
    [
      'with illegal characters',
      'a',
      text('\u0000'),
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    ],
    ...['world', '', '1,5', '0x10', '1e', ' 1', '1 ', 'NaN', 'Infinity', '1e127', '1e-129', '1_000', '--1', '.']
      .filter(Boolean)
      .map((number): [string, string, MessageAttributeValue, string] => [
        `that is no number: ${number}`,
        'a',
        text(number, 'Number'),
        NUMBER,
      ]),
  ];
  for (const [what, name, value, message] of refused) {
    it(what, () => {
      assert.throws(
        () => checkMessageAttributes(named(name, value)),
        awsError('InvalidParameterValueException', message),
      );
    });
  }
});

test('a message has up to ten attributes, or none', () => {
  const many = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`a${i}`, text('x')]));
  checkMessageAttributes(undefined);
  checkMessageAttributes(many(10));
  assert.throws(
    () => checkMessageAttributes(many(11)),
    awsError('InvalidParameterValueException', 'Number of message attributes [11] exceeds the allowed maximum [10].'),
  );
});

test('the one system attribute that can be sent is the trace header', () => {
  checkMessageSystemAttributes(undefined);
  checkMessageSystemAttributes(named('AWSTraceHeader', text('Root=1')));
  const refused: [MessageAttributes, RegExp][] = [
    [named('Hello', text('x')), /^Message system attribute name 'Hello' is invalid\.$/],
    [named('AWSTraceHeader', text('1', 'Number')), /must be String/],
    [
      named('AWSTraceHeader', text('')),
      /^Message \(system\) attribute 'AWSTraceHeader' must contain a non-empty value/,
    ],
  ];
  for (const [attributes, message] of refused) {
    assert.throws(() => checkMessageSystemAttributes(attributes), awsError('InvalidParameterValueException', message));
  }
});

test('names, types and values count, in bytes', () => {
  assert.equal(messageAttributesBytes(undefined), 0);
  assert.equal(messageAttributesBytes(named('é', text('漢', 'String'))), 2 + 6 + 3);
  assert.equal(messageAttributesBytes(named('b', binary([1, 2, 3]))), 1 + 6 + 3);
});

describe('the attributes that a receiver wants are', () => {
  const attributes = new Map(['Hello', 'Help.Me', 'General', '*'].map((name) => [name, name.length]));
  const cases: [wanted: string[] | undefined, selected: string[] | undefined][] = [
    [undefined, undefined],
    [[], undefined],
    [['All'], ['Hello', 'Help.Me', 'General', '*']],
    [['.*'], ['Hello', 'Help.Me', 'General', '*']],
    [['*'], ['Hello', 'Help.Me', 'General', '*']],
    [
      ['Hello', 'General'],
      ['Hello', 'General'],
    ],
    [['Hello', 'Nothing'], ['Hello']],
    [['Hel.*'], ['Hello', 'Help.Me']],
    [
      ['Hel.*', 'General'],
      ['Hello', 'Help.Me', 'General'],
    ],
    [['Help.Me.*'], ['Help.Me']],
    [['Hel*'], undefined],
    [['hello', 'Nothing', 'N.*', '$!{}()[]'], undefined],
  ];
  for (const [wanted, selected] of cases) {
    it(`${JSON.stringify(wanted)}: ${JSON.stringify(selected)}`, () => {
      const found = selectAttributes(attributes, newAttributeFilter(wanted));
      assert.deepEqual(found && [...found.keys()], selected);
    });
  }

  it('none of none', () => {
    assert.equal(selectAttributes(new Map(), newAttributeFilter(['All'])), undefined);
    assert.equal(selectAttributes(undefined, newAttributeFilter(['All'])), undefined);
  });
});
