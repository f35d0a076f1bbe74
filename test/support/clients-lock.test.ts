/** What was built is not built again; an interrupted build neither counts as one nor blocks the next. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildOnce } from './clients-lock.ts';

test('a build runs once for one digest, and again for another', async (t) => {
  const directory = join(newFolder(t), 'built');
  const built: string[] = [];
  for (const digest of ['a', 'a', 'b']) await buildOnce(directory, digest, async () => void built.push(digest));
  assert.deepEqual(built, ['a', 'b']);
});

test('those who ask while a build is going on wait for it', async (t) => {
  const directory = join(newFolder(t), 'built');
  let count = 0;
  const build = async () => {
    await new Promise(setImmediate);
    count += 1;
  };
  await Promise.all([1, 2, 3].map(() => buildOnce(directory, 'a', build)));
  assert.equal(count, 1);
});

test('a build that failed is tried again from an empty folder', async (t) => {
  const directory = join(newFolder(t), 'built');
  const fail = async () => {
    writeFileSync(join(directory, 'half'), '');
    throw new Error('no network');
  };
  await assert.rejects(buildOnce(directory, 'a', fail), /no network/);
  await buildOnce(directory, 'a', async () => assert.ok(!existsSync(join(directory, 'half'))));
});

test('the lock of a process that is gone is broken', async (t) => {
  const directory = join(newFolder(t), 'built');
  const { pid } = spawnSync(process.execPath, ['--version']);
  mkdirSync(directory);
  writeFileSync(`${directory}.owner`, String(pid));
  let isBuilt = false;
  await buildOnce(directory, 'a', async () => {
    isBuilt = true;
  });
  assert.ok(isBuilt);
  assert.ok(!existsSync(`${directory}.owner`), 'the lock is given back');
});

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilog-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
