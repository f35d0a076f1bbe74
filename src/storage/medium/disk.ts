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

/**
 * Synced writes go through a descriptor opened with O_DSYNC: write and sync are one trip to the thread pool, not two.
 * Writes that need not be synced only copy to the page cache, which is cheaper here than a trip to the pool.
 */
class DiskWalFile implements WalFile {
  readonly #fd: number;
  readonly #syncedFd: number;

  constructor(fd: number, syncedFd: number) {
    this.#fd = fd;
    this.#syncedFd = syncedFd;
  }

  write(buffers: readonly Buffer[], position: number, sync: boolean): Promise<WriteOutcome> {
    if (!sync) return Promise.resolve(writeToPageCache(this.#fd, buffers, position));
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
    await closeFile(this.#syncedFd);
    await closeFile(this.#fd);
  }
}

const OK: WriteOutcome = { kind: 'ok' };

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
  return error.code === 'ENOSPC' || error.code === 'EDQUOT' ? { kind: 'full' } : { kind: 'fatal', error };
}

function writeAll(
  fd: number,
  buffers: readonly Buffer[],
  position: number,
  done: (error: NodeJS.ErrnoException | null) => void,
): void {
  let bytes = 0;
  for (const buffer of buffers) bytes += buffer.length;
  fs.writev(fd, buffers, position, (error, written) => {
    if (error !== null) done(error);
    else if (written === bytes) done(null);
    else writeAll(fd, dropBytes(buffers, written), position + written, done);
  });
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
