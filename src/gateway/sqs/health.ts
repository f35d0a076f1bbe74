/** `GET /health`, for those who only want to know whether the service answers: load balancers, containers. Nobody has to sign for it. */
import type { HttpRequest, HttpResponse } from './protocol/http.ts';

const OK: HttpResponse = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' };

/** Undefined if the request is for something else. */
export function healthAnswer({ method, target }: HttpRequest): HttpResponse | undefined {
  return target === '/health' && (method === 'GET' || method === 'HEAD') ? OK : undefined;
}
