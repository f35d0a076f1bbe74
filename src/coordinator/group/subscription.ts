/**
 * Reads the topics out of a consumer's subscription bytes (the embedded "consumer" protocol). Version 0 is a prefix of
 * every later version, so the rest is left alone. Bytes that are not a subscription give undefined, never an error:
 * they are opaque to the broker unless it happens to understand them.
 */

const VERSION_BYTES = 2;
const COUNT_BYTES = 4;
const LENGTH_BYTES = 2;

export function subscribedTopicsOf(metadata: Buffer): string[] | undefined {
  if (metadata.length < VERSION_BYTES + COUNT_BYTES || metadata.readInt16BE(0) < 0) return undefined;
  const count = metadata.readInt32BE(VERSION_BYTES);
  let at = VERSION_BYTES + COUNT_BYTES;
  // Each topic takes at least its length field: a larger count lies and must not size anything.
  if (count < 0 || count > (metadata.length - at) / LENGTH_BYTES) return undefined;
  const topics: string[] = [];
  for (let i = 0; i < count; i++) {
    if (metadata.length - at < LENGTH_BYTES) return undefined;
    const length = metadata.readInt16BE(at);
    at += LENGTH_BYTES;
    if (length < 0 || length > metadata.length - at) return undefined;
    topics.push(metadata.toString('utf8', at, at + length));
    at += length;
  }
  return topics;
}
