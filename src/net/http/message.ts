/** Requests and responses of HTTP as those see them who serve. */

/** By lower-case name; an array where a header came several times. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpRequest {
  readonly method: string;
  /** Path and query string, as they came. */
  readonly target: string;
  readonly headers: HttpHeaders;
  /** There during the call that hands the request over; what is wanted of it later is copied. */
  readonly body: Buffer;
}

export interface HttpResponse {
  readonly status: number;
  /** All but those that HTTP itself needs. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
