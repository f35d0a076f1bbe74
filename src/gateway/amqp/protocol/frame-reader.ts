/**
 * Cuts the bytes of an AMQP connection into frames (AMQP 0-9-1 §4.2.3). A payload that lies within one chunk is a part of
 * it; one that spans chunks is gathered in a buffer of its own, which grows with what has come and not with what was
 * announced. `next` puts a frame into the reader's own fields. A frame that is too large, of a type that does not exist, or
 * without its end octet is a `FrameError`, and nothing more can be read then.
 *
 * A chunk is looked at until `next` has said that there is no further frame, or until `keep`, and no longer.
 */
import { assert } from '../../../base/assert.ts';
import { FRAME_END, FRAME_HEADER_BYTES, FrameType, PROTOCOL_HEADER, PROTOCOL_HEADER_0_9 } from './constants.ts';
import { FrameError } from './errors.ts';
import { getLong, getShort } from './get.ts';

const NO_BYTES = Buffer.alloc(0);
/** `AMQP`, with which all versions begin. */
const PROTOCOL_NAME_BYTES = 4;
const GATHER_BYTES_MIN = 1024;
/** How much more than what is there a gathering buffer may take: a frame is rarely moved more than once. */
const GATHER_GROWTH = 4;

export class FrameReader {
  /** Of the frame that `next` has found. */
  type = 0;
  channel = 0;
  /** Where its payload is. */
  bytes: Buffer = NO_BYTES;
  /** The bytes are the chunk's, which may be used for something else later; otherwise they are never overwritten. */
  isLent = false;
  start = 0;
  end = 0;

  #frameMax: number;
  /** Chunks that are not read yet, the first from `#at` on. */
  #chunks: Buffer[] = [];
  #at = 0;
  /** The start of a frame whose end has not come. */
  #gathered: Buffer = NO_BYTES;
  #gatheredBytes = 0;
  /** What the connection seems to be opened with. */
  #opening: Buffer = PROTOCOL_HEADER;

  /** @param frameMax in bytes; until `connection.tune-ok`, what the handshake may take. */
  constructor(frameMax: number) {
    this.#frameMax = positive(frameMax);
  }

  /** As negotiated; larger frames are refused from the next one on. */
  set frameMax(bytes: number) {
    this.#frameMax = positive(bytes);
  }

  /** A slice, made at each call. */
  get payload(): Buffer {
    return this.bytes.subarray(this.start, this.end);
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** Takes a copy of what is left of the last chunk: it may be used for something else. Those before it were copied when it came. */
  keep(): void {
    const last = this.#chunks.length - 1;
    const chunk = this.#chunks[last];
    if (chunk === undefined) return;
    this.#chunks[last] = Buffer.from(last === 0 ? chunk.subarray(this.#at) : chunk);
    if (last === 0) this.#at = 0;
  }

  /**
   * Reads what a client must open with, before any frame. `refused`: it is neither `AMQP 0-9-1` nor the `0-9` that some
   * clients say instead; undefined: not known yet.
   */
  protocolHeader(): 'accepted' | 'refused' | undefined {
    const wanted = PROTOCOL_HEADER.length;
    while (this.#gatheredBytes < wanted) {
      const byte = this.#readByte();
      if (byte === undefined) return undefined;
      const at = this.#gatheredBytes;
      if (byte !== this.#opening[at]) {
        if (at !== PROTOCOL_NAME_BYTES || byte !== PROTOCOL_HEADER_0_9[at]) return 'refused';
        this.#opening = PROTOCOL_HEADER_0_9;
      }
      this.#gatheredBytes += 1;
    }
    this.#gatheredBytes = 0;
    return 'accepted';
  }

  /** The channel that the next frame is on; undefined if its header has not come. */
  nextChannel(): number | undefined {
    const chunk = this.#chunks[0];
    const isInChunk = chunk !== undefined && this.#gatheredBytes === 0 && chunk.length - this.#at >= FRAME_HEADER_BYTES;
    if (isInChunk) return getShort(chunk, this.#at + 1);
    return this.#gather(FRAME_HEADER_BYTES) ? getShort(this.#gathered, 1) : undefined;
  }

  /** True: a frame is in the reader's fields. False: its end has not come. Throws `FrameError`. */
  next(): boolean {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return false;
    if (this.#gatheredBytes > 0) return this.#nextGathered();
    const at = this.#at;
    const available = chunk.length - at;
    if (available < FRAME_HEADER_BYTES) return this.#nextGathered();
    const size = this.#readHeader(chunk, at);
    const total = FRAME_HEADER_BYTES + size + 1;
    if (available < total) return this.#nextGathered();
    this.#finish(chunk, at + FRAME_HEADER_BYTES, size);
    this.isLent = true;
    if (available === total) this.#nextChunk();
    else this.#at = at + total;
    return true;
  }

  /** Checks the header of a frame and returns the size of its payload. */
  #readHeader(bytes: Buffer, at: number): number {
    const type = bytes[at] ?? 0;
    const size = getLong(bytes, at + 3);
    // Clients that forget the frame's own eight bytes are common enough that RabbitMQ lets them.
    if (size > this.#frameMax) {
      throw new FrameError(`a frame with ${size} bytes of payload is announced, frame_max is ${this.#frameMax}`);
    }
    if (
      type !== FrameType.METHOD &&
      type !== FrameType.HEADER &&
      type !== FrameType.BODY &&
      type !== FrameType.HEARTBEAT
    ) {
      throw new FrameError(`there is no frame type ${type}`);
    }
    return size;
  }

  #finish(bytes: Buffer, payloadAt: number, size: number): void {
    const end = payloadAt + size;
    if (bytes[end] !== FRAME_END) {
      throw new FrameError(`a frame ends with octet ${bytes[end]} instead of ${FRAME_END}`);
    }
    this.type = bytes[payloadAt - FRAME_HEADER_BYTES] ?? 0;
    this.channel = getShort(bytes, payloadAt - FRAME_HEADER_BYTES + 1);
    this.bytes = bytes;
    this.start = payloadAt;
    this.end = end;
  }

  /** Moves on with a frame that spans chunks. */
  #nextGathered(): boolean {
    if (!this.#gather(FRAME_HEADER_BYTES)) return false;
    const size = this.#readHeader(this.#gathered, 0);
    if (!this.#gather(FRAME_HEADER_BYTES + size + 1)) return false;
    this.#finish(this.#gathered, FRAME_HEADER_BYTES, size);
    this.isLent = false;
    this.#gathered = NO_BYTES;
    this.#gatheredBytes = 0;
    return true;
  }

  /** Takes from the chunks until the frame has `wanted` bytes; false if they don't suffice. */
  #gather(wanted: number): boolean {
    let chunk = this.#chunks[0];
    while (this.#gatheredBytes < wanted) {
      if (chunk === undefined) return false;
      const taken = Math.min(chunk.length - this.#at, wanted - this.#gatheredBytes);
      this.#growGathered(this.#gatheredBytes + taken, wanted);
      chunk.copy(this.#gathered, this.#gatheredBytes, this.#at, this.#at + taken);
      this.#gatheredBytes += taken;
      this.#at += taken;
      if (this.#at === chunk.length) chunk = this.#nextChunk();
    }
    return true;
  }

  #growGathered(bytes: number, wanted: number): void {
    if (this.#gathered.length >= bytes) return;
    const capacity = Math.min(wanted, Math.max(GATHER_GROWTH * bytes, GATHER_BYTES_MIN));
    const grown = Buffer.allocUnsafeSlow(Math.max(capacity, bytes));
    this.#gathered.copy(grown, 0, 0, this.#gatheredBytes);
    this.#gathered = grown;
  }

  #readByte(): number | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return undefined;
    const byte = chunk[this.#at++];
    if (this.#at === chunk.length) this.#nextChunk();
    return byte;
  }

  #nextChunk(): Buffer | undefined {
    this.#chunks.shift();
    this.#at = 0;
    return this.#chunks[0];
  }
}

function positive(frameMax: number): number {
  assert(frameMax > 0, 'a connection without a frame_max could make the node gather anything');
  return frameMax;
}
