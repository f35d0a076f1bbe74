/** Which pages may use the service through a browser, and how they are told. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkSite, preflightAnswer, readableBy } from '../../../src/gateway/sqs/browsers.ts';

const RESPONSE = { status: 200, headers: { 'x-amzn-requestid': 'r' }, body: '{}' };
const ALLOWED = 'access-control-allow-origin';

describe('a request that nobody signs', () => {
  const CASES: readonly (readonly [
    what: string,
    headers: Record<string, string>,
    mayCome: boolean,
    mayRead: boolean,
  ])[] = [
    ['no browser', {}, true, false],
    ['a page of this machine', { origin: 'http://localhost:3000' }, true, true],
    ['a page of this machine, by its address', { origin: 'https://127.0.0.1' }, true, true],
    ['a page of this machine, by IPv6', { origin: 'http://[::1]:8080' }, true, true],
    ['a page of a name that is this machine', { origin: 'http://app.localhost:3000' }, true, true],
    ['a page of another machine', { origin: 'https://example.com' }, false, false],
    ['a page whose name begins like that of this machine', { origin: 'http://localhost.example.com' }, false, false],
    ['a page of nowhere', { origin: 'null' }, false, false],
    ['a program made like a browser', { origin: 'app://local' }, true, false],
    ['an image of a page of another machine', { 'sec-fetch-site': 'cross-site' }, false, false],
    ['an address that was typed', { 'sec-fetch-site': 'none' }, true, false],
  ];
  for (const [what, headers, mayCome, mayRead] of CASES) {
    it(`of ${what} ${mayCome ? 'comes' : 'is refused'}, its answer can ${mayRead ? '' : 'not '}be read`, () => {
      if (mayCome) checkSite(headers);
      else assert.throws(() => checkSite(headers), { kind: 'AccessDeniedException' });
      const { headers: answered } = readableBy(headers, 'this-machine', RESPONSE);
      assert.equal(answered[ALLOWED], mayRead ? headers.origin : undefined);
      assert.equal(answered['x-amzn-requestid'], 'r');
    });
  }
});

it('answers to requests that are signed can be read by every page', () => {
  const { headers } = readableBy({ origin: 'https://example.com' }, 'any', RESPONSE);
  assert.deepEqual(headers, {
    'x-amzn-requestid': 'r',
    [ALLOWED]: 'https://example.com',
    'access-control-expose-headers': 'x-amzn-requestid, x-amzn-query-error, date',
    vary: 'origin',
  });
});

describe('a browser that asks first', () => {
  const headers = {
    origin: 'http://localhost:3000',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,x-amz-target',
  };

  it('learns what may be sent', () => {
    const answer = preflightAnswer({ method: 'OPTIONS', target: '/', headers, body: Buffer.alloc(0) });
    assert.equal(answer?.status, 200);
    assert.equal(answer?.headers['access-control-allow-headers'], 'content-type,x-amz-target');
    assert.equal(answer?.headers['access-control-allow-methods'], 'GET, POST');
  });

  it('is not one that asks for something else', () => {
    const { origin } = headers;
    for (const [method, sent] of [
      ['POST', headers],
      ['OPTIONS', { origin }],
      ['OPTIONS', {}],
    ] as const) {
      assert.equal(preflightAnswer({ method, target: '/', headers: sent, body: Buffer.alloc(0) }), undefined);
    }
  });
});
