import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AwsError } from '../../../../src/gateway/sqs/protocol/aws-error.ts';
import type { HttpRequest } from '../../../../src/gateway/sqs/protocol/http.ts';
import { encodeError, wireOf } from '../../../../src/gateway/sqs/protocol/wire.ts';
import { GOLDEN_REQUESTS } from './golden-requests.ts';
import { decode, formRequest, jsonRequest } from './helpers.ts';

/** Decodes it or answers with a declared error; anything else that is thrown fails the test. */
function serve(request: HttpRequest): void {
  try {
    decode(request);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { status, body } = encodeError(wireOf(request.headers), error, 'id');
    assert.ok(status >= 400 && status < 500 && body.length < 4000, body);
  }
}

const golden = fc.constantFrom(...GOLDEN_REQUESTS);

function damaged(whole: Buffer, at: number, missing: number, inserted: Uint8Array): Buffer {
  const start = at % (whole.length + 1);
  return Buffer.concat([whole.subarray(0, start), inserted, whole.subarray(start + missing)]);
}

test('damaged JSON is decoded or refused with a declared error', () => {
  fc.assert(
    fc.property(
      golden,
      fc.nat(),
      fc.nat(6),
      fc.uint8Array({ maxLength: 6 }),
      ({ action, input }, at, missing, inserted) => {
        serve(jsonRequest(action, damaged(Buffer.from(JSON.stringify(input)), at, missing, inserted)));
      },
    ),
    { seed: 1, numRuns: 4000 },
  );
});

test('any JSON is decoded or refused with a declared error', () => {
  fc.assert(
    fc.property(golden, fc.json(), ({ action }, body) => serve(jsonRequest(action, body))),
    { seed: 2, numRuns: 2000 },
  );
});

test('members of any type are decoded or refused with a declared error', () => {
  fc.assert(
    fc.property(golden, fc.nat(), fc.jsonValue(), ({ action, input }, which, value) => {
      const names = Object.keys(input);
      const name = names[which % Math.max(names.length, 1)] ?? 'QueueUrl';
      serve(jsonRequest(action, JSON.stringify({ ...input, [name]: value })));
    }),
    { seed: 3, numRuns: 3000 },
  );
});

test('damaged forms are decoded or refused with a declared error', () => {
  fc.assert(
    fc.property(golden, fc.nat(), fc.nat(6), fc.uint8Array({ maxLength: 6 }), ({ form }, at, missing, inserted) => {
      serve(formRequest(damaged(Buffer.from(form), at, missing, inserted)));
    }),
    { seed: 4, numRuns: 4000 },
  );
});

test('forms with parameters swapped, cut and repeated are decoded or refused with a declared error', () => {
  const parts = GOLDEN_REQUESTS.flatMap(({ form }) => form.split(/(?=[&=.%])/));
  fc.assert(
    fc.property(golden, fc.array(fc.constantFrom(...parts), { maxLength: 30 }), ({ form }, extra) => {
      serve(formRequest(form + extra.join('')));
      serve({ method: 'GET', target: `/0/q?${extra.join('')}&${form}`, headers: {}, body: Buffer.alloc(0) });
    }),
    { seed: 5, numRuns: 3000 },
  );
});

test('targets and types of any kind are decoded or refused with a declared error', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.uint8Array({ maxLength: 40 }), (target, type, path, body) => {
      const headers = { 'content-type': type, 'x-amz-target': target };
      serve({ method: 'POST', target: path, headers, body: Buffer.from(body) });
      serve({ method: 'POST', target: path, headers: { 'content-type': type }, body: Buffer.from(body) });
    }),
    { seed: 6, numRuns: 2000 },
  );
});
