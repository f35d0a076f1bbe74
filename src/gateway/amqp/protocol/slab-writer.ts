/**
 * Where frames are put: a slab that they are laid into one after another, and parts attached by reference in between.
 * What `take` returns is not overwritten before `reuse`; a new slab is taken when the present one is full. Slabs start small and
 * double, so that a connection that sends little keeps little. Big-endian. Values are checked by the encoders, not here.
 *
 * What is written before `end` stays in one piece, so its positions relative to `start` hold. Encoders of hot
 * frames reserve room for all they write, write into `slab` themselves, and say with `advance` where they stopped.
 */
import type { FieldTable } from '../../../message/field-table.ts';
import { fieldTableByteLength, writeFieldTable } from '../../../message/field-table-codec.ts';

const SLAB_BYTES_MIN = 2 * 1024;
const SLAB_BYTES_MAX = 128 * 1024;
const NO_BYTES = Buffer.alloc(0);

export class SlabWriter {
  slab: Buffer = NO_BYTES;
  /** The slab is free from here on. */
  at = 0;
  /** Where the open frame starts; equal to `at` between frames. */
  start = 0;
  /** Where the bytes start that are in the slab and not in `#parts`. */
  #pieceStart = 0;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #nextSlabBytes = SLAB_BYTES_MIN;

  /** What `take` would return now, in bytes. */
  get byteLength(): number {
    return this.#partsBytes + this.start - this.#pieceStart;
  }

  take(): Buffer[] {
    this.#closePiece();
    const parts = this.#parts;
    this.#parts = [];
    this.#partsBytes = 0;
    return parts;
  }

  /** Ends the open frame. */
  end(): void {
    this.start = this.at;
  }

  /** Takes back the open frame. */
  drop(): void {
    this.at = this.start;
  }

  advance(to: number): void {
    this.at = to;
    this.start = to;
  }

  /** Not while a frame is open. */
  attach(part: Buffer): void {
    this.#closePiece();
    this.#parts.push(part);
    this.#partsBytes += part.length;
  }

  /** Nobody looks any more at what was taken: the slab is free from its beginning, if nothing else is in it. */
  reuse(): void {
    if (this.at !== this.#pieceStart || this.#parts.length > 0) return;
    this.at = 0;
    this.start = 0;
    this.#pieceStart = 0;
  }

  /** Gives up what is left of the slab; the next one is small again. */
  release(): void {
    this.#closePiece();
    this.slab = NO_BYTES;
    this.at = 0;
    this.start = 0;
    this.#pieceStart = 0;
    this.#nextSlabBytes = SLAB_BYTES_MIN;
  }

  /** Makes room for `bytes`. `slab`, `at` and `start` may be others afterwards. */
  reserve(bytes: number): void {
    if (this.slab.length - this.at < bytes) this.#grow(bytes);
  }

  /** Whole frames stay in the old slab; the open one moves. */
  #grow(bytes: number): void {
    this.#closePiece();
    const openBytes = this.at - this.start;
    const slab = Buffer.allocUnsafeSlow(Math.max(this.#nextSlabBytes, 2 * openBytes + bytes));
    this.slab.copy(slab, 0, this.start, this.at);
    this.slab = slab;
    this.at = openBytes;
    this.start = 0;
    this.#pieceStart = 0;
    this.#nextSlabBytes = Math.min(2 * this.#nextSlabBytes, SLAB_BYTES_MAX);
  }

  #closePiece(): void {
    if (this.start === this.#pieceStart) return;
    this.#parts.push(this.slab.subarray(this.#pieceStart, this.start));
    this.#partsBytes += this.start - this.#pieceStart;
    this.#pieceStart = this.start;
  }

  octet(value: number): void {
    this.reserve(1);
    this.slab[this.at++] = value;
  }

  short(value: number): void {
    this.reserve(2);
    this.at = this.slab.writeUInt16BE(value, this.at);
  }

  long(value: number): void {
    this.reserve(4);
    this.at = this.slab.writeUInt32BE(value, this.at);
  }

  longlong(value: number): void {
    this.long(Math.floor(value / 0x1_0000_0000));
    this.long(value % 0x1_0000_0000);
  }

  shortstr(text: string): void {
    this.reserve(1 + 3 * text.length);
    const bytes = this.slab.write(text, this.at + 1, 'utf8');
    this.slab[this.at] = bytes;
    this.at += 1 + bytes;
  }

  longstr(text: string): void {
    this.reserve(4 + 3 * text.length);
    const bytes = this.slab.write(text, this.at + 4, 'utf8');
    this.slab.writeUInt32BE(bytes, this.at);
    this.at += 4 + bytes;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.slab.set(bytes, this.at);
    this.at += bytes.length;
  }

  table(table: FieldTable): void {
    const bytes = fieldTableByteLength(table);
    this.reserve(4 + bytes);
    this.slab.writeUInt32BE(bytes, this.at);
    this.at = writeFieldTable(table, this.slab, this.at + 4);
  }
}
