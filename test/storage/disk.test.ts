import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DiskMedium } from '../../src/storage/medium/disk.ts';
import { mountTmpfs } from '../support/tmpfs.ts';

const HEADER = Buffer.from('header');
const SMALL = Buffer.from('small');
const LARGE = Buffer.alloc(100_000, 'l');

describe('a WAL file on a disk', () => {
  let directory: string;
  let medium: DiskMedium;
  const bytesOf = (name: string): Promise<Buffer> => readFile(join(directory, name));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'trilog-disk-'));
    medium = await DiskMedium.open(directory);
  });

  afterEach(async () => {
    await medium.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function written(...writes: readonly (readonly [Buffer, boolean])[]) {
    const file = await medium.createWal('wal');
    let position = 0;
    for (const [bytes, sync] of writes) {
      assert.deepEqual(await file.write([bytes], position, sync), { kind: 'ok' });
      position += bytes.length;
    }
    return { file, content: Buffer.concat(writes.map(([bytes]) => bytes)) };
  }

  function assertZerosBehind(bytes: Buffer, content: Buffer): void {
    assert.deepEqual(bytes.subarray(0, content.length), content);
    assert.ok(bytes.length > content.length);
    assert.ok(bytes.subarray(content.length).every((byte) => byte === 0));
  }

  it('has zeros behind small writes that are synced, and is cut when it is closed', async () => {
    const { file, content } = await written([HEADER, true], [SMALL, true], [SMALL, true], [SMALL, false]);
    assertZerosBehind(await bytesOf('wal'), content);
    await file.close();
    assert.deepEqual(await bytesOf('wal'), content);
  });

  it('keeps what is written over the end of the zeros', async () => {
    const many = Array.from({ length: 30 }, () => [Buffer.alloc(20_000, 'm'), true] as const);
    const { file, content } = await written([HEADER, true], ...many, [LARGE, true], [SMALL, true]);
    assertZerosBehind(await bytesOf('wal'), content);
    await file.close();
  });

  it('has nothing behind its first bytes, large writes, and those that are not synced', async () => {
    const { file, content } = await written([HEADER, true], [LARGE, true], [SMALL, false]);
    assert.deepEqual(await bytesOf('wal'), content);
    await file.close();
  });

  it('goes without zeros where there is no room for them, and is told to be full where there is none for the write', async (t) => {
    const small = await mountTmpfs(t, 1);
    if (small === undefined) return;
    const full = await DiskMedium.open(small);
    const file = await full.createWal('wal');
    await file.write([HEADER], 0, true);
    await full.put('blob', [Buffer.alloc(900_000, 'b')]);
    assert.deepEqual(await file.write([SMALL], HEADER.length, true), { kind: 'ok' });
    assert.equal(
      (await readFile(join(small, 'wal'))).subarray(0, HEADER.length + SMALL.length).toString(),
      'headersmall',
    );
    assert.deepEqual(await file.write([LARGE, LARGE], HEADER.length + SMALL.length, true), { kind: 'full' });
    await file.close();
    await full.close();
  });

  it('is as long as it is said to be when it is sealed after a crash', async () => {
    const { content } = await written([HEADER, true], [SMALL, true]);
    await medium.seal('wal', content.length, [Buffer.from('footer')]);
    assert.equal((await bytesOf('wal')).toString(), 'headersmallfooter');
  });
});
