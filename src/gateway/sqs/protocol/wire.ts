/**
 * Requests and answers in the two protocols of the service on one port. JSON is told by its content type, everything else is
 * Query: a form, or the query string of a GET, on `/` or on the address of a queue. Every operation has one decoder, compiled
 * at its first use, that both protocols share.
 */
import { AwsError } from './aws-error.ts';
import { compileDecoder, type InputDecoder } from './compile-decoder.ts';
import { compileJsonEncoder, compileXmlEncoder, type OutputEncoder } from './compile-encoder.ts';
import { Form } from './form.ts';
import { type HttpHeaders, type HttpRequest, type HttpResponse, headerOf } from './http.ts';
import { parseJsonBody } from './json-body.ts';
import { REQUEST_BYTES_MAX } from './limits.ts';
import type { AnyOperation } from './operation.ts';
import { type Action, isAction, OPERATIONS, type OutputOf, type SqsRequest } from './operations.ts';
import { inputOfForm } from './query-input.ts';
import type { StructureSpec } from './shape.ts';
import { escapeXml, quoteJson } from './text.ts';

/** How a client speaks, and so how it is answered, even if the rest of its request cannot be understood. */
export interface Wire {
  readonly protocol: 'json' | 'query';
  /** The client knows errors by their status in Query. */
  readonly queryErrors: boolean;
}

const TARGET_PREFIX = 'AmazonSQS.';
const JSON_TYPE = 'application/x-amz-json-1.0';
const XML_TYPE = 'text/xml';
const XML_HEAD = '<?xml version="1.0"?>';
const XML_NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

const JSON_WIRE: Wire = { protocol: 'json', queryErrors: false };
const JSON_WIRE_WITH_QUERY_ERRORS: Wire = { protocol: 'json', queryErrors: true };
const QUERY_WIRE: Wire = { protocol: 'query', queryErrors: true };

const decoders = new Map<Action, InputDecoder>();
const jsonEncoders = new Map<Action, OutputEncoder>();
const xmlEncoders = new Map<Action, OutputEncoder>();

export function wireOf(headers: HttpHeaders): Wire {
  const isJson =
    headerOf(headers, 'content-type')?.startsWith('application/x-amz-json') || headers['x-amz-target'] !== undefined;
  if (!isJson) return QUERY_WIRE;
  return headerOf(headers, 'x-amzn-query-mode') === 'true' ? JSON_WIRE_WITH_QUERY_ERRORS : JSON_WIRE;
}

/** Throws `AwsError`. */
export function decodeRequest(wire: Wire, request: HttpRequest): SqsRequest {
  if (request.body.length > REQUEST_BYTES_MAX) throw new AwsError('RequestEntityTooLargeException');
  return wire.protocol === 'json' ? decodeJson(request) : decodeQuery(request);
}

export function encodeResult<A extends Action>(
  wire: Wire,
  action: A,
  output: OutputOf<A>,
  requestId: string,
): HttpResponse {
  const spec = (OPERATIONS[action] as AnyOperation).output;
  if (wire.protocol === 'json') {
    const body =
      spec === undefined ? '{}' : encoderOf(jsonEncoders, action, spec, compileJsonEncoder)(output as object);
    return { status: 200, headers: { 'content-type': JSON_TYPE, 'x-amzn-requestid': requestId }, body };
  }
  const result = spec === undefined ? '' : encoderOf(xmlEncoders, action, spec, compileXmlEncoder)(output as object);
  const wrapped = spec === undefined ? '' : `<${action}Result>${result}</${action}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  const body = `${XML_HEAD}<${action}Response xmlns="${XML_NAMESPACE}">${wrapped}${metadata}</${action}Response>`;
  return { status: 200, headers: { 'content-type': XML_TYPE, 'x-amzn-requestid': requestId }, body };
}

export function encodeError(wire: Wire, error: AwsError, requestId: string): HttpResponse {
  const { namespace, queryCode, status, jsonStatus, fault } = error.spec;
  if (wire.protocol === 'json') {
    return {
      status: wire.queryErrors ? status : jsonStatus,
      headers: {
        'content-type': JSON_TYPE,
        'x-amzn-requestid': requestId,
        'x-amzn-query-error': `${queryCode};${fault}`,
      },
      body: `{"__type":"${namespace}#${error.kind}","message":${quoteJson(error.message)}}`,
    };
  }
  const inner = `<Type>${fault}</Type><Code>${queryCode}</Code><Message>${escapeXml(error.queryText)}</Message><Detail/>`;
  const body = `${XML_HEAD}<ErrorResponse xmlns="${XML_NAMESPACE}"><Error>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': XML_TYPE, 'x-amzn-requestid': requestId }, body };
}

function decodeJson(request: HttpRequest): SqsRequest {
  const target = headerOf(request.headers, 'x-amz-target') ?? '';
  const action = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
  if (!isAction(action)) throw new AwsError('UnknownOperationException');
  return { action, input: decoderOf(action)(parseJsonBody(request.body)) } as SqsRequest;
}

function decodeQuery(request: HttpRequest): SqsRequest {
  const { target, body } = request;
  const question = target.indexOf('?');
  const form = new Form();
  if (question !== -1) form.add(target.slice(question + 1));
  if (body.length > 0) form.add(body);
  const action = form.get('Action');
  if (action === undefined || action === '') throw new AwsError('MissingAction');
  if (!isAction(action)) {
    throw new AwsError('UnknownOperationException', `The action ${action} is not valid for this endpoint.`);
  }
  const value = inputOfForm(OPERATIONS[action].input, form.root) as { QueueUrl?: unknown };
  // The address that a request is sent to is that of its queue, unless it says otherwise.
  const path = question === -1 ? target : target.slice(0, question);
  if (value.QueueUrl === undefined && path.length > 1) value.QueueUrl = path;
  return { action, input: decoderOf(action)(value) } as SqsRequest;
}

function decoderOf(action: Action): InputDecoder {
  let decoder = decoders.get(action);
  if (decoder === undefined) {
    decoder = compileDecoder(OPERATIONS[action].input);
    decoders.set(action, decoder);
  }
  return decoder;
}

function encoderOf(
  known: Map<Action, OutputEncoder>,
  action: Action,
  spec: StructureSpec,
  compile: (spec: StructureSpec) => OutputEncoder,
): OutputEncoder {
  let encoder = known.get(action);
  if (encoder === undefined) {
    encoder = compile(spec);
    known.set(action, encoder);
  }
  return encoder;
}
