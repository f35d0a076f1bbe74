/**
 * Reads the fields of records one after the other. Refuses (`record_invalid`) to pass the end it was given, integers
 * longer than the format allows, and 64-bit values outside the safe range.
 */
import { DomainError } from '../base/errors.ts';

export class RecordCursor {
  at: number;
  /** Fields may be read up to here; narrowed to one record while it is read. */
  end: number;

  constructor(
    readonly bytes: Buffer,
    start: number,
    end: number,
  ) {
    this.at = start;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) throw truncated();
    return this.bytes[this.at++] as number;
  }

  /** A zigzag integer of up to 32 bits. */
  varint(): number {
    let raw = this.byte();
    if (raw >= 0x80) {
      raw &= 0x7f;
      for (let shift = 7; ; shift += 7) {
        const byte = this.byte();
        if (shift === 28 && byte > 0x0f) throw tooLong();
        raw |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
    }
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** A zigzag integer of up to 64 bits that must be a safe one. */
  varlong(): number {
    let raw = this.byte();
    if (raw >= 0x80) {
      raw &= 0x7f;
      for (let scale = 0x80; ; scale *= 0x80) {
        const byte = this.byte();
        raw += (byte & 0x7f) * scale;
        if (raw > Number.MAX_SAFE_INTEGER || scale > Number.MAX_SAFE_INTEGER) throw tooLong();
        if (byte < 0x80) break;
      }
    }
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }

  skip(length: number): void {
    if (length > this.end - this.at) throw truncated();
    this.at += length;
  }

  /** The next `length` bytes, without a copy. */
  slice(length: number): Buffer {
    const start = this.at;
    this.skip(length);
    return this.bytes.subarray(start, this.at);
  }

  /** A length from 0 to the end. */
  length(what: string): number {
    const length = this.varint();
    if (length < 0) throw invalid(`a ${what} has length ${length}`);
    return length;
  }

  /** A length where -1 stands for null. */
  nullableLength(what: string): number {
    const length = this.varint();
    if (length < -1) throw invalid(`a ${what} has length ${length}`);
    return length;
  }
}

export function invalid(why: string): DomainError {
  return new DomainError('record_invalid', `The record batch is malformed: ${why}.`);
}

function truncated(): DomainError {
  return invalid('a record ends before its last field');
}

function tooLong(): DomainError {
  return invalid('a variable-length integer is too long');
}
