/**
 * Clients in browsers (the CORS protocol of the Fetch standard). A browser sends what any page wants, and says which site the page is
 * of. Signed requests may come from every site, as at AWS: no page can make them up. While nobody has to sign, only pages of this
 * machine may ask for anything, lest a page that somebody happens to visit use the broker that happens to run beside.
 */
import { AwsError } from './protocol/aws-error.ts';
import { type HttpHeaders, type HttpRequest, type HttpResponse, headerOf } from './protocol/http.ts';

const THIS_MACHINE = /^https?:\/\/(localhost|[\w-]+\.localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i;
/** Sites of pages have these schemes, or none; what else there is are programs that are made like browsers. */
const OF_PAGE = /^(https?:|null$)/i;
const PREFLIGHT_SECONDS = '7200';

/** Which sites may ask for anything, as far as browsers say. */
export type SiteRule = 'any' | 'this-machine';

/** Throws `AwsError`. */
export function checkSite(headers: HttpHeaders): void {
  const site = headerOf(headers, 'origin');
  // Requests that only fetch do not say which site they come from, but that it is another one.
  const isForeign =
    site === undefined
      ? headerOf(headers, 'sec-fetch-site') === 'cross-site'
      : OF_PAGE.test(site) && !THIS_MACHINE.test(site);
  if (!isForeign) return;
  throw new AwsError(
    'AccessDeniedException',
    'Pages of other machines may come only with a signature; the setting sqs-access-keys of the broker is for that.',
  );
}

/** The answer to a browser that asks whether a page may send a request; undefined if this is something else. */
export function preflightAnswer({ method, headers }: HttpRequest): HttpResponse | undefined {
  if (method !== 'OPTIONS' || headers.origin === undefined) return undefined;
  const wanted = headerOf(headers, 'access-control-request-method');
  if (wanted === undefined) return undefined;
  return {
    status: 200,
    headers: {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': headerOf(headers, 'access-control-request-headers') ?? '*',
      'access-control-max-age': PREFLIGHT_SECONDS,
    },
    body: '',
  };
}

/** The answer, for a page to read if it is of a site that may. */
export function readableBy(headers: HttpHeaders, rule: SiteRule, response: HttpResponse): HttpResponse {
  const site = headerOf(headers, 'origin');
  if (site === undefined || (rule === 'this-machine' && !THIS_MACHINE.test(site))) return response;
  const cors = {
    'access-control-allow-origin': site,
    'access-control-expose-headers': 'x-amzn-requestid, x-amzn-query-error, date',
    vary: 'origin',
  };
  return { ...response, headers: { ...response.headers, ...cors } };
}
