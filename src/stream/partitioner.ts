/** Which partition a record with a key goes to: the same as the producers of Kafka's Java client choose (murmur2 of the key). */

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

export function partitionOfKey(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** MurmurHash2, 32 bits, by Austin Appleby, with the seed that Kafka uses. */
function murmur2(bytes: Buffer): number {
  const { length } = bytes;
  let hash = SEED ^ length;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    hash = Math.imul(hash, MULTIPLIER) ^ mixed(bytes.readInt32LE(at));
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at -= 1) hash ^= (bytes[at] ?? 0) << (8 * (at - whole));
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

function mixed(word: number): number {
  const multiplied = Math.imul(word, MULTIPLIER);
  return Math.imul(multiplied ^ (multiplied >>> 24), MULTIPLIER);
}
