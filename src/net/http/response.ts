/** Responses as bytes. */
import type { HttpResponse } from './message.ts';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Content Too Large',
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

export function encodeResponse({ status, headers, body }: HttpResponse, options: ResponseOptions): Buffer {
  let head = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  const bodyBytes = Buffer.byteLength(body);
  head += `date: ${options.date}\r\ncontent-length: ${bodyBytes}\r\n${options.closes ? 'connection: close\r\n' : ''}\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + (options.withoutBody ? 0 : bodyBytes));
  bytes.write(head, 0, 'latin1');
  if (!options.withoutBody) bytes.write(body, head.length);
  return bytes;
}
