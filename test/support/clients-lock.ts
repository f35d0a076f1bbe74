/**
 * Builds something expensive (a venv, compiled classes, an addon) once for all test processes of a checkout. A directory
 * is valid only when its stamp names the inputs it was made from; a half-made one is remade. A run that was ended in the
 * middle of building leaves its lock behind, and the next one breaks it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LOCK_STALE_MS = 10 * 60_000;
const LOCK_POLL_MS = 100;

export function digestOf(...inputs: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** Runs `build(directory)` unless `directory` was already built from the same `digest`; other processes wait. */
export async function buildOnce(directory: string, digest: string, build: () => Promise<void>): Promise<void> {
  const stamp = join(directory, '.built-from');
  const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (isBuilt()) return;
  const release = await acquire(`${directory}.owner`);
  try {
    if (isBuilt()) return;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    await build();
    writeFileSync(stamp, digest);
  } finally {
    release();
  }
}

/** True when the lock was taken; a lock whose owner is gone is broken, and the next attempt takes it. */
export async function tryLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (owner > 0 && !isAlive(owner)) await rm(lock, { force: true });
    return false;
  }
}

async function acquire(lock: string): Promise<() => void> {
  mkdirSync(dirname(lock), { recursive: true });
  while (!(await tryLock(lock))) {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > LOCK_STALE_MS) rmSync(lock, { force: true });
    else await delay(LOCK_POLL_MS);
  }
  return () => rmSync(lock, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
