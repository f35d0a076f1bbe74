/**
 * Turns the shape of an output into two straight-line encode functions: one that writes its JSON, and one that writes the
 * XML of Query, with lists and maps flattened. Members that are undefined are left out.
 *
 * Generated code has `o` structure and `s` the text so far.
 */
import {
  type ListSpec,
  type MapSpec,
  type MemberSpec,
  queryNameOf,
  type ShapeSpec,
  type StructureSpec,
} from './shape.ts';
import { escapeXml, quoteJson } from './text.ts';

/** Gives the text of a value that its types say is right. */
export type OutputEncoder = (output: object) => string;

const base64 = (value: Uint8Array): string =>
  Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');

function list<T>(values: readonly T[], encode: (value: T) => string): string {
  let text = '';
  for (let i = 0; i < values.length; i++) text += (i === 0 ? '' : ',') + encode(values[i] as T);
  return `[${text}]`;
}

function map<T>(values: ReadonlyMap<string, T>, encode: (value: T) => string): string {
  let text = '';
  for (const [key, value] of values) text += `${text === '' ? '' : ','}${quoteJson(key)}:${encode(value)}`;
  return `{${text}}`;
}

const plain = String;
const jsonRuntime = { quoteJson, base64, list, map, plain };
const xmlRuntime = { escapeXml, base64, plain };

export function compileJsonEncoder(output: StructureSpec): OutputEncoder {
  const functions: string[] = [];
  const root = jsonStructure(output, functions);
  return compile(functions, root, jsonRuntime);
}

export function compileXmlEncoder(output: StructureSpec): OutputEncoder {
  const functions: string[] = [];
  const root = xmlStructure(output, functions);
  return compile(functions, root, xmlRuntime);
}

function compile(functions: readonly string[], root: string, runtime: Record<string, unknown>): OutputEncoder {
  const source = `'use strict';\n${functions.join('\n')}\nreturn ${root};`;
  return new Function(...Object.keys(runtime), source)(...Object.values(runtime)) as OutputEncoder;
}

/** Adds the function that writes a structure; gives its name. */
function jsonStructure(spec: StructureSpec, functions: string[]): string {
  const lines = spec.members.map((member, i) => {
    const comma = i === 0 ? "''" : "(s === '' ? '' : ',')";
    return ifPresent(
      member,
      `s += ${comma} + '"${member.name}":' + ${jsonValue(member.shape, `o.${member.name}`, functions)};`,
    );
  });
  return addFunction(functions, `let s = '';\n${lines.join('\n')}\nreturn '{' + s + '}';`);
}

function jsonValue(shape: ShapeSpec, from: string, functions: string[]): string {
  switch (shape.kind) {
    case 'list':
      return `list(${from}, ${jsonElement(shape.element, functions)})`;
    case 'map':
      return `map(${from}, ${jsonElement(shape.value, functions)})`;
    default:
      return shape.kind === 'blob' ? `'"' + base64(${from}) + '"'` : `${jsonElement(shape, functions)}(${from})`;
  }
}

function jsonElement(shape: ShapeSpec, functions: string[]): string {
  if (shape.kind === 'structure') return jsonStructure(shape, functions);
  return shape.kind === 'string' ? 'quoteJson' : shape.kind === 'blob' ? "((v) => '\"' + base64(v) + '\"')" : 'plain';
}

function xmlStructure(spec: StructureSpec, functions: string[]): string {
  const lines = spec.members.map((member) => {
    return ifPresent(member, xmlMember(member.shape, queryNameOf(member), `o.${member.name}`, functions));
  });
  return addFunction(functions, `let s = '';\n${lines.join('\n')}\nreturn s;`);
}

function xmlMember(shape: ShapeSpec, name: string, from: string, functions: string[]): string {
  switch (shape.kind) {
    case 'list':
      return xmlList(shape, from, functions);
    case 'map':
      return xmlMap(shape, from, functions);
    default:
      return `s += ${xmlElement(name, xmlContent(shape, from, functions))};`;
  }
}

function xmlList(spec: ListSpec, from: string, functions: string[]): string {
  return `for (const e of ${from}) s += ${xmlElement(spec.queryName, xmlContent(spec.element, 'e', functions))};`;
}

function xmlMap(spec: MapSpec, from: string, functions: string[]): string {
  const key = xmlElement(spec.keyName, 'escapeXml(k)');
  const value = xmlElement(spec.valueName, xmlContent(spec.value, 'e', functions));
  return `for (const [k, e] of ${from}) s += ${xmlElement(spec.queryName, `${key} + ${value}`)};`;
}

function xmlElement(name: string, content: string): string {
  return `'<${name}>' + ${content} + '</${name}>'`;
}

function xmlContent(shape: ShapeSpec, from: string, functions: string[]): string {
  if (shape.kind === 'structure') return `${xmlStructure(shape, functions)}(${from})`;
  const write = shape.kind === 'string' ? 'escapeXml' : shape.kind === 'blob' ? 'base64' : 'plain';
  return `${write}(${from})`;
}

function ifPresent(member: MemberSpec, line: string): string {
  return member.presence === 'required' ? line : `if (o.${member.name} !== undefined) ${line}`;
}

function addFunction(functions: string[], body: string): string {
  const name = `s${functions.length}`;
  functions.push(`const ${name} = (o) => {\n${body}\n};`);
  return name;
}
