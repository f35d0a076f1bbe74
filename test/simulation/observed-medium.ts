/** A medium that tells what is done to it, and can be made to lie. */
import type { Medium, WalFile, WriteOutcome } from '../../src/storage/medium/medium.ts';

export interface MediumObserver {
  did(what: string, name: string, bytes: number): void;
  /** Answers `ok` to syncs without doing them: what a broken disk does. */
  readonly liesAboutSync: boolean;
}

function total(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.length, 0);
}

export function observedMedium(medium: Medium, observer: MediumObserver): Medium {
  return {
    list: () => medium.list(),
    put: (name, buffers) => {
      observer.did('put', name, total(buffers));
      return medium.put(name, buffers);
    },
    size: (name) => medium.size(name),
    read: (name, position, length) => medium.read(name, position, length),
    readInto: (name, position, target) => medium.readInto(name, position, target),
    delete: (name) => {
      observer.did('delete', name, 0);
      return medium.delete(name);
    },
    createWal: async (name) => {
      observer.did('create', name, 0);
      return observedFile(await medium.createWal(name), name, observer);
    },
    seal: (name, validBytes, footer) => {
      observer.did('seal', name, total(footer));
      return medium.seal(name, validBytes, footer);
    },
    freeBytes: () => medium.freeBytes(),
    close: () => medium.close(),
  };
}

function observedFile(file: WalFile, name: string, observer: MediumObserver): WalFile {
  return {
    write: (buffers, position, sync): Promise<WriteOutcome> => {
      observer.did('write', name, total(buffers));
      return file.write(buffers, position, sync && !observer.liesAboutSync);
    },
    sync: () => (observer.liesAboutSync ? Promise.resolve({ kind: 'ok' }) : file.sync()),
    close: () => file.close(),
  };
}
