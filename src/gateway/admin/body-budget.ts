/** Bytes of request bodies that are being read at a time, over all connections. At the bound further requests are refused. */
import { ApiError } from './api-error.ts';

export class BodyBudget {
  readonly #bytesMax: number;
  readonly #bodyBytesMax: number;
  #reserved = 0;

  /** @param bodyBytesMax what a body may have whose length is not announced */
  constructor(bytesMax: number, bodyBytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#bodyBytesMax = bodyBytesMax;
  }

  get reservedBytes(): number {
    return this.#reserved;
  }

  /** Answers how many bytes were reserved, to be given back. @throws ApiError 503 */
  reserve(contentLength: string | undefined, isChunked: boolean): number {
    const announced = Number(contentLength ?? 0);
    const bytes = isChunked || !Number.isSafeInteger(announced) ? this.#bodyBytesMax : announced;
    // A single one always finds room, if it may have its size at all.
    if (this.#reserved > 0 && this.#reserved + bytes > this.#bytesMax) {
      throw new ApiError(503, 'service_unavailable', 'too many large requests at the same time: try again later');
    }
    this.#reserved += bytes;
    return bytes;
  }

  release(bytes: number): void {
    this.#reserved -= bytes;
  }
}
