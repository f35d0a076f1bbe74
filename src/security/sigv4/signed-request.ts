/** What a signature covers of a request. */

export interface SignedRequest {
  readonly method: string;
  /** Path and query string, as they were sent. */
  readonly target: string;
  /** By lower-case name. A header that came several times is an array. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** The value of a header as the signature has it: trimmed, runs of spaces as one, several values joined by commas. */
export function signedHeaderValue(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  if (value === undefined) return undefined;
  return typeof value === 'string' ? squeezed(value) : value.map(squeezed).join(',');
}

function squeezed(value: string): string {
  const trimmed = value.trim();
  return trimmed.includes('  ') ? trimmed.replace(/ {2,}/g, ' ') : trimmed;
}
