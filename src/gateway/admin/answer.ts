/** What a handler answers: a status, and a value that is sent as JSON, or text that is made piece by piece. */

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** `columns` of the query applies to it. */
  readonly value?: unknown;
  /** Of a page: what `value` says is about them, and `columns` applies to them alone. */
  readonly items?: readonly object[];
  /** JSON text in pieces; the next one is asked for when the client has taken the one before. */
  readonly pieces?: AsyncIterable<string>;
  /** Of another type than JSON. */
  readonly text?: string;
}

export const NO_CONTENT: Answer = { status: 204 };
const CREATED: Answer = { status: 201 };

export function json(value: unknown): Answer {
  return { status: 200, value };
}

export function createdOr204(isNew: boolean): Answer {
  return isNew ? CREATED : NO_CONTENT;
}

/** Of a health check. */
export function unavailable(value: unknown): Answer {
  return { status: 503, value };
}
