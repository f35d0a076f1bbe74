/** What the tests of the AMQP byte layer share. */
import { FrameReader } from '../../../../src/gateway/amqp/protocol/frame-reader.ts';
import { FrameWriter } from '../../../../src/gateway/amqp/protocol/frame-writer.ts';
import {
  type DecodedMethod,
  decodeMethod,
  type MethodInput,
  type MethodName,
} from '../../../../src/gateway/amqp/protocol/methods.ts';

export interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

/** Every whole frame of the chunks; the reader is left with the rest. */
export function framesOf(chunks: readonly Buffer[], reader = new FrameReader(131_072)): Frame[] {
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    while (reader.next()) {
      frames.push({ type: reader.type, channel: reader.channel, payload: Buffer.from(reader.payload) });
    }
  }
  return frames;
}

export function decode(payload: Buffer): DecodedMethod {
  return decodeMethod(payload, 0, payload.length);
}

/** The payload of the method frame that the writer makes. */
export function encode<N extends MethodName>(name: N, args: MethodInput<N>, channel = 1): Buffer {
  const writer = new FrameWriter(4096);
  writer.method(channel, name, args);
  const [frame, ...rest] = framesOf(writer.take());
  if (frame === undefined || rest.length > 0) throw new Error('a method is one frame');
  return frame.payload;
}
