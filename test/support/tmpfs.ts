/** A small disk of a test's own: a tmpfs, which takes root to mount. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Undefined where mounting isn't allowed; with CI=true that is a failure. */
export async function mountTmpfs(t: TestContext, megabytes: number): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'trilog-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    await rm(directory, { recursive: true });
    if (process.env.CI === 'true') throw error;
    t.skip('a tmpfs can be mounted by root only');
    return undefined;
  }
  t.after(async () => {
    execFileSync('umount', ['-l', directory]);
    await rm(directory, { recursive: true });
  });
  return directory;
}

export function resizeTmpfs(directory: string, megabytes: number): void {
  execFileSync('mount', ['-o', `remount,size=${megabytes}m`, directory]);
}
