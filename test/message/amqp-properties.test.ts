import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError, EncodeError } from '../../src/base/schema/errors.ts';
import {
  type BasicProperties,
  NO_PROPERTIES,
  PROPERTY_KINDS,
  PROPERTY_NAMES,
} from '../../src/message/amqp-properties.ts';
import {
  decodeProperties,
  encodeProperties,
  type PropertiesInput,
  rewriteProperties,
} from '../../src/message/amqp-properties-codec.ts';
import { PropertiesReader } from '../../src/message/amqp-properties-reader.ts';
import { encodeFieldTable } from '../../src/message/field-table-codec.ts';
import { arbitraryTable } from './arbitrary-table.ts';

/** Bytes from hexadecimal text with spaces. */
function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

const ABSENT: BasicProperties = decodeProperties(NO_PROPERTIES);

/** Each property alone, and its bytes behind the flags. */
const GOLDEN: readonly [PropertiesInput, string][] = [
  [{ contentType: 'text/plain' }, '8000 0a 746578742f706c61696e'],
  [{ contentEncoding: 'gzip' }, '4000 04 677a6970'],
  [{ headers: new Map([['k', { type: 'int8', value: 5 }]]) }, '2000 00000004 01 6b 62 05'],
  [{ deliveryMode: 2 }, '1000 02'],
  [{ priority: 255 }, '0800 ff'],
  [{ correlationId: 'c' }, '0400 01 63'],
  [{ replyTo: 'amq.rabbitmq.reply-to' }, '0200 15 616d712e7261626269746d712e7265706c792d746f'],
  [{ expiration: '60000' }, '0100 05 3630303030'],
  [{ messageId: 'é' }, '0080 02 c3a9'],
  [{ timestamp: 2n ** 64n - 1n }, '0040 ffffffffffffffff'],
  [{ type: '' }, '0020 00'],
  [{ userId: 'guest' }, '0010 05 6775657374'],
  [{ appId: 'a' }, '0008 01 61'],
  [{ clusterId: 'x' }, '0004 01 78'],
];

const ALL = Object.assign({}, ...GOLDEN.map(([properties]) => properties)) as BasicProperties;
const ALL_HEX = `fffc ${GOLDEN.map(([, hex]) => hex.slice(5)).join(' ')}`;

test('every property has golden bytes', () => {
  assert.deepEqual(
    GOLDEN.flatMap(([properties]) => Object.keys(properties)),
    PROPERTY_NAMES,
  );
});

for (const [properties, hex] of [...GOLDEN, [ALL, ALL_HEX] as const, [{}, '0000'] as const]) {
  test(`properties ${Object.keys(properties)} are ${hex.slice(0, 40)}`, () => {
    assert.equal(encodeProperties(properties).toString('hex'), bytesOf(hex).toString('hex'));
    assert.deepEqual(decodeProperties(bytesOf(hex)), { ...ABSENT, ...properties });
  });

  test(`properties ${hex.slice(0, 40)} are refused when they are cut short or followed by more`, () => {
    const bytes = bytesOf(hex);
    for (let end = 0; end < bytes.length; end++) {
      assert.throws(() => decodeProperties(bytes.subarray(0, end)), DecodeError, `cut to ${end} bytes`);
    }
    assert.throws(() => decodeProperties(Buffer.concat([bytes, Buffer.of(0)])), DecodeError);
  });
}

test('absent properties are undefined', () => {
  assert.deepEqual(new Set(Object.values(ABSENT)), new Set([undefined]));
  assert.equal(new PropertiesReader().read(NO_PROPERTIES).hasHeaders, false);
});

test('one reader serves many messages, and remembers nothing of those before', () => {
  const reader = new PropertiesReader();
  assert.equal(reader.read(bytesOf(ALL_HEX)).expiration, '60000');
  assert.equal(reader.hasHeaders, true);
  reader.read(bytesOf('1800 01 09'));
  assert.deepEqual(
    [reader.deliveryMode, reader.priority, reader.expiration, reader.headers],
    [1, 9, undefined, undefined],
  );
});

test('flags that AMQP 0-9-1 does not have are refused', () => {
  for (const hex of ['0001', '0002', '0001 0000', '8001 01 61']) {
    assert.throws(() => decodeProperties(bytesOf(hex)), /property flags/);
  }
});

test('headers are checked when the properties are read, not when they are used', () => {
  assert.throws(() => new PropertiesReader().read(bytesOf('2000 00000003 01 6b 5a')), DecodeError);
  assert.throws(
    () => new PropertiesReader().read(bytesOf('2000 ffffffff 01 6b 56')),
    /ends before its property headers/,
  );
});

test('text that is not UTF-8 is taken, as it is passed on as it came', () => {
  assert.equal(new PropertiesReader().read(bytesOf('0400 01 ff')).correlationId, '\ufffd');
});

const shortstr = fc.string({ unit: 'grapheme', maxLength: 30 });
const values = { shortstr, table: arbitraryTable, octet: fc.nat(255), timestamp: fc.bigInt(0n, 2n ** 64n - 1n) };
const arbitraryProperties = fc.record(
  Object.fromEntries(PROPERTY_NAMES.map((name) => [name, values[PROPERTY_KINDS[name]]])),
  { requiredKeys: [] },
) as fc.Arbitrary<PropertiesInput>;

test('decoding gives back all properties that were encoded', () => {
  fc.assert(
    fc.property(arbitraryProperties, (properties) => {
      assert.deepEqual(decodeProperties(encodeProperties(properties)), { ...ABSENT, ...properties });
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('rewriting replaces what is named, removes what is undefined, and keeps the rest', () => {
  const changes = fc.record(
    { headers: fc.option(arbitraryTable, { nil: undefined }), expiration: fc.option(shortstr, { nil: undefined }) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(arbitraryProperties, changes, (properties, changed) => {
      const rewritten = rewriteProperties(encodeProperties(properties), changed);
      assert.deepEqual(decodeProperties(rewritten), { ...ABSENT, ...properties, ...changed });
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('dead-lettering gives new headers and no expiration, and touches no other byte', () => {
  const before = bytesOf('a580 01 ff  00000003 01 6b 56  02 c3c3  05 3630303030  01 fe');
  const headers = new Map([['x-death', { type: 'array', value: [] } as const]]);
  const after = rewriteProperties(before, { headers, expiration: undefined });
  const table = '0000000d 07 782d6465617468 41 00000000';
  assert.equal(after.toString('hex'), bytesOf(`a480 01 ff ${table} 02 c3c3 01 fe`).toString('hex'));
});

test('rewriting nothing gives the same bytes in memory of their own', () => {
  const bytes = bytesOf(ALL_HEX);
  const copy = rewriteProperties(bytes, {});
  assert.ok(copy.equals(bytes));
  bytes.fill(0);
  assert.equal(copy.toString('hex'), bytesOf(ALL_HEX).toString('hex'));
});

test('properties that are not properties are refused when they are rewritten', () => {
  assert.throws(() => rewriteProperties(bytesOf('8000 05 61'), {}), DecodeError);
});

test('values that the wire cannot express are refused', () => {
  const illegal: PropertiesInput[] = [
    { deliveryMode: 256 },
    { priority: -1 },
    { priority: 1.5 },
    { timestamp: 2n ** 64n },
    { timestamp: -1n },
    { expiration: 'x'.repeat(256) },
    { headers: new Map([['x'.repeat(256), { type: 'void' }]]) },
  ];
  for (const properties of illegal) assert.throws(() => encodeProperties(properties), EncodeError);
});

test('random bytes cause no error but DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (array) => {
      try {
        decodeProperties(Buffer.from(array));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }),
    { seed: 3, numRuns: 3000 },
  );
});

test('the headers of a property are the table that was encoded', () => {
  const headers = new Map([['k', { type: 'longstr', value: 'v' } as const]]);
  const table = encodeFieldTable(headers).toString('hex');
  assert.ok(encodeProperties({ headers }).toString('hex').endsWith(table));
});
