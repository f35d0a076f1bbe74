/**
 * Turns the shape of an input into one straight-line decode function over what `JSON.parse` gives, or what `query-input.ts`
 * makes of the parameters of Query: both protocols are decoded and validated here. Unknown members are ignored, null is
 * absent, and the result has every declared member.
 *
 * Generated code has `o` structure, `l` name of the list it is in, `n` its index there (0 if it is in none).
 */
import { AssertionError } from '../../../base/assert.ts';
import { decodeRuntime } from './decode-runtime.ts';
import type { MemberSpec, ShapeSpec, StructureSpec } from './shape.ts';

/** Throws `AwsError`. */
export type InputDecoder = (value: unknown) => object;

export function compileDecoder(input: StructureSpec): InputDecoder {
  const functions: string[] = [];
  const root = structure(input, functions);
  const helpers = Object.keys(decodeRuntime);
  const source = `'use strict';\n${functions.join('\n')}\nreturn (o) => ${root}(o, '', 0);`;
  return new Function(...helpers, source)(...Object.values(decodeRuntime)) as InputDecoder;
}

/** Adds the function that decodes a structure; gives its name. */
function structure(spec: StructureSpec, functions: string[]): string {
  const reads = spec.members.map((member, i) => `const x${i} = o.${member.name};`);
  const members = spec.members.map((member, i) => `${member.name}: ${value(member, `x${i}`, functions)}`);
  const name = `s${functions.length}`;
  functions.push(
    `const ${name} = (v, l, n) => {\nconst o = object(v);\n${reads.join('\n')}\nreturn { ${members.join(', ')} };\n};`,
  );
  return name;
}

function value(member: MemberSpec, from: string, functions: string[]): string {
  const decoded = decode(member.shape, from, functions);
  const isAbsent = `${from} === undefined || ${from} === null`;
  switch (member.presence) {
    case 'optional':
      return `${isAbsent} ? undefined : ${decoded}`;
    case 'orEmpty':
      return `${isAbsent} ? '' : ${decoded}`;
    case 'required':
      return `${isAbsent} || ${from} === '' ? missing(l, n, ${JSON.stringify(member.missingName)}) : ${decoded}`;
  }
}

function decode(shape: ShapeSpec, from: string, functions: string[]): string {
  switch (shape.kind) {
    case 'string':
      return `typeof ${from} === 'string' ? ${from} : text(${from})`;
    case 'list':
      return `list(${from}, ${element(shape.element, functions)}, '${shape.queryName}', ${shape.batch})`;
    case 'map':
      return `map(${from}, ${element(shape.value, functions)}, '${shape.queryName}')`;
    case 'structure':
      return `${structure(shape, functions)}(${from}, '', 0)`;
    default:
      return `${scalar(shape.kind)}(${from})`;
  }
}

/** The name of the function that decodes an element of a list, or a value of a map. */
function element(shape: ShapeSpec, functions: string[]): string {
  if (shape.kind === 'structure') return structure(shape, functions);
  return scalar(shape.kind);
}

function scalar(kind: ShapeSpec['kind']): string {
  if (kind === 'string') return 'text';
  if (kind === 'integer' || kind === 'blob') return kind;
  throw new AssertionError(`no input has a ${kind} here`);
}
