/**
 * The two ways a codec fails. `DecodeError` is the peer's doing: the bytes are not what the schema says, and the
 * connection they came from ends. `EncodeError` is ours: a value that its schema cannot express.
 */

export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}
