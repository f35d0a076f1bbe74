/**
 * A directory on a local disk. Holds a lock file so that two nodes never share a directory. Sync is `fdatasync`, and
 * `fsync` of the directory where a name must survive.
 */

import * as fs from 'node:fs';
import { constants, type Dirent } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryLock } from './directory-lock.ts';
import { FileDescriptors } from './file-descriptors.ts';
import type { Medium, WalFile, WriteOutcome } from './medium.ts';

const LOCK_NAME = 'LOCK';
const OPEN_FILES_MAX = 64;

/** What is written ahead of small writes. */
const ZEROS = Buffer.alloc(256 * 1024);
/** Larger writes are not waited for so often that it would pay. */
const SMALL_WRITE_BYTES_MAX = 64 * 1024;

/**
 * Synced writes go through a descriptor opened with O_DSYNC: write and sync are one trip to the thread pool, not two.
 * Writes that need not be synced only copy to the page cache, which is cheaper here than a trip to the pool.
 *
 * A synced write that makes the file longer waits for the file system to journal the new length; one over bytes that are
 * there takes much less (`docs/decisions/0008`). So a small write that comes to the end of the file takes zeros with
 * it, and the next ones write over them. `close` cuts off what is left of them; after a crash they are there.
 */
class DiskWalFile implements WalFile {
  readonly #fd: number;
  readonly #syncedFd: number;
  /** Of what was written last. */
  #end = 0;
  /** Of the zeros behind it. */
  #filledEnd = 0;

  constructor(fd: number, syncedFd: number) {
    this.#fd = fd;
    this.#syncedFd = syncedFd;
  }

  async write(buffers: readonly Buffer[], position: number, sync: boolean): Promise<WriteOutcome> {
    const end = position + byteLengthOf(buffers);
    const outcome = sync
      ? await this.#writeAhead(buffers, position, end)
      : writeToPageCache(this.#fd, buffers, position);
    if (outcome.kind === 'ok') this.#end = end;
    return outcome;
  }

  async #writeAhead(buffers: readonly Buffer[], position: number, end: number): Promise<WriteOutcome> {
    // Nothing follows the first bytes until they are durable: without them nobody knows whose file this is.
    if (position === 0 || end <= this.#filledEnd || end - position > SMALL_WRITE_BYTES_MAX) {
      return this.#writeSynced(buffers, position);
    }
    const outcome = await this.#writeSynced([...buffers, ZEROS], position);
    if (outcome.kind === 'ok') this.#filledEnd = end + ZEROS.length;
    // Where there is no space for zeros there may be for what counts.
    return outcome.kind === 'full' ? this.#writeSynced(buffers, position) : outcome;
  }

  #writeSynced(buffers: readonly Buffer[], position: number): Promise<WriteOutcome> {
    return new Promise((resolve) => {
      writeAll(this.#syncedFd, buffers, position, (error) => resolve(error === null ? OK : failure(error)));
    });
  }

  /** After a failed sync the kernel may have dropped the pages: it is never tried again, not even when the disk was full. */
  sync(): Promise<WriteOutcome> {
    return new Promise((resolve) => {
      fs.fdatasync(this.#fd, (error) => resolve(error === null ? OK : { kind: 'fatal', error }));
    });
  }

  async close(): Promise<void> {
    if (this.#filledEnd > this.#end) await truncateFile(this.#fd, this.#end);
    await closeFile(this.#syncedFd);
    await closeFile(this.#fd);
  }
}

const OK: WriteOutcome = { kind: 'ok' };
const FULL: WriteOutcome = { kind: 'full' };

function truncateFile(fd: number, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.ftruncate(fd, bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function closeFile(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.close(fd, (error) => (error ? reject(error) : resolve()));
  });
}

function writeToPageCache(fd: number, buffers: readonly Buffer[], position: number): WriteOutcome {
  try {
    let rest = buffers;
    let at = position;
    while (rest.length > 0) {
      const written = fs.writevSync(fd, rest, at);
      rest = dropBytes(rest, written);
      at += written;
    }
    return OK;
  } catch (error) {
    return failure(error as NodeJS.ErrnoException);
  }
}

function failure(error: NodeJS.ErrnoException): WriteOutcome {
  return error.code === 'ENOSPC' || error.code === 'EDQUOT' ? FULL : { kind: 'fatal', error };
}

function writeAll(
  fd: number,
  buffers: readonly Buffer[],
  position: number,
  done: (error: NodeJS.ErrnoException | null) => void,
): void {
  const bytes = byteLengthOf(buffers);
  fs.writev(fd, buffers, position, (error, written) => {
    if (error !== null) done(error);
    else if (written === bytes) done(null);
    else writeAll(fd, dropBytes(buffers, written), position + written, done);
  });
}

function byteLengthOf(buffers: readonly Buffer[]): number {
  let bytes = 0;
  for (const buffer of buffers) bytes += buffer.length;
  return bytes;
}

/** What is left of `buffers` after a write of `written` bytes. */
function dropBytes(buffers: readonly Buffer[], written: number): Buffer[] {
  const rest: Buffer[] = [];
  let skip = written;
  for (const buffer of buffers) {
    if (skip < buffer.length) rest.push(skip === 0 ? buffer : buffer.subarray(skip));
    skip = Math.max(0, skip - buffer.length);
  }
  return rest;
}

export class DiskMedium implements Medium {
  readonly #directory: string;
  readonly #lock: DirectoryLock;
  readonly #open: FileDescriptors;

  private constructor(directory: string, lock: DirectoryLock) {
    this.#directory = directory;
    this.#lock = lock;
    this.#open = new FileDescriptors(OPEN_FILES_MAX);
  }

  /** Creates the directory if needed. Rejects with a message for the operator when another node uses it. */
  static async open(directory: string): Promise<DiskMedium> {
    await mkdir(directory, { recursive: true });
    const lock = await DirectoryLock.acquire(directory, LOCK_NAME);
    return new DiskMedium(directory, lock);
  }

  async list(): Promise<string[]> {
    const files: Dirent[] = await readdir(this.#directory, { withFileTypes: true });
    return files.filter((file) => file.isFile() && file.name !== LOCK_NAME).map((file) => file.name);
  }

  async put(name: string, buffers: readonly Buffer[]): Promise<void> {
    const file = await open(this.#path(name), 'wx');
    try {
      await writeHandle(file, buffers, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.#syncDirectory();
  }

  async size(name: string): Promise<number> {
    return (await stat(this.#path(name))).size;
  }

  async read(name: string, position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    return bytes.subarray(0, await this.readInto(name, position, bytes));
  }

  readInto(name: string, position: number, target: Buffer): Promise<number> {
    return this.#open.read(this.#path(name), position, target);
  }

  async delete(name: string): Promise<void> {
    this.#open.forget(this.#path(name));
    try {
      await unlink(this.#path(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  async createWal(name: string): Promise<WalFile> {
    const { O_CREAT, O_EXCL, O_WRONLY, O_DSYNC } = constants;
    const fd = await openFile(this.#path(name), O_CREAT | O_EXCL | O_WRONLY);
    const syncedFd = await openFile(this.#path(name), O_WRONLY | O_DSYNC);
    await this.#syncDirectory();
    return new DiskWalFile(fd, syncedFd);
  }

  async seal(name: string, validBytes: number, footer: readonly Buffer[]): Promise<void> {
    const file = await open(this.#path(name), 'r+');
    try {
      await file.truncate(validBytes);
      await writeHandle(file, footer, validBytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async freeBytes(): Promise<number> {
    const stats = await statfs(this.#directory);
    return stats.bavail * stats.bsize;
  }

  async close(): Promise<void> {
    this.#open.close();
    await this.#lock.release();
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  async #syncDirectory(): Promise<void> {
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

function openFile(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, 0o644, (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

function writeHandle(file: FileHandle, buffers: readonly Buffer[], position: number): Promise<void> {
  if (buffers.length === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    writeAll(file.fd, buffers, position, (error) => (error === null ? resolve() : reject(error)));
  });
}
