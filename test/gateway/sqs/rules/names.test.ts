import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { formatQueueArn, parseQueueArn } from '../../../../src/gateway/sqs/rules/queue-arn.ts';
import { checkQueueName, isFifoName } from '../../../../src/gateway/sqs/rules/queue-name.ts';
import { formatQueueUrl, parseQueueUrl } from '../../../../src/gateway/sqs/rules/queue-url.ts';
import { awsError } from '../protocol/helpers.ts';

describe('the name of a queue', () => {
  const STANDARD = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
  const FIFO =
    'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.';
  const EMPTY = 'Value for parameter QueueName is invalid. Reason: Must specify a queue name.';
  const cases: [name: string, fifo: boolean, complaint: string | undefined][] = [
    ['orders', false, undefined],
    ['A-z_0', false, undefined],
    ['x'.repeat(80), false, undefined],
    ['x'.repeat(81), false, STANDARD],
    ['', false, EMPTY],
    ['a.b', false, STANDARD],
    ['a/b', false, STANDARD],
    ['é', false, STANDARD],
    ['a\n', false, STANDARD],
    ['orders.fifo', false, STANDARD],
    ['orders.fifo', true, undefined],
    [`${'x'.repeat(75)}.fifo`, true, undefined],
    [`${'x'.repeat(76)}.fifo`, true, FIFO],
    ['orders', true, FIFO],
    ['.fifo', true, FIFO],
    ['a.b.fifo', true, FIFO],
    ['orders.FIFO', true, FIFO],
    ['', true, EMPTY],
  ];
  for (const [name, fifo, complaint] of cases) {
    it(`'${name.slice(0, 20)}' of a ${fifo ? 'FIFO' : 'standard'} queue is ${complaint ? 'refused' : 'accepted'}`, () => {
      if (complaint === undefined) checkQueueName(name, fifo);
      else assert.throws(() => checkQueueName(name, fifo), awsError('InvalidParameterValueException', complaint));
    });
  }

  it('says whether the queue is FIFO', () => {
    assert.deepEqual(['a.fifo', 'a', 'fifo', 'a.fifo.x'].map(isFifoName), [true, false, false, false]);
  });
});

describe('the address', () => {
  const cases: [url: string, accountId: string | undefined, name: string][] = [
    ['http://localhost:9324/000000000000/orders', '000000000000', 'orders'],
    ['https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo', '123456789012', 'orders.fifo'],
    ['https://eu-west-1.queue.amazonaws.com/123456789012/orders', '123456789012', 'orders'],
    ['http://localhost:9324/queue/orders', undefined, 'orders'],
    ['http://localhost:4566/queue/eu-west-1/000000000000/orders', '000000000000', 'orders'],
    ['http://[::1]:9324/000000000000/orders/', '000000000000', 'orders'],
    ['http://localhost:9324/orders', undefined, 'orders'],
    ['/000000000000/orders', '000000000000', 'orders'],
    ['/queue/orders', undefined, 'orders'],
    ['/orders', undefined, 'orders'],
    ['orders', undefined, 'orders'],
    ['000000000000/orders', '000000000000', 'orders'],
    ['http://h/0/a%20b%2Fc', '0', 'a b/c'],
  ];
  for (const [url, accountId, name] of cases) {
    it(`${url} is that of ${name}`, () => assert.deepEqual(parseQueueUrl(url), { accountId, name }));
  }

  const bad = [
    '',
    '/',
    '//',
    'http://',
    'http://localhost',
    'http://localhost/',
    'http://localhost:9324//',
    'http://h/0/%ff',
  ];
  for (const url of bad) {
    it(`'${url}' is refused`, () => {
      assert.throws(
        () => parseQueueUrl(url),
        awsError('InvalidAddress', `The address ${url} is not valid for this endpoint.`),
      );
    });
  }

  it('that is formatted is parsed back', () => {
    for (const name of ['orders', 'orders.fifo', 'with space/slash?#%', 'é']) {
      const url = formatQueueUrl('http://localhost:9324', '000000000000', name);
      assert.deepEqual(parseQueueUrl(url), { accountId: '000000000000', name });
    }
    assert.equal(formatQueueUrl('http://h:1', '0', 'orders.fifo'), 'http://h:1/0/orders.fifo');
  });
});

test('the ARN of a queue names its region, account and name', () => {
  const arn = { region: 'eu-west-1', accountId: '000000000000', name: 'orders.fifo' };
  assert.equal(formatQueueArn(arn), 'arn:aws:sqs:eu-west-1:000000000000:orders.fifo');
  assert.deepEqual(parseQueueArn(formatQueueArn(arn)), arn);
  assert.deepEqual(parseQueueArn('arn:aws-us-gov:sqs:us-gov-west-1:1:a:b'), {
    region: 'us-gov-west-1',
    accountId: '1',
    name: 'a:b',
  });
  for (const other of ['', 'orders', 'arn:aws:sns:r:1:t', 'arn:aws:sqs:r:1', 'arn:aws:sqs:r:1:', 'arn:x:sqs:r:1:q']) {
    assert.equal(parseQueueArn(other), undefined, other);
  }
});
