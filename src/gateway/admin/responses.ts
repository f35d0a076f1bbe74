/** Answers of handlers, and refusals, as HTTP sends them. */
import type { HttpResponse, PiecedResponse } from '../../net/http/message.ts';
import type { Answer } from './answer.ts';
import type { ApiError } from './api-error.ts';
import { parseColumns, pickColumns } from './columns.ts';
import type { Query } from './query.ts';

const JSON_HEADERS = { 'cache-control': 'no-cache', 'content-type': 'application/json' };

export function responseOf(answer: Answer, query: Query): HttpResponse | PiecedResponse {
  const { status, headers = {}, value, items, pieces, text } = answer;
  if (text !== undefined) return { status, headers, body: text };
  if (pieces !== undefined) return { status, headers: { ...headers, ...JSON_HEADERS }, pieces };
  if (value === undefined) return { status, headers, body: '' };
  const columns = parseColumns(query.get('columns'));
  const shown = items === undefined ? pickColumns(value, columns) : { ...value, items: pickColumns(items, columns) };
  return jsonResponse(status, headers, shown);
}

export function errorResponse({ status, error, reason, headers }: ApiError): HttpResponse {
  return jsonResponse(status, headers, { error, reason });
}

function jsonResponse(status: number, headers: HttpResponse['headers'], value: unknown): HttpResponse {
  return { status, headers: { ...headers, ...JSON_HEADERS }, body: JSON.stringify(value) };
}
