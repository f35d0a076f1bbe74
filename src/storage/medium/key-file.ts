/**
 * The node's encryption key, in a file that is not among the data it protects: 32 bytes as 64 hexadecimal digits. Whoever has both has
 * the messages; whoever loses the file has lost them.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const KEY_BYTES = 32;

/** Reads the key at `path`, or makes one there if there is no file. @throws Error */
export function readOrCreateKey(path: string): Buffer {
  try {
    return parseKey(readFileSync(path, 'latin1'), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = randomBytes(KEY_BYTES);
  // Only for us, and never over one that came in between.
  writeFileSync(path, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return key;
}

/** @param where of the text, for the error. @throws Error */
export function parseKey(text: string, where: string): Buffer {
  if (!/^[0-9a-fA-F]{64}\s*$/.test(text))
    throw new Error(`the encryption key in ${where} is not 64 hexadecimal digits`);
  return Buffer.from(text.trim(), 'hex');
}
