/** Where the node's encryption key comes from: the settings, a file that is made when it is needed, or thin air for data in memory. */
import { resolve } from 'node:path';
import { systemRandom } from '../base/system-random.ts';
import type { Settings } from '../config/settings.ts';
import { parseKey, readOrCreateKey } from '../storage/medium/key-file.ts';

const KEY_BYTES = 32;

/** What it gives throws if there is no key, and asks again the next time. */
export function encryptionKeyOf({
  medium,
  dataDir,
  encryptionKey,
  encryptionKeyFile,
}: Settings['storage']): () => Buffer {
  let key: Buffer | undefined;
  return () => {
    if (key === undefined) {
      if (encryptionKey !== undefined) key = parseKey(encryptionKey, 'encryption-key');
      else if (medium === 'memory') key = systemRandom.bytes(KEY_BYTES);
      else key = readOrCreateKey(encryptionKeyFile ?? `${resolve(dataDir)}.key`);
    }
    return key;
  };
}
