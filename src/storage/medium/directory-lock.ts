/**
 * A lock file that names its holder by process id and start time. A holder that was killed leaves the file; it is stale
 * when no process of that id and start time runs, and is then taken over.
 */
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Start time of a process in clock ticks since boot, from Linux's /proc; undefined where that can't be read. */
async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isHeld(content: string): Promise<boolean> {
  const [pidText, started] = content.split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const actual = await startTime(pid);
  return actual === undefined || started === '' || actual === started;
}

export class DirectoryLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async acquire(directory: string, name: string): Promise<DirectoryLock> {
    const path = join(directory, name);
    const mine = `${path}.${process.pid}`;
    await writeFile(mine, `${process.pid} ${(await startTime(process.pid)) ?? ''}`);
    try {
      for (let attempt = 0; attempt < 3; attempt += 1) {
        if (await tryLink(mine, path)) return new DirectoryLock(path);
        const holder = await readFile(path, 'latin1').catch(() => '');
        if (await isHeld(holder)) {
          throw new Error(
            `data directory ${directory} is in use by process ${holder.split(' ')[0]}: stop that one first, or choose another with --data-dir`,
          );
        }
        await removeStale(path, `${mine}.stale`);
      }
      throw new Error(`data directory ${directory} could not be locked: others keep taking ${path}`);
    } finally {
      await unlink(mine).catch(() => {});
    }
  }

  async release(): Promise<void> {
    await unlink(this.#path).catch(() => {});
  }
}

/** A link is created whole or not at all, so that nobody reads a lock file without its content. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(path: string, aside: string): Promise<void> {
  await rename(path, aside).catch(() => {});
  await unlink(aside).catch(() => {});
}
