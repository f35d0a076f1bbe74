/**
 * Sends a body that is made while it is sent. A piece is asked for when the network has taken the one before: however long the
 * body, and however slow the client, there is one piece in memory.
 */
import type { Transport } from '../transport.ts';
import { encodeChunk, LAST_CHUNK } from './response.ts';

export class PieceSender {
  readonly #transport: Transport;
  readonly #isChunked: boolean;
  readonly #pieces: AsyncIterator<string>;
  readonly #ended: (isWhole: boolean) => void;
  #isCancelled = false;

  /**
   * @param isChunked left to the caller to announce. Otherwise the end of the connection is that of the body.
   * @param ended called once, unless it is cancelled before.
   */
  constructor(
    transport: Transport,
    pieces: AsyncIterable<string>,
    isChunked: boolean,
    ended: (isWhole: boolean) => void,
  ) {
    this.#transport = transport;
    this.#isChunked = isChunked;
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#ended = ended;
  }

  start(): void {
    this.#next();
  }

  /** Nobody wants the rest. */
  cancel(): void {
    this.#isCancelled = true;
    // Whoever makes the pieces may clean up; there is no answer left that a failure of that could spoil.
    this.#pieces.return?.().catch(() => {});
  }

  readonly #next = (): void => {
    if (this.#isCancelled) return;
    this.#pieces.next().then(
      ({ done, value }) => {
        if (this.#isCancelled) return;
        if (done) this.#finish();
        else this.#send(value);
      },
      () => {
        if (!this.#isCancelled) this.#ended(false);
      },
    );
  };

  #send(piece: string): void {
    const body = Buffer.from(piece);
    if (body.length === 0) this.#next();
    else this.#transport.write(this.#isChunked ? encodeChunk(body) : [body], this.#next);
  }

  #finish(): void {
    if (this.#isChunked) this.#transport.write([LAST_CHUNK]);
    this.#ended(true);
  }
}
