/**
 * Builds something expensive (a venv, compiled classes, downloaded jars) once for all test processes of a checkout.
 * A directory is valid only when its stamp names the inputs it was made from; a half-made one is remade.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  const release = await acquire(`${directory}.lock`);
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

async function acquire(lock: string): Promise<() => void> {
  mkdirSync(join(lock, '..'), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      return () => rmSync(lock, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > LOCK_STALE_MS) rmSync(lock, { recursive: true, force: true });
      else await delay(LOCK_POLL_MS);
    }
  }
}
