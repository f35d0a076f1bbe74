import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionError } from '../../src/base/assert.ts';
import { sizeOfVarint, writeVarint } from '../../src/base/varint.ts';
import { RecordCursor } from '../../src/record/cursor.ts';

function encode(value: number): Buffer {
  const bytes = Buffer.alloc(10);
  return bytes.subarray(0, writeVarint(bytes, 0, value));
}

test('varints are zigzag, least significant group first', () => {
  assert.deepEqual([...encode(0)], [0]);
  assert.deepEqual([...encode(-1)], [1]);
  assert.deepEqual([...encode(63)], [0x7e]);
  assert.deepEqual([...encode(64)], [0x80, 0x01]);
  assert.deepEqual([...encode(2 ** 31 - 1)], [0xfe, 0xff, 0xff, 0xff, 0x0f]);
  assert.deepEqual([...encode(-(2 ** 31))], [0xff, 0xff, 0xff, 0xff, 0x0f]);
});

test('every varint is as long as sizeOfVarint says and reads back', () => {
  const values = [0, 1, -1, 2 ** 52 - 1, -(2 ** 52) + 1];
  for (let bit = 1; bit < 52; bit++) values.push(2 ** bit, 2 ** bit - 1, -(2 ** bit), -(2 ** bit) - 1);
  for (const value of values) {
    const bytes = encode(value);
    assert.equal(bytes.length, sizeOfVarint(value), String(value));
    assert.equal(new RecordCursor(bytes, 0, bytes.length).varlong(), value);
    if (value === (value | 0)) assert.equal(new RecordCursor(bytes, 0, bytes.length).varint(), value);
  }
});

test('writing a value that readers could not carry exactly is refused', () => {
  for (const value of [2 ** 52, -(2 ** 52), 0.5, Number.NaN]) assert.throws(() => encode(value), AssertionError);
});

test('a varint of more than 32 bits, or cut off, is refused', () => {
  const read = (bytes: number[]) => new RecordCursor(Buffer.from(bytes), 0, bytes.length).varint();
  assert.throws(() => read([0xff, 0xff, 0xff, 0xff, 0x1f]), { kind: 'record_invalid' });
  assert.throws(() => read([0x80, 0x80, 0x80, 0x80, 0x80, 0x00]), { kind: 'record_invalid' });
  assert.throws(() => read([0x80]), { kind: 'record_invalid' });
  assert.throws(() => read([]), { kind: 'record_invalid' });
});

test('a varlong outside of the safe integers is refused', () => {
  const read = (bytes: number[]) => new RecordCursor(Buffer.from(bytes), 0, bytes.length).varlong();
  assert.throws(() => read([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), { kind: 'record_invalid' });
  assert.throws(() => read(new Array(11).fill(0x80)), { kind: 'record_invalid' });
});
