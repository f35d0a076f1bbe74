/**
 * Where encoders put bytes: a slab that messages are laid into one after another. What `finish` returns is never
 * overwritten, so it may wait for as long as its reply must; a new slab is taken when the present one is full.
 * Payloads are attached by reference between two pieces of the slab. Big-endian, as on the wire. Values are checked by
 * the encoders, not here.
 */
import { EncodeError } from './errors.ts';

const SLAB_BYTES = 64 * 1024;
/** Below this size a copy is cheaper than one more entry in a `writev`. */
const ATTACH_BYTES_MIN = 512;
const STRING_BYTES_MAX = 0x7fff;
/** Up to this many characters a byte-by-byte copy of ASCII beats the call into native code. */
const SHORT_STRING_LENGTH_MAX = 24;

export class Writer {
  #slab: Buffer;
  #position = 0;
  /** Where the piece of the slab that belongs to the present message and isn't in `#parts` yet starts. */
  #pieceStart = 0;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #framed = false;

  constructor(readonly slabBytes: number = SLAB_BYTES) {
    this.#slab = Buffer.allocUnsafeSlow(slabBytes);
  }

  /** Starts a message; one that was begun and not finished is dropped. */
  begin(): void {
    this.#position = this.#pieceStart;
    this.#parts = [];
    this.#partsBytes = 0;
    this.#framed = false;
  }

  /** Starts a message that is preceded by its length in four bytes. */
  beginFrame(): void {
    this.begin();
    this.#framed = true;
    this.int32(0);
  }

  /** Bytes of the present message so far, the frame length included. */
  get byteLength(): number {
    return this.#partsBytes + this.#position - this.#pieceStart;
  }

  /** Ends the message and gives its bytes, in order. The writer is ready for the next one. */
  finish(): Buffer[] {
    const byteLength = this.byteLength;
    this.#closePiece();
    const parts = this.#parts;
    // The length field lies whole in the first part: `beginFrame` wrote it in one go.
    if (this.#framed) parts[0]?.writeInt32BE(byteLength - 4, 0);
    this.begin();
    return parts;
  }

  /** Puts `slice` into the message without copying it, unless it is small. */
  attach(slice: Buffer): void {
    if (slice.length < ATTACH_BYTES_MIN) {
      this.raw(slice);
      return;
    }
    this.#closePiece();
    this.#parts.push(slice);
    this.#partsBytes += slice.length;
  }

  raw(slice: Buffer): void {
    this.#reserve(slice.length);
    slice.copy(this.#slab, this.#position);
    this.#position += slice.length;
  }

  int8(value: number): void {
    if (this.#slab.length - this.#position < 1) this.#grow(1);
    this.#slab[this.#position++] = value;
  }

  int16(value: number): void {
    if (this.#slab.length - this.#position < 2) this.#grow(2);
    const slab = this.#slab;
    const at = this.#position;
    slab[at] = value >> 8;
    slab[at + 1] = value;
    this.#position = at + 2;
  }

  int32(value: number): void {
    if (this.#slab.length - this.#position < 4) this.#grow(4);
    const slab = this.#slab;
    const at = this.#position;
    slab[at] = value >> 24;
    slab[at + 1] = value >> 16;
    slab[at + 2] = value >> 8;
    slab[at + 3] = value;
    this.#position = at + 4;
  }

  /** `value` is a safe integer. */
  int64(value: number): void {
    this.int32(Math.floor(value / 0x1_0000_0000));
    this.int32(value | 0);
  }

  bigint64(value: bigint): void {
    this.#reserve(8);
    this.#position = this.#slab.writeBigInt64BE(value, this.#position);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#position = this.#slab.writeDoubleBE(value, this.#position);
  }

  /** An unsigned base-128 varint of at most 32 bits. */
  uvarint(value: number): void {
    if (this.#slab.length - this.#position < 5) this.#grow(5);
    const slab = this.#slab;
    let at = this.#position;
    let rest = value;
    while (rest > 0x7f) {
      slab[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    slab[at++] = rest;
    this.#position = at;
  }

  uuid(text: string): void {
    this.#reserve(16);
    const written = text.length === 22 ? this.#slab.write(text, this.#position, 16, 'base64url') : 0;
    if (written !== 16) throw new EncodeError(`'${text}' is not the 22-character base64url text of a uuid`);
    this.#position += 16;
  }

  /** A string behind its length in two bytes. */
  string(text: string): void {
    this.int16(0);
    const lengthAt = this.#position - this.#pieceStart - 2;
    const byteLength = this.#utf8(text);
    const at = this.#pieceStart + lengthAt;
    this.#slab[at] = byteLength >> 8;
    this.#slab[at + 1] = byteLength;
  }

  /** A string behind the varint of its length plus one. */
  compactString(text: string): void {
    const mark = this.mark();
    this.#patchUvarint(mark, this.#utf8(text) + 1);
  }

  /** Leaves room for a one-byte varint that `patchSize` fills with the size of what follows. Don't attach in between. */
  mark(): number {
    this.int8(0);
    return this.#position - this.#pieceStart;
  }

  patchSize(mark: number): void {
    this.#patchUvarint(mark, this.#position - this.#pieceStart - mark);
  }

  #patchUvarint(mark: number, value: number): void {
    const contentAt = this.#pieceStart + mark;
    if (value < 0x80) {
      this.#slab[contentAt - 1] = value;
      return;
    }
    const byteLength = this.#position - contentAt;
    const moreBytes = value < 0x4000 ? 1 : value < 0x20_0000 ? 2 : value < 0x1000_0000 ? 3 : 4;
    this.#reserve(moreBytes);
    const from = this.#pieceStart + mark;
    this.#slab.copyWithin(from + moreBytes, from, from + byteLength);
    this.#position = from - 1;
    this.uvarint(value);
    this.#position += byteLength;
  }

  /** Writes the text and returns its size in bytes. */
  #utf8(text: string): number {
    const length = text.length;
    if (length > STRING_BYTES_MAX) throw stringTooLong(length);
    this.#reserve(length * 3);
    const at = this.#position;
    if (length <= SHORT_STRING_LENGTH_MAX && this.#shortAscii(text, at)) return length;
    const byteLength = this.#slab.write(text, at, 'utf8');
    if (byteLength > STRING_BYTES_MAX) throw stringTooLong(byteLength);
    this.#position = at + byteLength;
    return byteLength;
  }

  #shortAscii(text: string, at: number): boolean {
    const slab = this.#slab;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      slab[at + i] = code;
    }
    this.#position = at + text.length;
    return true;
  }

  #reserve(byteLength: number): void {
    if (this.#slab.length - this.#position < byteLength) this.#grow(byteLength);
  }

  /** Takes a new slab that has room for the open piece, doubled, and `byteLength` more. Closed pieces stay in the old one. */
  #grow(byteLength: number): void {
    const pieceBytes = this.#position - this.#pieceStart;
    const slab = Buffer.allocUnsafeSlow(Math.max(this.slabBytes, 2 * (pieceBytes + byteLength)));
    this.#slab.copy(slab, 0, this.#pieceStart, this.#position);
    this.#slab = slab;
    this.#pieceStart = 0;
    this.#position = pieceBytes;
  }

  #closePiece(): void {
    if (this.#position === this.#pieceStart) return;
    this.#parts.push(this.#slab.subarray(this.#pieceStart, this.#position));
    this.#partsBytes += this.#position - this.#pieceStart;
    this.#pieceStart = this.#position;
  }
}

function stringTooLong(length: number): EncodeError {
  return new EncodeError(`a string of ${length} bytes does not fit: the most is ${STRING_BYTES_MAX}`);
}
