/**
 * Turns the arguments of a method into one straight-line encode function. Every value is checked as it is written: what
 * its type cannot express is an `EncodeError` that names the argument, never wrong bytes. Arguments that are left out are
 * sent as their default.
 *
 * Generated code has `w` writer, `o` arguments.
 */
import type { NamedArgument } from './argument.ts';
import { encodeRuntime } from './encode-runtime.ts';
import type { AnyMethod } from './method.ts';
import { packed } from './pack.ts';
import type { SlabWriter } from './slab-writer.ts';

export type MethodEncoder = (writer: SlabWriter, methodArguments: object) => void;

export function compileEncoder(name: string, method: AnyMethod): MethodEncoder {
  const lines: string[] = ["'use strict';", `w.long(${((method.classId << 16) | method.methodId) >>> 0});`];
  const defaults: unknown[] = [];
  const value = (argument: NamedArgument): string => {
    const index = defaults.push(argument.default) - 1;
    if (argument.reserved) return `d[${index}]`;
    const given = `o.${argument.name}`;
    return argument.default === undefined ? given : `(${given} === undefined ? d[${index}] : ${given})`;
  };
  for (const item of packed(method.fields)) {
    if (item.bits) {
      const octet = item.bits.map((bit, i) => `(bit(${value(bit)}, ${where(name, bit)}) << ${i})`);
      lines.push(`w.octet(${octet.join(' | ')});`);
    } else lines.push(`${item.argument.kind}(w, ${value(item.argument)}, ${where(name, item.argument)});`);
  }
  const helpers = Object.keys(encodeRuntime);
  const source = `return (w, o) => {\n${lines.join('\n')}\n};`;
  return new Function('d', ...helpers, source)(defaults, ...Object.values(encodeRuntime)) as MethodEncoder;
}

function where(name: string, argument: NamedArgument): string {
  return JSON.stringify(`${name}: ${argument.name}`);
}
