/** Responses as bytes. */
import type { HttpResponse, PiecedResponse } from './message.ts';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

export const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

export interface ResponseOptions {
  /** As HTTP writes it. */
  readonly date: string;
  /** The connection ends with this response. */
  readonly closes: boolean;
  /** The answer to HEAD has the head alone. */
  readonly withoutBody: boolean;
}

/** A status that says there is no body has neither body nor length (RFC 9110 §8.6). */
const NO_CONTENT = 204;
export const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const CHUNK_END = Buffer.from('\r\n');

export function encodeResponse({ status, headers, body }: HttpResponse, options: ResponseOptions): Buffer {
  const hasBody = status !== NO_CONTENT;
  const bodyBytes = hasBody ? Buffer.byteLength(body) : 0;
  const head = encodeHead(status, headers, options, hasBody ? `content-length: ${bodyBytes}\r\n` : '');
  const isSent = hasBody && !options.withoutBody;
  const bytes = Buffer.allocUnsafe(head.length + (isSent ? bodyBytes : 0));
  bytes.write(head, 0, 'latin1');
  if (isSent) bytes.write(body, head.length);
  return bytes;
}

/** Of a response whose body follows, in chunks or until the connection ends. */
export function encodePiecedHead(
  { status, headers }: PiecedResponse,
  options: ResponseOptions,
  isChunked: boolean,
): Buffer {
  const framing = isChunked ? 'transfer-encoding: chunked\r\n' : '';
  return Buffer.from(encodeHead(status, headers, options, framing), 'latin1');
}

/** @param body not empty: that would be the end. */
export function encodeChunk(body: Buffer): Buffer[] {
  return [Buffer.from(`${body.length.toString(16)}\r\n`), body, CHUNK_END];
}

function encodeHead(
  status: number,
  headers: HttpResponse['headers'],
  { date, closes }: ResponseOptions,
  framing: string,
): string {
  let head = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  return `${head}date: ${date}\r\n${framing}${closes ? 'connection: close\r\n' : ''}\r\n`;
}
