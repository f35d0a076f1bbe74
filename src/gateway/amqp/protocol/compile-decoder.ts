/**
 * Turns the arguments of a method into one straight-line decode function. Every length is checked against the bytes that
 * remain before anything is sliced; bytes behind the last argument are an error, as they are in RabbitMQ.
 *
 * Generated code has `b` buffer, `p` position, `e` end.
 */
import type { NamedArgument } from './argument.ts';
import { decodeRuntime } from './decode-runtime.ts';
import { packed } from './pack.ts';

/** Decodes exactly the bytes in `[start, end)`. Throws `DecodeError`. */
export type MethodDecoder = (buffer: Buffer, start: number, end: number) => object;

export function compileDecoder(name: string, methodArguments: readonly NamedArgument[]): MethodDecoder {
  const items = packed(methodArguments);
  const lines: string[] = ["'use strict';"];
  for (const [i, item] of items.entries()) {
    const where = JSON.stringify(`${name}: ${item.bits ? item.bits[0]?.name : item.argument.name}`);
    const need = (bytes: number) => lines.push(`if (e - p < ${bytes}) truncated(${where});`);
    if (item.bits) {
      need(1);
      lines.push(`const x${i} = b[p++];`);
    } else lines.push(...read(item.argument, `x${i}`, where));
  }
  const fields = items.flatMap((item, i) => {
    if (!item.bits) return item.argument.reserved ? [] : [`${item.argument.name}: x${i}`];
    return item.bits.flatMap((bit, j) => (bit.reserved ? [] : [`${bit.name}: (x${i} & ${1 << j}) !== 0`]));
  });
  lines.push(`if (p !== e) trailing(${JSON.stringify(name)}, e - p);`);
  lines.push(`return { ${[`method: ${JSON.stringify(name)}`, ...fields].join(', ')} };`);
  const helpers = Object.keys(decodeRuntime);
  const source = `return (b, p, e) => {\n${lines.join('\n')}\n};`;
  return new Function(...helpers, source)(...Object.values(decodeRuntime)) as MethodDecoder;
}

const FIXED = {
  octet: { bytes: 1, read: 'b[p]' },
  short: { bytes: 2, read: '(b[p] << 8) | b[p + 1]' },
  long: { bytes: 4, read: `(${int32(0)}) >>> 0` },
  longlong: { bytes: 8, read: `((${int32(0)}) >>> 0) * 4294967296 + ((${int32(4)}) >>> 0)` },
} as const;

function int32(at: number): string {
  return `(b[p + ${at}] << 24) | (b[p + ${at + 1}] << 16) | (b[p + ${at + 2}] << 8) | b[p + ${at + 3}]`;
}

/** The lines that leave the value of an argument in the variable `into` and `p` behind it. */
function read(argument: NamedArgument, into: string, where: string): string[] {
  const { kind, reserved } = argument;
  if (kind in FIXED) {
    const { bytes, read } = FIXED[kind as keyof typeof FIXED];
    const value = reserved ? [] : [`const ${into} = ${read};`];
    return [`if (e - p < ${bytes}) truncated(${where});`, ...value, `p += ${bytes};`];
  }
  const lengthBytes = kind === 'shortstr' ? 1 : 4;
  const length = kind === 'shortstr' ? 'b[p]' : `(${int32(0)}) >>> 0`;
  const value = reserved ? [] : [`const ${into} = ${sliced(kind, into, where)};`];
  return [
    `if (e - p < ${lengthBytes}) truncated(${where});`,
    `const n${into} = ${length};`,
    `p += ${lengthBytes};`,
    `if (n${into} > e - p) truncated(${where});`,
    ...value,
    `p += n${into};`,
  ];
}

function sliced(kind: NamedArgument['kind'], into: string, where: string): string {
  if (kind === 'shortstr') return `shortstr(b, p, n${into}, ${where})`;
  const range = `b, p, p + n${into}`;
  if (kind === 'table') return `decodeFieldTable(${range})`;
  return kind === 'longstr' ? `text(${range}, ${where})` : `b.subarray(p, p + n${into})`;
}
