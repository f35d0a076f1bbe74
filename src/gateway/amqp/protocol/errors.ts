/**
 * How AMQP bytes fail besides `DecodeError`, which stands for arguments, headers and properties that are not what they
 * should be. Each kind has its own reply code, which the gateway looks up in `../errors.ts`.
 */

/** The stream of frames itself is broken: nothing that follows can be understood. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** A method frame whose class and method are none of AMQP 0-9-1's or RabbitMQ's. */
export class UnknownMethodError extends Error {
  override readonly name = 'UnknownMethodError';

  constructor(
    readonly classId: number,
    readonly methodId: number,
  ) {
    super(`there is no method ${methodId} in a class ${classId}`);
  }
}
