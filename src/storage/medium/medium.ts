/**
 * The only way to files (later to objects of a bucket). It assumes no rename, no mutation and no ordered listing:
 * blobs are created once, read in parts and deleted; a WAL file is written in order by one writer and then sealed.
 */

/**
 * `ok`: written, and durable if asked. `full`: no space; nothing is promised about the bytes, the same write may be
 * tried again. `fatal`: the medium can't be trusted any more and the node must stop.
 */
export type WriteOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'full' }
  | { readonly kind: 'fatal'; readonly error: Error };

export interface WalFile {
  /**
   * Writes the buffers at `position`, which is where the previous successful write ended. With `sync` the outcome `ok`
   * means that they survive a power cut. One call at a time.
   */
  write(buffers: readonly Buffer[], position: number, sync: boolean): Promise<WriteOutcome>;
  /** Makes everything written so far durable. */
  sync(): Promise<WriteOutcome>;
  close(): Promise<void>;
}

export interface Medium {
  /** Names of all blobs and WAL files, in no particular order. */
  list(): Promise<string[]>;
  /** Creates a blob, durable when the promise resolves. Rejects if it exists or there is no space; a crash may leave a part. */
  put(name: string, buffers: readonly Buffer[]): Promise<void>;
  /** Length in bytes. */
  size(name: string): Promise<number>;
  /** Bytes `[position, position + length)`, fewer at the end of the blob. */
  read(name: string, position: number, length: number): Promise<Buffer>;
  /** Fills `target` with the bytes from `position` on. Answers how many there were: fewer at the end of the blob. */
  readInto(name: string, position: number, target: Buffer): Promise<number>;
  /** Succeeds when the blob is not there. */
  delete(name: string): Promise<void>;
  /** Creates an empty WAL file whose name survives a crash. */
  createWal(name: string): Promise<WalFile>;
  /** Ends a WAL file: cuts it at `validBytes`, appends `footer` and makes it durable. */
  seal(name: string, validBytes: number, footer: readonly Buffer[]): Promise<void>;
  /** Bytes that may still be written. */
  freeBytes(): Promise<number>;
  close(): Promise<void>;
}
