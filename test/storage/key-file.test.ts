import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readOrCreateKey } from '../../src/storage/medium/key-file.ts';

describe('the key file', () => {
  it('is made once, for its owner alone, and read from then on', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'trilog-key-'));
    t.after(() => rm(directory, { recursive: true }));
    const path = join(directory, 'node.key');
    const key = readOrCreateKey(path);
    assert.equal(key.length, 32);
    assert.deepEqual(readOrCreateKey(path), key);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('is refused if it is no key, and not written over', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'trilog-key-'));
    t.after(() => rm(directory, { recursive: true }));
    const path = join(directory, 'node.key');
    await writeFile(path, 'secret');
    assert.throws(() => readOrCreateKey(path), /is not 64 hexadecimal digits/);
  });
});
