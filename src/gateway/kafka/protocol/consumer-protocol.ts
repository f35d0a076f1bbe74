/**
 * What consumers put into the opaque bytes of the classic group protocol. The broker reads it only to describe groups
 * and to know which topics they subscribe to. A version number of two bytes comes first; newer versions only add to the
 * end, so they are read as the newest that is known.
 */
import { array, bytes, int16, int32, nullable, optional, since, string } from '../../../base/schema/field.ts';
import { type Message, message } from '../../../base/schema/message.ts';
import type { Writer } from '../../../base/schema/writer.ts';

export const consumerProtocolSubscription = message(
  { versions: [0, 3] },
  {
    topics: array(string()),
    userData: nullable(bytes()),
    ownedPartitions: since(1, optional(array({ topic: string(), partitions: array(int32()) }))),
    generationId: since(2, int32(-1)),
    rackId: since(3, nullable(string())),
  },
);

export const consumerProtocolAssignment = message(
  { versions: [0, 3] },
  {
    assignedPartitions: array({ topic: string(), partitions: array(int32()) }),
    userData: nullable(bytes()),
  },
);

const versionPrefix = message({ versions: [0, 0] }, { version: int16() });

/** Reads one of the two with its version. Throws `DecodeError`. */
export function decodeConsumerProtocol<Out>(embedded: Message<Out, never>, buffer: Buffer): Out {
  const prefix = versionPrefix.decodePrefix(buffer, 0, buffer.length, 0);
  const version = Math.min(Math.max(prefix.value.version, embedded.minVersion), embedded.maxVersion);
  return embedded.decodePrefix(buffer, prefix.end, buffer.length, version).value;
}

/** The bytes of one of the two with its version. */
export function encodeConsumerProtocol<In>(
  writer: Writer,
  embedded: Message<unknown, In>,
  value: In,
  version: number,
): Buffer {
  writer.begin();
  versionPrefix.encode(writer, { version }, 0);
  embedded.encode(writer, value, version);
  return Buffer.concat(writer.finish());
}
