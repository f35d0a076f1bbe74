/** Requests as clients of both protocols send them, and what decoding gives for them. */
import assert from 'node:assert/strict';
import { AwsError } from '../../../../src/gateway/sqs/protocol/aws-error.ts';
import type { ErrorKind } from '../../../../src/gateway/sqs/protocol/errors.ts';
import type { HttpRequest } from '../../../../src/gateway/sqs/protocol/http.ts';
import type { SqsRequest } from '../../../../src/gateway/sqs/protocol/operations.ts';
import { decodeRequest, wireOf } from '../../../../src/gateway/sqs/protocol/wire.ts';

export const JSON_HEADERS = { 'content-type': 'application/x-amz-json-1.0' };
const FORM_HEADERS = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

export function jsonRequest(action: string, body: string | Buffer): HttpRequest {
  const headers = { ...JSON_HEADERS, 'x-amz-target': `AmazonSQS.${action}` };
  return { method: 'POST', target: '/', headers, body: Buffer.from(body) };
}

export function formRequest(form: string | Buffer, target = '/'): HttpRequest {
  return { method: 'POST', target, headers: FORM_HEADERS, body: Buffer.from(form) };
}

export function decode(request: HttpRequest): SqsRequest {
  return decodeRequest(wireOf(request.headers), request);
}

export function decodeJson(action: string, input: unknown): object {
  return decode(jsonRequest(action, JSON.stringify(input))).input;
}

export function decodeForm(form: string): object {
  return decode(formRequest(form)).input;
}

/** What assert.throws takes. */
export function awsError(kind: ErrorKind, message: string | RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AwsError, `${error}`);
    assert.equal(error.kind, kind);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
}
