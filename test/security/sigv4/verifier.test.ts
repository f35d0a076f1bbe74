import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { formatAmzDate, parseAmzDate } from '../../../src/security/sigv4/amz-date.ts';
import type { SignedRequest } from '../../../src/security/sigv4/signed-request.ts';
import { SigV4Error, type SigV4Failure } from '../../../src/security/sigv4/sigv4-error.ts';
import { SigV4Verifier } from '../../../src/security/sigv4/verifier.ts';
import { DATE, SECRET, SESSION_TOKEN, type SignedVector, VECTORS } from './published-vectors.ts';

const NOW_MS = Date.UTC(2015, 7, 30, 12, 36);
const MINUTE_MS = 60_000;
const SCOPE = '20150830/us-east-1/service/aws4_request';
const SETTINGS = { service: 'service', region: undefined, clockSkewMs: 15 * MINUTE_MS };
const secretOf = (id: string) => (id === 'AKIDEXAMPLE' ? SECRET : undefined);
const verifier = new SigV4Verifier(SETTINGS, secretOf);

function authorization(signedHeaders: string, signature: string, scope = SCOPE): string {
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

function requestOf({ method, target, headers = {}, body = '', signature }: SignedVector): SignedRequest {
  const signed = { host: 'example.amazonaws.com', 'x-amz-date': DATE, ...headers };
  const names = Object.keys(signed).sort().join(';');
  const all = { ...signed, 'user-agent': 'not signed', authorization: authorization(names, signature) };
  return { method, target, headers: all, body: Buffer.from(body) };
}

function refused(failure: SigV4Failure, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SigV4Error, `${error}`);
    assert.equal(error.failure, failure, error.message);
    assert.match(error.message, message);
    return true;
  };
}

const [vanilla] = VECTORS;
assert.ok(vanilla);
const signed = requestOf(vanilla);
const withHeaders = (headers: SignedRequest['headers']): SignedRequest => ({
  ...signed,
  headers: { ...signed.headers, ...headers },
});

describe('the published request', () => {
  for (const vector of VECTORS) {
    it(`${vector.name} is accepted with its signature and with no other`, () => {
      const request = requestOf(vector);
      const sessionToken = vector.headers?.['x-amz-security-token'];
      assert.deepEqual(verifier.verify(request, NOW_MS), {
        accessKeyId: 'AKIDEXAMPLE',
        region: 'us-east-1',
        sessionToken,
      });
      const others: SignedRequest[] = [
        requestOf({ ...vector, signature: vector.signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) }),
        { ...request, method: 'PUT' },
        { ...request, target: `${request.target}x` },
        { ...request, body: Buffer.from(`${request.body}x`) },
        { ...request, headers: { ...request.headers, host: 'example.com' } },
      ];
      for (const other of others)
        assert.throws(() => verifier.verify(other, NOW_MS), refused('mismatch', /does not match/));
    });
  }
});

test('the session token is handed on, and the signing key of a day is used again', () => {
  const vector = VECTORS.find(({ name }) => name === 'post-sts-header-before');
  assert.ok(vector);
  for (let i = 0; i < 3; i++) assert.equal(verifier.verify(requestOf(vector), NOW_MS).sessionToken, SESSION_TOKEN);
});

test('a new secret is not checked with the key of the old one', () => {
  let secret = SECRET;
  const changing = new SigV4Verifier(SETTINGS, () => secret);
  changing.verify(signed, NOW_MS);
  secret = 'another';
  assert.throws(() => changing.verify(signed, NOW_MS), refused('mismatch', /does not match/));
});

test('a request is valid for the allowed difference of clocks and no longer', () => {
  for (const offsetMs of [0, 15 * MINUTE_MS, -15 * MINUTE_MS]) verifier.verify(signed, NOW_MS + offsetMs);
  assert.throws(
    () => verifier.verify(signed, NOW_MS + 15 * MINUTE_MS + 1000),
    refused(
      'mismatch',
      /^Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \(20150830T125101Z - 15 min\.\)$/,
    ),
  );
  assert.throws(
    () => verifier.verify(signed, NOW_MS - 15 * MINUTE_MS - 1000),
    refused(
      'mismatch',
      /^Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z \(20150830T122059Z \+ 15 min\.\)$/,
    ),
  );
});

describe('a request is refused', () => {
  const cases: [what: string, request: SignedRequest, failure: SigV4Failure, message: RegExp][] = [
    ['unsigned', withHeaders({ authorization: undefined }), 'missing', /not signed/],
    ['of another algorithm', withHeaders({ authorization: 'Basic Zm9vOmJhcg==' }), 'incomplete', /AWS4-HMAC-SHA256/],
    [
      'without credential',
      withHeaders({ authorization: 'AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00' }),
      'incomplete',
      /'Credential'/,
    ],
    [
      'without signed headers',
      withHeaders({ authorization: `AWS4-HMAC-SHA256 Credential=A/${SCOPE}, Signature=00` }),
      'incomplete',
      /'SignedHeaders'/,
    ],
    [
      'without signature',
      withHeaders({ authorization: `AWS4-HMAC-SHA256 Credential=A/${SCOPE}, SignedHeaders=host` }),
      'incomplete',
      /'Signature'/,
    ],
    [
      'with half a credential',
      withHeaders({ authorization: authorization('host', '00', '20150830/us-east-1') }),
      'incomplete',
      /must have the form/,
    ],
    ['without a date', withHeaders({ 'x-amz-date': undefined }), 'incomplete', /needs its date/],
    ['with a date that is none', withHeaders({ 'x-amz-date': '20150230T123600Z' }), 'incomplete', /needs its date/],
    [
      'with the scope of another day',
      withHeaders({ 'x-amz-date': '20150831T000000Z' }),
      'mismatch',
      /Date in Credential scope/,
    ],
    [
      'for another service',
      withHeaders({ authorization: authorization('host', '00', '20150830/us-east-1/s3/aws4_request') }),
      'mismatch',
      /correct service: 'service'/,
    ],
    [
      'without its host signed',
      withHeaders({ authorization: authorization('x-amz-date', '00') }),
      'mismatch',
      /'Host' must be/,
    ],
    [
      'without its operation signed',
      withHeaders({ 'x-amz-target': 'AmazonSQS.DeleteQueue' }),
      'mismatch',
      /'x-amz-target' must be/,
    ],
    [
      'without a header that is signed',
      withHeaders({ authorization: authorization('host;x-gone', '00') }),
      'incomplete',
      /no header 'x-gone'/,
    ],
    [
      'with names of headers in upper case',
      withHeaders({ authorization: authorization('Host', '00') }),
      'incomplete',
      /lower case/,
    ],
    [
      'with a signature of another length',
      withHeaders({ authorization: authorization('host;x-amz-date', '00') }),
      'mismatch',
      /does not match/,
    ],
    ['with a hash of another body', withHeaders({ 'x-amz-content-sha256': '00' }), 'mismatch', /not the SHA-256/],
    ['with a query string that is not encoded', { ...signed, target: '/?a=%FF' }, 'incomplete', /not encoded/],
  ];
  for (const [what, request, failure, message] of cases) {
    it(what, () => assert.throws(() => verifier.verify(request, NOW_MS), refused(failure, message)));
  }

  it('of an unknown access key', () => {
    const nobody = new SigV4Verifier(SETTINGS, () => undefined);
    assert.throws(() => nobody.verify(signed, NOW_MS), refused('unknown_access_key', /security token/));
  });

  it('of another region than the only one', () => {
    const there = new SigV4Verifier({ ...SETTINGS, region: 'eu-west-1' }, secretOf);
    assert.throws(() => there.verify(signed, NOW_MS), refused('mismatch', /valid region/));
    new SigV4Verifier({ ...SETTINGS, region: 'us-east-1' }, secretOf).verify(signed, NOW_MS);
  });
});

/** Signs as a client does, step by step as the documentation of AWS has it. */
function signature(canonicalRequest: string): string {
  const hex = createHash('sha256').update(canonicalRequest).digest('hex');
  let key: Buffer = Buffer.from(`AWS4${SECRET}`);
  for (const part of SCOPE.split('/')) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(`AWS4-HMAC-SHA256\n${DATE}\n${SCOPE}\n${hex}`).digest('hex');
}

const EMPTY_SHA256 = createHash('sha256').update('').digest('hex');

describe('a presigned request', () => {
  const query = (expires: string) =>
    `Action=ListQueues&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F${encodeURIComponent(SCOPE)}` +
    `&X-Amz-Date=${DATE}&X-Amz-Expires=${expires}&X-Amz-SignedHeaders=host`;
  const presigned = (expires: string): SignedRequest => {
    const sign = signature(`GET\n/\n${query(expires)}\nhost:h\n\nhost\n${EMPTY_SHA256}`);
    const target = `/?X-Amz-Signature=${sign}&${query(expires)}`;
    return { method: 'GET', target, headers: { host: 'h' }, body: Buffer.alloc(0) };
  };

  it('is accepted until it expires', () => {
    const expected = { accessKeyId: 'AKIDEXAMPLE', region: 'us-east-1', sessionToken: undefined };
    for (const seconds of [0, 1, 60]) {
      assert.deepEqual(verifier.verify(presigned('60'), NOW_MS + seconds * 1000), expected);
    }
    assert.throws(() => verifier.verify(presigned('60'), NOW_MS + 61_000), refused('mismatch', /^Signature expired/));
  });

  it('is refused when anything of it was changed', () => {
    const request = presigned('60');
    for (const target of [
      request.target.replace('ListQueues', 'DeleteQueue'),
      request.target.replace('Expires=60', 'Expires=90'),
      `${request.target}&a=b`,
    ]) {
      assert.throws(() => verifier.verify({ ...request, target }, NOW_MS), refused('mismatch', /does not match/));
    }
  });

  it('says for how long, up to a week', () => {
    verifier.verify(presigned('604800'), NOW_MS);
    for (const expires of ['', '0', '604801', '-1', 'x']) {
      assert.throws(() => verifier.verify(presigned(expires), NOW_MS), refused('incomplete', /X-Amz-Expires/));
    }
  });

  it('of another algorithm is refused', () => {
    const request = { ...presigned('60'), target: '/?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256' };
    assert.throws(() => verifier.verify(request, NOW_MS), refused('incomplete', /X-Amz-Algorithm/));
  });
});

test('a body may be left unsigned, or its hash be sent', () => {
  const body = Buffer.from('{"QueueUrl":"u"}');
  const accept = (payloadHash: string, sent: Buffer) => {
    const canonical = `POST\n/0/q\n\nhost:h\nx-amz-content-sha256:${payloadHash}\nx-amz-date:${DATE}\n\nhost;x-amz-content-sha256;x-amz-date\n${payloadHash}`;
    const headers = {
      host: 'h',
      'x-amz-date': DATE,
      'x-amz-content-sha256': payloadHash,
      authorization: authorization('host;x-amz-content-sha256;x-amz-date', signature(canonical)),
    };
    return verifier.verify({ method: 'POST', target: '/0/q', headers, body: sent }, NOW_MS);
  };
  const sha256 = createHash('sha256').update(body).digest('hex');
  accept(sha256, body);
  accept('UNSIGNED-PAYLOAD', Buffer.from('anything'));
  assert.throws(() => accept(sha256, Buffer.from('another')), refused('mismatch', /not the SHA-256/));
});

test('no request makes it throw anything but its own error', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('AWS4-HMAC-SHA256 ', 'Credential=a/b/c/d/e', '%', '?X-Amz-', ';;', '\ud800'),
  );
  fc.assert(
    fc.property(text, text, text, fc.array(text), (target, header, date, parts) => {
      const headers = { authorization: header + parts.join(), 'x-amz-date': date, host: parts };
      for (const request of [
        { target, headers },
        { target: `/?X-Amz-${target}${header}`, headers: {} },
      ]) {
        try {
          verifier.verify({ method: 'POST', body: Buffer.alloc(0), ...request }, NOW_MS);
        } catch (error) {
          if (!(error instanceof SigV4Error)) throw error;
        }
      }
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('times have one form', () => {
  assert.equal(parseAmzDate('20150830T123600Z'), NOW_MS);
  assert.equal(formatAmzDate(NOW_MS), '20150830T123600Z');
  for (const text of [
    '',
    '20150830',
    '20151330T000000Z',
    '20150830T246000Z',
    '2015-08-30T12:36:00Z',
    '20150830T123600',
  ]) {
    assert.equal(parseAmzDate(text), undefined, text);
  }
});
