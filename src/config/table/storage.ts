/** The storage engine: where data lives, when it is safe, and the bounds of its memory and background work. Part of the settings table; see `settings.ts`. */
import { choice, integer, text } from '../setting.ts';
import { GIB, HOUR, KIB, MIB, SECOND } from './quantities.ts';

export const STORAGE_SETTINGS = {
  medium: choice({
    flag: 'storage',
    choices: ['disk', 'memory'],
    default: 'disk',
    doc: 'Where data lives. In memory nothing survives a stop.',
  }),
  dataDir: text({
    flag: 'data-dir',
    default: './data',
    means: 'a path; created if it is missing',
    doc: 'Directory that holds everything the node keeps. One node at a time may use it.',
  }),
  fsync: choice({
    flag: 'fsync',
    choices: ['always', 'interval', 'never'],
    default: 'always',
    doc: 'When written data is forced to the disk: before it is acknowledged, every fsync-interval-ms, or when the operating system likes. With anything but always, a power failure (not a crash of the process) loses acknowledged data.',
  }),
  fsyncIntervalMs: integer({
    flag: 'fsync-interval-ms',
    unit: 'ms',
    default: SECOND,
    min: 1,
    max: HOUR,
    doc: 'Longest time between two forced writes with --fsync interval.',
  }),
  segmentBytesMax: integer({
    flag: 'segment-bytes-max',
    unit: 'bytes',
    default: 64 * MIB,
    min: 64 * KIB,
    max: 2 * GIB,
    doc: 'Size at which a file of the write-ahead log is sealed and becomes a segment. A checkpoint follows, so it also bounds what a start has to replay.',
  }),
  tailCacheBytesMax: integer({
    flag: 'tail-cache-bytes-max',
    unit: 'bytes',
    default: 16 * MIB,
    min: 0,
    doc: 'Memory for the newest entries, which readers at the end are served from. Beyond it the oldest are read from disk.',
  }),
  indexCacheBytesMax: integer({
    flag: 'index-cache-bytes-max',
    unit: 'bytes',
    default: 16 * MIB,
    min: 64 * KIB,
    doc: 'Memory for the indexes of sealed segments. Beyond it the least recently used are read again when needed.',
  }),
  readCacheBytesMax: integer({
    flag: 'read-cache-bytes-max',
    unit: 'bytes',
    default: 16 * MIB,
    min: MIB,
    doc: 'Memory for pieces of segments that were read lately, which readers of neighbouring partitions share.',
  }),
  walPendingBytesMax: integer({
    flag: 'wal-pending-bytes-max',
    unit: 'bytes',
    default: 64 * MIB,
    min: MIB,
    doc: 'Bytes accepted and not yet on disk. Beyond it the node stops reading from producers until the disk has caught up.',
  }),
  diskReserveBytes: integer({
    flag: 'disk-reserve-bytes',
    unit: 'bytes',
    default: 128 * MIB,
    min: 0,
    doc: 'Free disk space below which producers are refused, so that consumers, deletion and recovery still work.',
  }),
  cleanerIntervalMs: integer({
    flag: 'cleaner-interval-ms',
    unit: 'ms',
    default: 30 * SECOND,
    min: 100,
    doc: 'How often segments are looked over for dead data.',
  }),
  cleanLivePercentMax: integer({
    flag: 'cleaner-live-percent-max',
    unit: 'percent',
    default: 50,
    min: 0,
    max: 99,
    doc: 'A segment of which less than this share is live has its live rest rewritten. A segment that is all dead is always deleted.',
  }),
};
