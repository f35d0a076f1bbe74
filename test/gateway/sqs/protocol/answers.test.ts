import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { AwsError, invalidParameter } from '../../../../src/gateway/sqs/protocol/aws-error.ts';
import { ERRORS, type ErrorKind } from '../../../../src/gateway/sqs/protocol/errors.ts';
import type { OutputOf } from '../../../../src/gateway/sqs/protocol/operations.ts';
import { encodeError, encodeResult, type Wire } from '../../../../src/gateway/sqs/protocol/wire.ts';

const JSON_WIRE: Wire = { protocol: 'json', queryErrors: false };
const QUERY_MODE: Wire = { protocol: 'json', queryErrors: true };
const QUERY: Wire = { protocol: 'query', queryErrors: true };
const ID = '9b8c7a6e-0000-4000-8000-000000000001';

const received: OutputOf<'ReceiveMessage'> = {
  Messages: [
    {
      MessageId: 'm',
      ReceiptHandle: 'r',
      MD5OfBody: 'd',
      Body: 'a"b\\\r\n<&>é',
      Attributes: new Map([
        ['SenderId', 's'],
        ['SentTimestamp', '1'],
      ]),
      MD5OfMessageAttributes: 'e',
      MessageAttributes: new Map([
        ['t', { DataType: 'String', StringValue: 'x' }],
        ['b', { DataType: 'Binary', BinaryValue: Buffer.from([0xff, 0xfe]) }],
      ]),
    },
    { MessageId: 'n', Body: '', Attributes: undefined },
  ],
};

test('a result in JSON has what there is and nothing else', () => {
  const answer = encodeResult(JSON_WIRE, 'ReceiveMessage', received, ID);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.headers, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': ID });
  assert.deepEqual(JSON.parse(answer.body), {
    Messages: [
      {
        MessageId: 'm',
        ReceiptHandle: 'r',
        MD5OfBody: 'd',
        Body: 'a"b\\\r\n<&>é',
        Attributes: { SenderId: 's', SentTimestamp: '1' },
        MD5OfMessageAttributes: 'e',
        MessageAttributes: {
          t: { DataType: 'String', StringValue: 'x' },
          b: { DataType: 'Binary', BinaryValue: '//4=' },
        },
      },
      { MessageId: 'n', Body: '' },
    ],
  });
});

test('a result in XML is flattened, escaped and wrapped', () => {
  const answer = encodeResult(QUERY, 'ReceiveMessage', received, ID);
  assert.deepEqual(answer.headers, { 'content-type': 'text/xml', 'x-amzn-requestid': ID });
  assert.equal(
    answer.body,
    '<?xml version="1.0"?>' +
      '<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult>' +
      '<Message><MessageId>m</MessageId><ReceiptHandle>r</ReceiptHandle><MD5OfBody>d</MD5OfBody>' +
      '<Body>a&quot;b\\&#xD;\n&lt;&amp;&gt;é</Body>' +
      '<Attribute><Name>SenderId</Name><Value>s</Value></Attribute>' +
      '<Attribute><Name>SentTimestamp</Name><Value>1</Value></Attribute>' +
      '<MD5OfMessageAttributes>e</MD5OfMessageAttributes>' +
      '<MessageAttribute><Name>t</Name><Value><StringValue>x</StringValue><DataType>String</DataType></Value></MessageAttribute>' +
      '<MessageAttribute><Name>b</Name><Value><BinaryValue>//4=</BinaryValue><DataType>Binary</DataType></Value></MessageAttribute>' +
      '</Message><Message><MessageId>n</MessageId><Body></Body></Message>' +
      `</ReceiveMessageResult><ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata></ReceiveMessageResponse>`,
  );
});

describe('the result of', () => {
  it('a command says only that it was done', () => {
    assert.equal(encodeResult(JSON_WIRE, 'DeleteMessage', undefined, ID).body, '{}');
    assert.equal(
      encodeResult(QUERY, 'DeleteMessage', undefined, ID).body,
      '<?xml version="1.0"?><DeleteMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">' +
        `<ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata></DeleteMessageResponse>`,
    );
  });

  it('a receive that got nothing has no Messages', () => {
    assert.equal(encodeResult(JSON_WIRE, 'ReceiveMessage', {}, ID).body, '{}');
    assert.match(encodeResult(QUERY, 'ReceiveMessage', {}, ID).body, /<ReceiveMessageResult><\/ReceiveMessageResult>/);
  });

  it('a batch has the lists that have entries', () => {
    const failed = { Id: 'b', SenderFault: true, Code: 'C', Message: 'M' };
    const output = { Failed: [failed] };
    assert.deepEqual(JSON.parse(encodeResult(JSON_WIRE, 'DeleteMessageBatch', output, ID).body), output);
    assert.match(
      encodeResult(QUERY, 'DeleteMessageBatch', output, ID).body,
      /<DeleteMessageBatchResult><BatchResultErrorEntry><Id>b<\/Id><SenderFault>true<\/SenderFault><Code>C<\/Code>/,
    );
  });

  it('lists and maps has the names of the protocol', () => {
    const xml = (
      ...[action, output]: Parameters<typeof encodeResult> extends [Wire, infer A, infer O, string] ? [A, O] : never
    ) => /Result>(.*)<\/\w+Result>/.exec(encodeResult(QUERY, action, output, ID).body)?.[1];
    assert.equal(xml('ListQueues', { QueueUrls: ['a', 'b'] }), '<QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl>');
    assert.equal(xml('ListDeadLetterSourceQueues', { queueUrls: ['a'] }), '<QueueUrl>a</QueueUrl>');
    assert.equal(xml('ListQueueTags', { Tags: new Map([['k', '']]) }), '<Tag><Key>k</Key><Value></Value></Tag>');
    assert.equal(
      xml('ListMessageMoveTasks', { Results: [{ Status: 'RUNNING', StartedTimestamp: 1_700_000_000_000 }] }),
      '<ListMessageMoveTasksResultEntry><Status>RUNNING</Status><StartedTimestamp>1700000000000</StartedTimestamp></ListMessageMoveTasksResultEntry>',
    );
    assert.equal(
      encodeResult(JSON_WIRE, 'ListDeadLetterSourceQueues', { queueUrls: ['a'] }, ID).body,
      '{"queueUrls":["a"]}',
    );
  });
});

test('text of any kind survives JSON, and XML as far as XML goes', () => {
  const texts = [
    '',
    'plain',
    '"',
    '\\',
    '\u0000\u001f',
    'é漢😀',
    '\ud800',
    'x'.repeat(3000),
    '\u2028',
    '</Body>',
    ']]>',
  ];
  for (const Body of texts) {
    const { body } = encodeResult(JSON_WIRE, 'ReceiveMessage', { Messages: [{ Body }] }, ID);
    assert.deepEqual(JSON.parse(body), { Messages: [{ Body }] });
  }
  const xml = (Body: string) =>
    /<Body>(.*)<\/Body>/s.exec(encodeResult(QUERY, 'ReceiveMessage', { Messages: [{ Body }] }, ID).body)?.[1];
  assert.equal(xml('\t\n é漢😀'), '\t\n é漢😀');
  assert.equal(xml('\u0000\ud800\uffff&amp;'), '\ufffd\ufffd\ufffd&amp;amp;');
  assert.equal(xml(']]>\'"\r'), "]]&gt;'&quot;&#xD;");
});

describe('an error', () => {
  it('in JSON has its type, and its code of Query in a header', () => {
    const answer = encodeError(JSON_WIRE, new AwsError('QueueDoesNotExist'), ID);
    assert.equal(answer.status, 400);
    assert.equal(answer.headers['x-amzn-query-error'], 'AWS.SimpleQueueService.NonExistentQueue;Sender');
    assert.equal(
      answer.body,
      '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}',
    );
  });

  it('that no model knows is of the framework', () => {
    const error = invalidParameter(11, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided');
    const answer = encodeError(JSON_WIRE, error, ID);
    assert.equal(answer.headers['x-amzn-query-error'], 'InvalidParameterValue;Sender');
    assert.deepEqual(JSON.parse(answer.body), {
      __type: 'com.amazon.coral.service#InvalidParameterValueException',
      message: 'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    });
  });

  it('in Query is XML, in the words of Query', () => {
    const answer = encodeError(QUERY, new AwsError('QueueDoesNotExist'), ID);
    assert.equal(answer.status, 400);
    assert.equal(
      answer.body,
      '<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>' +
        '<Code>AWS.SimpleQueueService.NonExistentQueue</Code>' +
        '<Message>The specified queue does not exist for this wsdl version.</Message><Detail/></Error>' +
        `<RequestId>${ID}</RequestId></ErrorResponse>`,
    );
    assert.match(encodeError(QUERY, new AwsError('QueueDoesNotExist', 'own <words>'), ID).body, />own &lt;words&gt;</);
  });

  const statuses: [kind: ErrorKind, json: number, queryMode: number, code: string][] = [
    ['QueueNameExists', 400, 400, 'QueueAlreadyExists'],
    ['PurgeQueueInProgress', 400, 403, 'AWS.SimpleQueueService.PurgeQueueInProgress'],
    ['OverLimit', 400, 403, 'OverLimit'],
    ['RequestThrottled', 400, 403, 'RequestThrottled'],
    ['InvalidSecurity', 400, 403, 'InvalidSecurity'],
    ['InvalidAddress', 400, 404, 'InvalidAddress'],
    ['ReceiptHandleIsInvalid', 400, 404, 'ReceiptHandleIsInvalid'],
    ['ResourceNotFoundException', 400, 404, 'ResourceNotFoundException'],
    ['MissingRequiredParameterException', 400, 400, 'MissingParameter'],
    ['InvalidSignatureException', 403, 403, 'SignatureDoesNotMatch'],
    ['InternalFailure', 500, 500, 'InternalFailure'],
  ];
  for (const [kind, json, queryMode, code] of statuses) {
    it(`${kind} has the status of its client's mode`, () => {
      const error = new AwsError(kind);
      const statusIn = (wire: Wire) => encodeError(wire, error, ID).status;
      assert.deepEqual([JSON_WIRE, QUERY_MODE, QUERY].map(statusIn), [json, queryMode, queryMode]);
      const fault = kind === 'InternalFailure' ? 'Receiver' : 'Sender';
      assert.equal(encodeError(QUERY_MODE, error, ID).headers['x-amzn-query-error'], `${code};${fault}`);
    });
  }

  it('of every kind says something, and has a code that no other has', () => {
    const codes = Object.values(ERRORS).map(({ queryCode }) => queryCode);
    assert.equal(new Set(codes).size, codes.length);
    for (const kind of Object.keys(ERRORS) as ErrorKind[]) assert.ok(new AwsError(kind).message.length > 10, kind);
  });

  it('echoes what was sent up to a bound', () => {
    assert.ok(invalidParameter('x'.repeat(1_000_000), 'P', 'R').message.length < 3000);
  });
});
