/** The certificates for tests as files, which are gone when the test ends. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { AUTHORITY, SERVER, SERVER_KEY } from './certificates.ts';

export interface TlsFilePaths {
  /** For localhost and 127.0.0.1. */
  readonly certificate: string;
  readonly key: string;
  /** Who issued it. */
  readonly authority: string;
}

export async function tlsFiles(t: TestContext): Promise<TlsFilePaths> {
  const folder = await mkdtemp(join(tmpdir(), 'trilog-tls-'));
  t.after(() => rm(folder, { recursive: true }));
  const write = async (name: string, pem: Buffer): Promise<string> => {
    await writeFile(join(folder, name), pem);
    return join(folder, name);
  };
  return {
    certificate: await write('server.pem', SERVER),
    key: await write('server.key', SERVER_KEY),
    authority: await write('authority.pem', AUTHORITY),
  };
}
