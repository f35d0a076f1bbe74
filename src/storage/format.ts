/**
 * Byte layout of a WAL file, little-endian. A file is a header and then entries back to back; a sealed file ends with
 * one footer entry. The same layout serves the files that the cleaner writes.
 *
 *   file header (40 bytes)   magic 8 · version u32 · generation u32 · sequence f64 · reserved 12 · crc32c u32 of the 36 before
 *   entry header (48 bytes)  payload length u32 · crc32c u32 of everything after it, seeded with the entry's position · generation u32 · durable u32
 *                            · log id u32 · ownership epoch u32 · type u8 · flags u8 · reserved u16 · count u32
 *                            · base offset f64 · timestamp f64
 *
 * Offsets and timestamps are doubles: exact up to 2^53, the range that Trilog accepts. `generation` is random per file, so
 * that bytes of an older file that used the same disk blocks never look like entries of this one. `durable` is the file
 * position that was known to be on disk when the entry was written: what recovery needs to tell a torn last write
 * (legal: cut it) from damage to acknowledged data (refuse to start).
 */
import { crc32c } from '../base/crc32c.ts';

export const FILE_HEADER_BYTES = 40;
export const ENTRY_HEADER_BYTES = 48;
const FORMAT_VERSION = 1;
/** One entry's payload; keeps file positions within 32 bits. */
const PAYLOAD_BYTES_MAX = 2 ** 30;
/** Log id of the footer entry that seals a file. */
export const FOOTER_LOG_ID = 0xffff_ffff;

/** This entry and the next belong to one all-or-nothing set. */
export const FLAG_CONTINUES = 1;

const MAGIC = Buffer.from('TRILOGW\n', 'latin1');

export interface FileHeader {
  readonly generation: number;
  readonly sequence: number;
}

export function encodeFileHeader(header: FileHeader): Buffer {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  MAGIC.copy(bytes, 0);
  bytes.writeUInt32LE(FORMAT_VERSION, 8);
  bytes.writeUInt32LE(header.generation, 12);
  bytes.writeDoubleLE(header.sequence, 16);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, 36)), 36);
  return bytes;
}

/** Returns undefined when the bytes are not a whole and valid header of this format version. */
export function decodeFileHeader(bytes: Buffer): FileHeader | undefined {
  if (bytes.length < FILE_HEADER_BYTES || !bytes.subarray(0, 8).equals(MAGIC)) return undefined;
  if (bytes.readUInt32LE(36) !== crc32c(bytes.subarray(0, 36))) return undefined;
  if (bytes.readUInt32LE(8) !== FORMAT_VERSION) return undefined;
  return { generation: bytes.readUInt32LE(12), sequence: bytes.readDoubleLE(16) };
}

export interface EntryFields {
  readonly logId: number;
  readonly type: number;
  readonly flags: number;
  readonly count: number;
  readonly baseOffset: number;
  readonly timestampMs: number;
}

/**
 * Writes a header at `at`; the CRC covers the rest of the header and then the payload. Its seed is the entry's `position` in
 * the file, so that an entry that turns up anywhere else (a misdirected write, a copied stretch) is not one.
 */
export function encodeEntryHeader(
  target: Buffer,
  at: number,
  entry: EntryFields,
  payload: Buffer,
  generation: number,
  durable: number,
  position: number,
): void {
  target.writeUInt32LE(payload.length, at);
  target.writeUInt32LE(generation, at + 8);
  target.writeUInt32LE(durable, at + 12);
  target.writeUInt32LE(entry.logId, at + 16);
  target.writeUInt32LE(0, at + 20);
  target[at + 24] = entry.type;
  target[at + 25] = entry.flags;
  target[at + 26] = 0;
  target[at + 27] = 0;
  target.writeUInt32LE(entry.count, at + 28);
  target.writeDoubleLE(entry.baseOffset, at + 32);
  target.writeDoubleLE(entry.timestampMs, at + 40);
  const headerCrc = crc32c(target.subarray(at + 8, at + ENTRY_HEADER_BYTES), position);
  target.writeUInt32LE(payload.length === 0 ? headerCrc : crc32c(payload, headerCrc), at + 4);
}

export interface DecodedEntry extends EntryFields {
  readonly durable: number;
  readonly payload: Buffer;
  /** Position after this entry, relative to the buffer given. */
  readonly end: number;
}

/**
 * Decodes the entry at `at` of bytes that stand at `base` in their file; undefined when there is no whole and valid entry of
 * this generation and place there.
 */
export function decodeEntry(bytes: Buffer, at: number, generation: number, base: number): DecodedEntry | undefined {
  if (at + ENTRY_HEADER_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at);
  const end = at + ENTRY_HEADER_BYTES + length;
  if (length > PAYLOAD_BYTES_MAX || end > bytes.length) return undefined;
  if (bytes.readUInt32LE(at + 8) !== generation) return undefined;
  if (crc32c(bytes.subarray(at + 8, end), base + at) !== bytes.readUInt32LE(at + 4)) return undefined;
  return {
    durable: bytes.readUInt32LE(at + 12),
    logId: bytes.readUInt32LE(at + 16),
    type: bytes[at + 24] ?? 0,
    flags: bytes[at + 25] ?? 0,
    count: bytes.readUInt32LE(at + 28),
    baseOffset: bytes.readDoubleLE(at + 32),
    timestampMs: bytes.readDoubleLE(at + 40),
    payload: bytes.subarray(at + ENTRY_HEADER_BYTES, end),
    end,
  };
}
