import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../../src/base/schema/errors.ts';
import {
  array,
  bytes,
  int8,
  int32,
  int64,
  nullable,
  nullableSince,
  records,
  string,
  struct,
  tagged,
} from '../../../src/base/schema/field.ts';
import { type Message, message } from '../../../src/base/schema/message.ts';

const versions: [number, number] = [0, 1];

function decode<Out>(schema: Message<Out, never>, text: string, version: number): Out {
  const buffer = Buffer.from(text, 'hex');
  return schema.decode(buffer, 0, buffer.length, version);
}

function refuses(schema: Message<unknown, never>, text: string, version: number, about: RegExp): void {
  assert.throws(
    () => decode(schema, text, version),
    (error) => error instanceof DecodeError && about.test(error.message),
    `${text} in version ${version}`,
  );
}

test('a length that exceeds the bytes that follow is refused', () => {
  const schema = message({ versions, flexible: 1 }, { name: string() });
  refuses(schema, '000361', 0, /^name: length 3 /);
  refuses(schema, '0461', 1, /^name: length 3 /);
  refuses(message({ versions }, { data: bytes() }), '7fffffff61', 0, /^data: length 2147483647 /);
  refuses(message({ versions }, { data: records() }), '0000000261', 0, /^data: length 2 /);
});

test('negative lengths are refused, null only where it is illegal', () => {
  const schema = message({ versions, flexible: 1 }, { name: nullableSince(1, string()), list: array(int8()) });
  refuses(schema, 'ffff00000000', 0, /^name: length -1 /);
  refuses(schema, 'fffe00000000', 0, /^name: length -2 /);
  refuses(schema, '0000ffffffff', 0, /^list: length -1 /);
  refuses(schema, '0000', 1, /^list: length -1 /);
  assert.deepEqual(decode(schema, '000100', 1), { name: null, list: [] });
});

test('a null length below -1 is refused where null is legal', () => {
  refuses(message({ versions }, { list: nullable(array(int8())) }), 'fffffffe', 0, /^list: length -2 /);
});

test('the count of an array is checked against the least that its elements take, before any is read', () => {
  const numbers = message({ versions, flexible: 1 }, { list: array(int32()) });
  refuses(numbers, '7fffffff00000000', 0, /^list: length 2147483647 /);
  refuses(numbers, '000000020000000000', 0, /^list: length 2 /);
  refuses(numbers, 'ffffffff0f00000000', 1, /^list: length 4294967294 /);
  const empty = message({ versions: [1, 1], flexible: 1 }, { list: array({ x: tagged(0, int8()) }) });
  refuses(empty, '0500', 1, /^list: length 4 /);
  assert.equal(decode(empty, '03000000', 1).list.length, 2);
});

test('an inner array cannot claim more than the whole message holds', () => {
  const schema = message({ versions }, { rows: array({ cells: array(int8()) }) });
  refuses(schema, `00000002${'000000ff'}${'00000000'}`, 0, /^rows\.cells: length 255 /);
});

test('a schema whose elements may take no bytes is our bug, found when it is compiled', () => {
  const schema = message({ versions }, { list: array({}) });
  assert.throws(() => decode(schema, '00000000', 0), /nothing bounds the count/);
});

test('bytes beyond the end are never read', () => {
  const schema = message({ versions }, { a: int64(), b: string() });
  const whole = Buffer.from('00000000000000010002616262', 'hex');
  for (let end = 0; end < 12; end++) {
    assert.throws(() => schema.decodePrefix(whole, 0, end, 0), DecodeError, `end ${end}`);
  }
  assert.deepEqual(schema.decode(whole, 0, 12, 0), { a: 1, b: 'ab' });
});

test('bytes after the end of a message are refused', () => {
  refuses(message({ versions }, { a: int8() }), '0100', 0, /^1 bytes follow/);
});

test('a varint longer than 32 bits is refused, a padded one is read', () => {
  const schema = message({ versions: [1, 1], flexible: 1 }, { name: string() });
  refuses(schema, '808080808000', 1, /varint/);
  refuses(schema, 'ffffffff1f61', 1, /varint/);
  refuses(schema, '8080', 1, /ends before/);
  assert.equal(decode(schema, '82006100', 1).name, 'a');
});

test('a string longer than the protocol allows is refused even if it is there', () => {
  const schema = message({ versions: [1, 1], flexible: 1 }, { name: string() });
  const most = `808002${'61'.repeat(32767)}00`;
  assert.equal(decode(schema, most, 1).name.length, 32767);
  refuses(schema, `818002${'61'.repeat(32768)}00`, 1, /^name: length 32768 /);
});

test('a 64-bit integer outside the safe range is refused', () => {
  const schema = message({ versions }, { n: int64() });
  assert.equal(decode(schema, '001fffffffffffff', 0).n, Number.MAX_SAFE_INTEGER);
  assert.equal(decode(schema, 'ffe0000000000001', 0).n, Number.MIN_SAFE_INTEGER);
  for (const text of ['0020000000000000', 'ffe0000000000000', '7fffffffffffffff', '8000000000000000']) {
    refuses(schema, text, 0, /^n: a 64-bit integer/);
  }
});

test('tagged fields cannot leave the size that they claim, nor the message', () => {
  const schema = message(
    { versions: [1, 1], flexible: 1 },
    { leader: tagged(0, struct({ id: int32() })), name: tagged(1, string()) },
  );
  assert.deepEqual(decode(schema, '010005000000070000'.slice(0, 16), 1), { leader: { id: 7 }, name: '' });
  refuses(schema, '01000400000007', 1, /^leader\.tagged fields: the message ends/);
  refuses(schema, '0100060000000700ff', 1, /^leader: a tagged field/);
  refuses(schema, '010003000000', 1, /^leader\.id: the message ends/);
  // The string claims a byte that lies in the message but not in its tagged field.
  refuses(schema, '01010103' + '6161', 1, /^name: length 2 /);
  refuses(schema, '010905ff', 1, /^tagged fields: length 5 /);
  refuses(schema, 'ffffffff0f', 1, /^tagged fields: the message ends/);
});

test('bytes that are not UTF-8 become replacement characters, not errors', () => {
  assert.equal(decode(message({ versions }, { name: string() }), '0002c328', 0).name, '\ufffd(');
});
