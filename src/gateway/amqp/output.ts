/**
 * What one connection sends. Frames gather in the writer and leave once per turn of the event loop, in one write. A client that
 * does not read makes the output congested: deliveries stop until it is relieved. Answers have room of their own behind them, as a
 * client may well publish for long before it reads what it consumes; only when that is used up the output is full, and nothing
 * more is taken from the client.
 */
import type { Transport } from '../../net/transport.ts';
import { FRAME_MIN_SIZE } from './protocol/constants.ts';
import { FrameWriter } from './protocol/frame-writer.ts';

/**
 * Beyond this much that was not taken by the network the output is congested. Not less than what sockets call a full buffer, or
 * they would not tell when it has been emptied.
 */
const UNSENT_BYTES_MAX = 1024 * 1024;
/** What answers may add to deliveries that the client does not read. */
const ANSWERS_BYTES_MAX = 1024 * 1024;

export class Output {
  readonly writer = new FrameWriter(FRAME_MIN_SIZE);
  readonly #transport: Transport;
  readonly #schedule: () => void;
  #isScheduled = false;
  #unsentBytes = 0;
  #fullBytes = UNSENT_BYTES_MAX;
  /** Writes that the network has not taken as a whole. */
  #writes = 0;
  /** All that was ever handed to the network. */
  sentBytes = 0;

  readonly #taken = (): void => {
    this.#writes -= 1;
    if (this.#writes === 0) this.writer.reuse();
  };

  /** @param schedule asks for a `flush` at the end of this turn */
  constructor(transport: Transport, schedule: () => void) {
    this.#transport = transport;
    this.#schedule = schedule;
  }

  /** What the network has not taken. */
  get waitingBytes(): number {
    return this.writer.byteLength + this.#unsentBytes;
  }

  get isCongested(): boolean {
    return this.waitingBytes > UNSENT_BYTES_MAX;
  }

  get isFull(): boolean {
    return this.waitingBytes > this.#fullBytes;
  }

  /** What has made it congested was a delivery, and no other follows: there is room for answers. */
  stoppedDeliveries(): void {
    this.#fullBytes = this.waitingBytes + ANSWERS_BYTES_MAX;
  }

  /** To be called after writing. */
  wrote(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule();
  }

  flush(): void {
    this.#isScheduled = false;
    const bytes = this.writer.byteLength;
    if (bytes > 0) {
      this.sentBytes += bytes;
      this.#writes += 1;
      this.#transport.write(this.writer.take(), this.#taken);
    }
    this.#unsentBytes = this.#transport.bufferedBytes;
    if (!this.isCongested) this.#fullBytes = UNSENT_BYTES_MAX;
  }

  drained(): void {
    this.#unsentBytes = 0;
    if (!this.isCongested) this.#fullBytes = UNSENT_BYTES_MAX;
  }
}
