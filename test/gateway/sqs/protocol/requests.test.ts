import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { ErrorKind } from '../../../../src/gateway/sqs/protocol/errors.ts';
import { wireOf } from '../../../../src/gateway/sqs/protocol/wire.ts';
import { GOLDEN_REQUESTS } from './golden-requests.ts';
import { awsError, decode, decodeForm, decodeJson, formRequest, JSON_HEADERS, jsonRequest } from './helpers.ts';

describe('a request', () => {
  for (const { action, input, form } of GOLDEN_REQUESTS) {
    it(`${action} means the same in both protocols`, () => {
      const fromForm = decode(formRequest(form));
      assert.equal(fromForm.action, action);
      assert.deepEqual(fromForm.input, decodeJson(action, input));
    });
  }
});

test('what a client left out is there and undefined', () => {
  assert.deepEqual(decodeJson('SendMessage', { QueueUrl: 'u', MessageBody: 'b', DelaySeconds: null, Unknown: [1] }), {
    QueueUrl: 'u',
    MessageBody: 'b',
    DelaySeconds: undefined,
    MessageAttributes: undefined,
    MessageSystemAttributes: undefined,
    MessageDeduplicationId: undefined,
    MessageGroupId: undefined,
  });
});

test('lists are arrays, maps are Maps and blobs are bytes', () => {
  const entry = { Id: '1', MessageBody: 'é', MessageAttributes: { n: { DataType: 'Binary', BinaryValue: '/+8=' } } };
  assert.deepEqual(decodeJson('SendMessageBatch', { QueueUrl: 'u', Entries: [entry, { Id: '2' }] }), {
    QueueUrl: 'u',
    Entries: [
      {
        Id: '1',
        MessageBody: 'é',
        DelaySeconds: undefined,
        MessageAttributes: new Map([
          [
            'n',
            {
              StringValue: undefined,
              BinaryValue: Buffer.from([0xff, 0xef]),
              StringListValues: undefined,
              BinaryListValues: undefined,
              DataType: 'Binary',
            },
          ],
        ]),
        MessageSystemAttributes: undefined,
        MessageDeduplicationId: undefined,
        MessageGroupId: undefined,
      },
      {
        Id: '2',
        MessageBody: '',
        DelaySeconds: undefined,
        MessageAttributes: undefined,
        MessageSystemAttributes: undefined,
        MessageDeduplicationId: undefined,
        MessageGroupId: undefined,
      },
    ],
  });
});

test('numbers and booleans are taken for text where text is wanted', () => {
  const input = { QueueUrl: 'u', MessageBody: 0, MessageGroupId: false };
  const decoded = decodeJson('SendMessage', input) as Record<string, unknown>;
  assert.deepEqual([decoded.MessageBody, decoded.MessageGroupId], ['0', 'false']);
});

test('an empty body of JSON is an empty object, and null entries of maps are left out', () => {
  assert.deepEqual(decode(jsonRequest('ListQueues', '')).input, {
    QueueNamePrefix: undefined,
    NextToken: undefined,
    MaxResults: undefined,
  });
  const { Attributes } = decodeJson('CreateQueue', { QueueName: 'q', Attributes: { a: null, b: '' } }) as {
    Attributes: unknown;
  };
  assert.deepEqual(Attributes, new Map([['b', '']]));
});

test('names that objects have by nature are names like others', () => {
  const names = ['__proto__', 'constructor', 'toString', '1'];
  const form = names.map((name, i) => `Tag.${i + 1}.Key=${name}&Tag.${i + 1}.Value=${i}`).join('&');
  const fromForm = decodeForm(`Action=TagQueue&QueueUrl=u&${form}`) as { Tags: Map<string, string> };
  const json = `{"QueueUrl":"u","Tags":{${names.map((name, i) => `"${name}":"${i}"`).join()}}}`;
  const decoded: object = decode(jsonRequest('TagQueue', json)).input;
  const fromJson = decoded as { Tags: Map<string, string> };
  const expected = names.map((name, i) => [name, String(i)]).sort();
  assert.deepEqual([...fromForm.Tags].sort(), expected);
  assert.deepEqual([...fromJson.Tags].sort(), expected);
});

describe('Query', () => {
  const urlOf = (target: string, form = 'Action=PurgeQueue') =>
    (decode(formRequest(form, target)).input as { QueueUrl: string }).QueueUrl;

  it('takes the queue from the address that a request is sent to, unless it names one', () => {
    assert.equal(urlOf('/000000000000/orders'), '/000000000000/orders');
    assert.equal(urlOf('/000000000000/orders?x=y'), '/000000000000/orders');
    assert.equal(urlOf('/000000000000/orders', 'Action=PurgeQueue&QueueUrl=u'), 'u');
    assert.throws(
      () => urlOf('/'),
      awsError('MissingRequiredParameterException', 'The request must contain the parameter QueueUrl.'),
    );
  });

  it('takes parameters from the query string, and from a form beside it', () => {
    const get = {
      method: 'GET',
      target: '/?Action=ListQueues&QueueNamePrefix=a%2Bb',
      headers: {},
      body: Buffer.alloc(0),
    };
    assert.deepEqual(decode(get).input, decodeJson('ListQueues', { QueueNamePrefix: 'a+b' }));
    assert.deepEqual(
      decode(formRequest('QueueNamePrefix=p', '/?Action=ListQueues&MaxResults=3')).input,
      decodeJson('ListQueues', { QueueNamePrefix: 'p', MaxResults: 3 }),
    );
  });

  it('takes numbers in any order and with gaps, and one entry without a number', () => {
    const names = (form: string) =>
      (decodeForm(`Action=GetQueueAttributes&QueueUrl=u&${form}`) as { AttributeNames: string[] }).AttributeNames;
    assert.deepEqual(names('AttributeName.10=c&AttributeName.9=b&AttributeName.2=a'), ['a', 'b', 'c']);
    assert.deepEqual(names('AttributeName=All'), ['All']);
    assert.deepEqual(names('AttributeName='), []);
    const { Attributes } = decodeForm('Action=SetQueueAttributes&QueueUrl=u&Attribute.Name=x&Attribute.Value=y') as {
      Attributes: unknown;
    };
    assert.deepEqual(Attributes, new Map([['x', 'y']]));
  });

  it('has empty lists where a list is required and none was sent', () => {
    assert.deepEqual(decodeForm('Action=DeleteMessageBatch&QueueUrl=u'), { QueueUrl: 'u', Entries: [] });
  });
});

test('the protocol is told by the content type or the target', () => {
  const json = { protocol: 'json', queryErrors: false };
  assert.deepEqual(wireOf(JSON_HEADERS), json);
  assert.deepEqual(wireOf({ 'x-amz-target': 'AmazonSQS.ListQueues' }), json);
  assert.deepEqual(wireOf({ ...JSON_HEADERS, 'x-amzn-query-mode': 'true' }), { protocol: 'json', queryErrors: true });
  const query = { protocol: 'query', queryErrors: true };
  assert.deepEqual(wireOf({}), query);
  assert.deepEqual(wireOf({ 'content-type': 'application/x-www-form-urlencoded' }), query);
});

describe('JSON is refused', () => {
  const STRUCTURE = 'Start of structure or map found where not expected.';
  const LIST = 'Start of list found where not expected.';
  const cases: [what: string, action: string, input: unknown, kind: ErrorKind, message: string | RegExp][] = [
    [
      'without a required parameter',
      'SendMessage',
      { QueueUrl: 'u' },
      'MissingRequiredParameterException',
      /MessageBody/,
    ],
    [
      'with an empty one',
      'SendMessage',
      { QueueUrl: 'u', MessageBody: '' },
      'MissingRequiredParameterException',
      /MessageBody/,
    ],
    ['with an object for text', 'SendMessage', { QueueUrl: 'u', MessageBody: {} }, 'SerializationException', STRUCTURE],
    ['with a list for text', 'SendMessage', { QueueUrl: 'u', MessageBody: [] }, 'SerializationException', LIST],
    [
      'with text for a number',
      'ListQueues',
      { MaxResults: '1' },
      'SerializationException',
      'STRING_VALUE can not be converted to an Integer',
    ],
    ['with a fraction', 'ListQueues', { MaxResults: 1.5 }, 'SerializationException', /^NUMBER_VALUE/],
    [
      'with a number of more than 32 bits',
      'ListQueues',
      { MaxResults: 2 ** 31 },
      'SerializationException',
      /^NUMBER_VALUE/,
    ],
    ['with a list for a map', 'TagQueue', { QueueUrl: 'u', Tags: [] }, 'SerializationException', LIST],
    ['with text for a list', 'UntagQueue', { QueueUrl: 'u', TagKeys: 'k' }, 'SerializationException', /scalar/],
    [
      'with null in a list',
      'DeleteMessageBatch',
      { QueueUrl: 'u', Entries: [null] },
      'SerializationException',
      /^Null/,
    ],
    ['that is a list', 'ListQueues', [], 'SerializationException', LIST],
    [
      'without the id of an entry',
      'DeleteMessageBatch',
      { QueueUrl: 'u', Entries: [{ Id: 'a' }, {}] },
      'MissingRequiredParameterException',
      'The request must contain the parameter DeleteMessageBatchRequestEntry.2.Id.',
    ],
    [
      'without attributes to set',
      'SetQueueAttributes',
      { QueueUrl: 'u' },
      'MissingRequiredParameterException',
      'The request must contain the parameter Attribute.Name.',
    ],
    [
      'without entries',
      'DeleteMessageBatch',
      { QueueUrl: 'u' },
      'MissingRequiredParameterException',
      'The request must contain the parameter Entries.',
    ],
    [
      'with too many entries, whatever they are',
      'SendMessageBatch',
      { QueueUrl: 'u', Entries: new Array(11).fill(7) },
      'TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10. You have sent 11.',
    ],
    [
      'with more names than anybody needs',
      'UntagQueue',
      { QueueUrl: 'u', TagKeys: new Array(1001).fill('k') },
      'InvalidParameterValueException',
      /1000 of TagKey/,
    ],
    ['with an unknown action', 'Nothing', {}, 'UnknownOperationException', /.*/],
  ];
  for (const [what, action, input, kind, message] of cases) {
    it(what, () => {
      assert.throws(() => decodeJson(action, input), awsError(kind, message));
    });
  }

  const attribute = (value: object) => ({ QueueUrl: 'u', MessageBody: 'b', MessageAttributes: { a: value } });
  it('with a blob that is not base64', () => {
    for (const BinaryValue of ['a b', 'é', 'a===', '=a', 'a-_b']) {
      const input = attribute({ DataType: 'Binary', BinaryValue });
      assert.throws(() => decodeJson('SendMessage', input), awsError('SerializationException', /base64/));
    }
  });

  it('that is not JSON or not UTF-8', () => {
    for (const body of ['{', '{"a":}', "{'a':1}", '\u0000']) {
      assert.throws(() => decode(jsonRequest('ListQueues', body)), awsError('SerializationException', /not JSON/));
    }
    const latin1 = Buffer.from('{"QueueNamePrefix":"é"}', 'latin1');
    assert.throws(() => decode(jsonRequest('ListQueues', latin1)), awsError('SerializationException', /not UTF-8/));
  });

  it('with more structure than a request can have, but not with large or quoted text', () => {
    const brackets = `{"x":[${'[],'.repeat(50_000)}[]]}`;
    assert.throws(() => decode(jsonRequest('ListQueues', brackets)), awsError('SerializationException', /values/));
    const deep = '['.repeat(300_000) + ']'.repeat(300_000);
    assert.throws(() => decode(jsonRequest('ListQueues', deep)), awsError('SerializationException', /values/));
    for (const text of [brackets, '\\"['.repeat(100_000), '\\\\'.repeat(99_999)]) {
      const body = JSON.stringify({ QueueUrl: 'u', MessageBody: text, MessageGroupId: `${text}\\` });
      assert.equal((decode(jsonRequest('SendMessage', body)).input as { MessageBody: string }).MessageBody, text);
    }
  });

  it('that is larger than any request', () => {
    const request = jsonRequest('ListQueues', Buffer.alloc(4 * 1024 * 1024 + 1, ' '));
    assert.throws(() => decode(request), awsError('RequestEntityTooLargeException', /.*/));
  });
});

describe('Query is refused', () => {
  const cases: [what: string, form: string, kind: ErrorKind, message: RegExp][] = [
    ['without an action', 'Version=2012-11-05', 'MissingAction', /Action/],
    [
      'with an unknown one',
      'Action=Nothing',
      'UnknownOperationException',
      /^The action Nothing is not valid for this endpoint\.$/,
    ],
    ['with text for a number', 'Action=ListQueues&MaxResults=x', 'SerializationException', /STRING_VALUE/],
    ['with nothing for a number', 'Action=ListQueues&MaxResults=', 'SerializationException', /STRING_VALUE/],
    [
      'without the name of an attribute',
      'Action=CreateQueue&QueueName=q&Attribute.1.Value=x',
      'MissingRequiredParameterException',
      /Attribute\.1\.Name/,
    ],
    [
      'without its value',
      'Action=CreateQueue&QueueName=q&Attribute.1.Name=x',
      'MissingRequiredParameterException',
      /Attribute\.1\.Value/,
    ],
    [
      'without the id of an entry',
      'Action=DeleteMessageBatch&QueueUrl=u&DeleteMessageBatchRequestEntry.7.ReceiptHandle=r',
      'MissingRequiredParameterException',
      /DeleteMessageBatchRequestEntry\.1\.Id/,
    ],
    ['with bytes that are no text', 'Action=ListQueues&QueueNamePrefix=%FF', 'MalformedQueryString', /encoded/],
    ['with half an escape', 'Action=ListQueues&QueueNamePrefix=%2', 'MalformedQueryString', /encoded/],
    [
      'with names that go too deep',
      `Action=ListQueues&${'a.'.repeat(20)}b=c`,
      'MalformedQueryString',
      /too many parts/,
    ],
    ['with too many parameters', `Action=ListQueues${'&a=b'.repeat(2000)}`, 'MalformedQueryString', /2000 parameters/],
  ];
  for (const [what, form, kind, message] of cases) {
    it(what, () => {
      assert.throws(() => decodeForm(form), awsError(kind, message));
    });
  }

  it('in bytes that are not UTF-8', () => {
    const form = Buffer.from('Action=ListQueues&QueueNamePrefix=é', 'latin1');
    assert.throws(() => decode(formRequest(form)), awsError('MalformedQueryString', /UTF-8/));
  });
});
