/**
 * Every method of AMQP 0-9-1 and RabbitMQ's extensions, by the name that the specification gives it. Decoding gives one
 * flat object, whose `method` tells the kind: `switch (decoded.method)` narrows it. Codecs are compiled at first use.
 */
import { DecodeError } from '../../../base/schema/errors.ts';
import { compileDecoder, type MethodDecoder } from './compile-decoder.ts';
import { compileEncoder, type MethodEncoder } from './compile-encoder.ts';
import { UnknownMethodError } from './errors.ts';
import { getLong } from './get.ts';
import type { AnyMethod, InOf, OutOf } from './method.ts';
import { ACCESS } from './methods/access.ts';
import { BASIC } from './methods/basic.ts';
import { CHANNEL } from './methods/channel.ts';
import { CONNECTION } from './methods/connection.ts';
import { EXCHANGE } from './methods/exchange.ts';
import { QUEUE } from './methods/queue.ts';
import { CONFIRM, TX } from './methods/transaction.ts';

export const METHODS = {
  ...CONNECTION,
  ...CHANNEL,
  ...ACCESS,
  ...EXCHANGE,
  ...QUEUE,
  ...BASIC,
  ...TX,
  ...CONFIRM,
} as const;

export type MethodName = keyof typeof METHODS;

export type DecodedMethod<N extends MethodName = MethodName> = {
  [K in N]: { readonly method: K } & OutOf<(typeof METHODS)[K]>;
}[N];

export type MethodInput<N extends MethodName> = InOf<(typeof METHODS)[N]>;

const NAMES = new Map<number, MethodName>(
  Object.entries(METHODS).map(([name, { classId, methodId }]) => [key(classId, methodId), name as MethodName]),
);
const decoders = new Map<number, MethodDecoder>();
const encoders = new Map<MethodName, MethodEncoder>();

/** Decodes `[start, end)`, the payload of a method frame. Throws `UnknownMethodError` and `DecodeError`. */
export function decodeMethod(buffer: Buffer, start: number, end: number): DecodedMethod {
  if (end - start < 4) throw new DecodeError(`a method frame of ${end - start} bytes names no method`);
  const id = getLong(buffer, start);
  const decoder = decoders.get(id) ?? decoderOf(id);
  return decoder(buffer, start + 4, end) as DecodedMethod;
}

function decoderOf(id: number): MethodDecoder {
  const name = NAMES.get(id);
  if (name === undefined) throw new UnknownMethodError(id >>> 16, id & 0xffff);
  const decoder = compileDecoder(name, METHODS[name].fields);
  decoders.set(id, decoder);
  return decoder;
}

/** Writes the class, the method and its arguments: the payload of a method frame. */
export function encoderOf(name: MethodName): MethodEncoder {
  let encoder = encoders.get(name);
  if (encoder === undefined) {
    const method: AnyMethod = METHODS[name];
    encoder = compileEncoder(name, method);
    encoders.set(name, encoder);
  }
  return encoder;
}

function key(classId: number, methodId: number): number {
  return ((classId << 16) | methodId) >>> 0;
}
