import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldValue } from '../../src/message/field-table.ts';
import { inequivalentText, typeName, valueText } from '../../src/message/field-text.ts';

test('an argument that only one side has is told with its type', () => {
  assert.equal(
    inequivalentText({ type: 'int8', value: 5 }, undefined),
    "received the value '5' of type 'byte' but current is none",
  );
  assert.equal(
    inequivalentText(undefined, { type: 'longstr', value: 'x' }),
    "received none but current is the value 'x' of type 'longstr'",
  );
});

test('an argument that both sides have is told without its type', () => {
  assert.equal(
    inequivalentText({ type: 'int32', value: 7 }, { type: 'longstr', value: 'é' }),
    "received '7' but current is 'é'",
  );
});

/** What RabbitMQ 3.10 on Erlang 25 printed. */
const PRINTED: readonly [FieldValue, string, string][] = [
  [{ type: 'bool', value: true }, 'bool', 'true'],
  [{ type: 'int8', value: -5 }, 'byte', '-5'],
  [{ type: 'uint8', value: 5 }, 'unsignedbyte', '5'],
  [{ type: 'int16', value: 5 }, 'short', '5'],
  [{ type: 'uint16', value: 5 }, 'unsignedshort', '5'],
  [{ type: 'int32', value: 5 }, 'signedint', '5'],
  [{ type: 'uint32', value: 5 }, 'unsignedint', '5'],
  [{ type: 'int64', value: 2n ** 62n }, 'long', '4611686018427387904'],
  [{ type: 'timestamp', value: 5n }, 'timestamp', '5'],
  [{ type: 'float', value: 1.5 }, 'float', '1.5'],
  [{ type: 'double', value: 5 }, 'double', '5.0'],
  [{ type: 'decimal', scale: 2, value: 314 }, 'decimal', '{2,314}'],
  [{ type: 'longstr', value: 'a"b' }, 'longstr', 'a"b'],
  [{ type: 'binary', value: Buffer.from('raw') }, 'binary', 'raw'],
  [{ type: 'void' }, 'void', 'undefined'],
  [
    {
      type: 'array',
      value: [
        { type: 'longstr', value: 'a"b' },
        { type: 'int32', value: 5 },
        { type: 'binary', value: Buffer.of(1, 255) },
      ],
    },
    'array',
    '[{longstr,<<"a\\"b">>},{signedint,5},{binary,<<1,255>>}]',
  ],
  [
    {
      type: 'table',
      value: new Map<string, FieldValue>([
        ['k', { type: 'void' }],
        ['l', { type: 'longstr', value: 'v' }],
      ]),
    },
    'table',
    '[{<<"k">>,void,undefined},{<<"l">>,longstr,<<"v">>}]',
  ],
  [{ type: 'array', value: [] }, 'array', '[]'],
];

for (const [value, type, text] of PRINTED) {
  test(`a ${value.type} is printed as RabbitMQ does: ${text}`, () => {
    assert.equal(typeName(value), type);
    assert.equal(valueText(value), text);
  });
}

test('floats have the digits that Erlang gives them', () => {
  const floats = {
    '0.0': 0,
    '-0.0': -0,
    '100.0': 100,
    '1.0e3': 1000,
    '1234.0': 1234,
    '1.2e4': 12_000,
    '12345.0': 12_345,
    '1.23456e7': 12_345_600,
    '9007199254740991.0': 2 ** 53 - 1,
    '9.007199254740992e15': 2 ** 53,
    '1234567890123400.0': 1.2345678901234e15,
    '0.0001': 0.0001,
    '0.00123': 0.00123,
    '1.23e-4': 0.000123,
    '-2.5': -2.5,
    '1.0e-10': 1e-10,
    '5.0e-324': 5e-324,
    '1.7976931348623157e308': Number.MAX_VALUE,
  };
  for (const [text, value] of Object.entries(floats)) assert.equal(valueText({ type: 'double', value }), text);
});
