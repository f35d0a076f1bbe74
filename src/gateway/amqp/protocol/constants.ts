/** The fixed numbers and bytes of AMQP 0-9-1 framing (§2.3, §4.2). */

export const FrameType = { METHOD: 1, HEADER: 2, BODY: 3, HEARTBEAT: 8 } as const;

/** The octet behind every frame's payload. */
export const FRAME_END = 0xce;
/** Type, channel and payload size. */
export const FRAME_HEADER_BYTES = 7;
/** What a frame takes besides its payload. */
export const FRAME_OVERHEAD_BYTES = 8;
/** What every peer must be able to take before frame-max is negotiated (RabbitMQ says 8192 since 4.1, clients say 4096). */
export const FRAME_MIN_SIZE = 4096;

/** `AMQP`, protocol id 0, version 0-9-1: what a client opens with, and what refuses another version. */
export const PROTOCOL_HEADER = Buffer.from('AMQP\u0000\u0000\u0009\u0001', 'latin1');
/** What clients open with that say 0-9 and mean 0-9-1, such as py-amqp before 2.0; RabbitMQ takes them for it too. */
export const PROTOCOL_HEADER_0_9 = Buffer.from('AMQP\u0001\u0001\u0000\u0009', 'latin1');

/** The only class that has content. */
export const BASIC_CLASS = 60;
