/** What this protocol needs to know of a request, and says of its answer. Whoever speaks HTTP fills one in and sends the other. */

/** By lower-case name. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpRequest {
  readonly method: string;
  /** Path and query string, as they came. */
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
}

export interface HttpResponse {
  readonly status: number;
  /** All but those that depend on the connection and the length of the body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The value of a header, the first one if there are several. */
export function headerOf(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'object' ? value[0] : value;
}
