/** What the bytes of a client are refused with by HTTP itself. The connection ends with it: nothing behind it can be trusted. */
import type { HttpHeaders } from './message.ts';

export class HttpError extends Error {
  override readonly name = 'HttpError';

  /**
   * @param message for the client: what is wrong with its request.
   * @param headers of the request, if they were understood.
   */
  constructor(
    readonly status: number,
    message: string,
    readonly headers: HttpHeaders = {},
  ) {
    super(message);
  }
}
