/** Requests and responses of HTTP as those see them who serve. */

/** By lower-case name; an array where a header came several times. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HttpRequestHead {
  readonly method: string;
  /** Path and query string, as they came. */
  readonly target: string;
  readonly headers: HttpHeaders;
}

export interface HttpRequest extends HttpRequestHead {
  /** There during the call that hands the request over, unless bodies stay; what is wanted of it later is copied. */
  readonly body: Buffer;
}

export interface HttpResponse {
  readonly status: number;
  /** All but those that HTTP itself needs. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One whose body is made while it is sent. */
export interface PiecedResponse extends Pick<HttpResponse, 'status' | 'headers'> {
  /** The next one is asked for when the network has taken the one before. If they fail, the connection is cut. */
  readonly pieces: AsyncIterable<string>;
}
