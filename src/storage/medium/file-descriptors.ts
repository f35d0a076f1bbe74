/**
 * Open files for reading, a bounded number of them, least recently used closed first. A file that is being read is never
 * closed under the reader.
 */
import * as fs from 'node:fs';

interface OpenFile {
  readonly fd: Promise<number>;
  readers: number;
  forgotten: boolean;
}

export class FileDescriptors {
  readonly #files = new Map<string, OpenFile>();
  readonly #filesMax: number;

  constructor(filesMax: number) {
    this.#filesMax = filesMax;
  }

  /** Fills `target` from `position` on; answers with how many bytes, fewer at the end of the file. */
  async read(path: string, position: number, target: Buffer): Promise<number> {
    const file = this.#acquire(path);
    try {
      const fd = await file.fd;
      let filled = 0;
      while (filled < target.length) {
        const bytes = await readOnce(fd, target, filled, target.length - filled, position + filled);
        if (bytes === 0) break;
        filled += bytes;
      }
      return filled;
    } catch (error) {
      this.forget(path);
      throw error;
    } finally {
      file.readers -= 1;
      if (file.forgotten) closeIdle(file);
      else this.#evict();
    }
  }

  forget(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    file.forgotten = true;
    closeIdle(file);
  }

  close(): void {
    for (const path of [...this.#files.keys()]) this.forget(path);
  }

  #acquire(path: string): OpenFile {
    let file = this.#files.get(path);
    if (file === undefined) file = { fd: openForReading(path), readers: 0, forgotten: false };
    else this.#files.delete(path);
    this.#files.set(path, file);
    file.readers += 1;
    return file;
  }

  #evict(): void {
    if (this.#files.size <= this.#filesMax) return;
    for (const [path, file] of this.#files) {
      if (file.readers === 0) {
        this.forget(path);
        return;
      }
    }
  }
}

function closeIdle(file: OpenFile): void {
  if (file.readers > 0) return;
  file.fd.then(
    (fd) => fs.close(fd, () => {}),
    () => {},
  );
}

function openForReading(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, 'r', (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

function readOnce(fd: number, buffer: Buffer, offset: number, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, offset, length, position, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}
