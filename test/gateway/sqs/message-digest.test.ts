import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { contentDeduplicationId, md5OfAttributes, md5OfBody } from '../../../src/gateway/sqs/message-digest.ts';
import type { SqsRequest } from '../../../src/gateway/sqs/protocol/operations.ts';
import { decode, jsonRequest } from './protocol/helpers.ts';

function attributesOf(MessageAttributes: object) {
  const request = decode(
    jsonRequest('SendMessage', JSON.stringify({ QueueUrl: 'u', MessageBody: 'b', MessageAttributes })),
  );
  return (request as SqsRequest<'SendMessage'>).input.MessageAttributes;
}

const text = (StringValue: string, DataType = 'String') => ({ StringValue, DataType });
const binary = (value: string, DataType = 'Binary') => ({
  BinaryValue: Buffer.from(value).toString('base64'),
  DataType,
});

/** What Amazon SQS and its SDKs say of these attributes. */
const KNOWN: [what: string, attributes: object, md5: string][] = [
  ['one text', { Foo: text('Bar') }, 'ae7155c6026991b6d54b11589678bf9c'],
  [
    'several, in the order of their names',
    { 'Help.Me': text('Me'), Hello: text('There'), General: text('Kenobi') },
    '4c360f3fdafd970e05fae2f149d997f5',
  ],
  ['some of them', { General: text('Kenobi'), Hello: text('There') }, 'fca026605781cb4126a1e9044df24232'],
  ['one of them', { Hello: text('There') }, 'a311262e065454b75da111d535b8dacd'],
  ['two with a prefix', { Hello: text('There'), 'Help.Me': text('Me') }, '83fee93c1bcd8b9a5a923ffacdc636c7'],
  [
    'bytes',
    { attr1: binary('traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01') },
    '8cbe4db156db8a94db8b801b7addb984',
  ],
  [
    'a number of a custom type',
    { UserId: text('1234567890123456789012', 'Number.bigint') },
    '797ab158d73dcb5242dedc4412c8e855',
  ],
  ['numbers', { data1: text('1', 'Number'), data2: text('2', 'Number') }, 'b53b5acf24e7fd9567705bd8027b1c76'],
  [
    'text and bytes',
    { Dummy1Name: text('dummy 1 value'), Dummy2Name: text('dummy 2 value'), Dummy3Name: binary('dummy 2 value') },
    'c5c0d2c6f195fcbc91083c5465d8955f',
  ],
  ['the trace header', { AWSTraceHeader: text('some-trace-id') }, 'fdce4f2818803f2f73becc09a54792c0'],
];

describe('the MD5 of attributes is that of the service for', () => {
  for (const [what, attributes, md5] of KNOWN) {
    it(what, () => assert.equal(md5OfAttributes(attributesOf(attributes)), md5));
  }

  it('none: there is none', () => {
    assert.equal(md5OfAttributes(undefined), undefined);
    assert.equal(md5OfAttributes(new Map()), undefined);
  });
});

test('lengths are in bytes, and type and value count', () => {
  const seen = [text('x'), text('y'), text('x', 'String.a'), binary('x'), text('é')].map((value) =>
    md5OfAttributes(attributesOf({ a: value })),
  );
  assert.equal(new Set(seen).size, seen.length);
});

test('the MD5 of a body is that of its UTF-8', () => {
  assert.equal(md5OfBody('msg'), '6e2baaf3b97dbeef01c0043275f9a0e7');
  assert.equal(md5OfBody('message-body-1'), '19c9e282d65f9733bc6b35d50062c7ee');
  assert.equal(md5OfBody(Buffer.from('é\r\n')), md5OfBody('é\r\n'));
});

test('the id of a content is its SHA-256', () => {
  assert.equal(contentDeduplicationId('hello'), '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
  assert.equal(contentDeduplicationId(Buffer.from('hello')), contentDeduplicationId('hello'));
});
