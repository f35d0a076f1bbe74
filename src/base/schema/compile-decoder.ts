/**
 * Turns a schema into one straight-line decode function for all its versions: guards on the version, values in local
 * variables, one object literal per struct and so one object shape. Every length and count is checked against the bytes
 * that remain before anything is allocated or sliced, so work and memory are bounded by the input's size.
 *
 * Generated code has `b` buffer, `p` position, `e` end (inner ends for tagged fields), `v` version, `f` flexible.
 */
import { assert } from '../assert.ts';
import { decodeRuntime } from './decode-runtime.ts';
import { type FieldSpec, type FixedKind, isFixed, type NamedFieldSpec } from './field.ts';
import { defaultSource, join, minBytes, Source, taggedFields, type VersionRange } from './source.ts';

/** Decodes at `start`, reading nothing at or beyond `end`; leaves where it stopped in `decodeRuntime.cursor`. */
export type Decoder = (buffer: Buffer, start: number, end: number, version: number) => unknown;

export function compileDecoder(fields: readonly NamedFieldSpec[], versions: VersionRange): Decoder {
  const compiler = new DecoderCompiler(new Source(versions), 'e');
  const result = compiler.struct(fields, '');
  const helpers = Object.keys(decodeRuntime);
  const body = `return (b, p, e, v) => {\n${compiler.source}\ncursor.position = p;\nreturn ${result};\n};`;
  return new Function(...helpers, body)(...Object.values(decodeRuntime)) as Decoder;
}

const FIXED: Record<FixedKind, { bytes: number; read: (path: string) => string }> = {
  bool: { bytes: 1, read: () => 'b[p] !== 0' },
  int8: { bytes: 1, read: () => '(b[p] << 24) >> 24' },
  int16: { bytes: 2, read: () => '((b[p] << 24) >> 16) | b[p + 1]' },
  uint16: { bytes: 2, read: () => '(b[p] << 8) | b[p + 1]' },
  int32: { bytes: 4, read: () => readInt32(0) },
  int64: { bytes: 8, read: (path) => `int64(${readInt32(0)}, (${readInt32(4)}) >>> 0, ${path})` },
  bigint64: { bytes: 8, read: () => 'b.readBigInt64BE(p)' },
  float64: { bytes: 8, read: () => 'b.readDoubleBE(p)' },
  uuid: { bytes: 16, read: () => 'uuid(b, p)' },
};

function readInt32(at: number): string {
  return `(b[p + ${at}] << 24) | (b[p + ${at + 1}] << 16) | (b[p + ${at + 2}] << 8) | b[p + ${at + 3}]`;
}

class DecoderCompiler {
  constructor(
    readonly source: Source,
    /** The variable that bounds reading. */
    readonly end: string,
  ) {}

  /** Emits the reading of every field and returns the literal that holds them. */
  struct(fields: readonly NamedFieldSpec[], path: string): string {
    const variables = new Map<string, string>();
    for (const field of fields) {
      const variable = this.source.variable();
      variables.set(field.name, variable);
      this.source.line(`let ${variable};`);
      this.source.when(
        field.tag === undefined ? this.source.carries(field) : 'false',
        () => this.#value(field, variable, join(path, field.name)),
        () => this.source.line(`${variable} = ${defaultSource(field)};`),
      );
    }
    this.source.when(this.source.flexible(), () => this.#taggedSection(fields, variables, path));
    return `{ ${[...variables].map(([name, variable]) => `${name}: ${variable}`).join(', ')} }`;
  }

  #value(field: FieldSpec, into: string, path: string): void {
    const { type } = field;
    if (type.kind === 'array') this.#array(field, type.element, into, path);
    else if (type.kind === 'struct') this.#struct(field, type.fields, into, path);
    else if (isFixed(type.kind)) {
      assert(field.nullableSince === Number.POSITIVE_INFINITY, `${path}: a ${type.kind} cannot be null`);
      this.#fixed(type.kind, into, path);
    } else this.#sliced(field, into, path);
  }

  #fixed(kind: FixedKind, into: string, path: string): void {
    const { bytes, read } = FIXED[kind];
    const where = JSON.stringify(path);
    this.#need(bytes, where);
    this.source.line(`${into} = ${read(where)}; p += ${bytes};`);
  }

  #need(bytes: number, where: string): void {
    this.source.line(`if (${this.end} - p < ${bytes}) truncated(${where});`);
  }

  /** Reads a length into a new variable: -1 is null, in the compact form too. */
  #length(field: FieldSpec, where: string): string {
    const length = this.source.variable();
    this.source.line(`let ${length} = 0;`);
    const classic = () => {
      const kind = field.type.kind === 'string' ? 'int16' : 'int32';
      this.#need(FIXED[kind].bytes, where);
      this.source.line(`${length} = ${FIXED[kind].read(where)}; p += ${FIXED[kind].bytes};`);
    };
    const compact = () => {
      this.#uvarint(length, where);
      this.source.line(`${length} -= 1;`);
    };
    this.source.when(this.source.compact(field), compact, classic);
    return length;
  }

  #uvarint(into: string, where: string): void {
    this.#need(1, where);
    this.source.line(`${into} = b[p++];`);
    this.source.line(`if (${into} > 127) { ${into} = uvarint(b, p - 1, ${this.end}, ${where}); p = cursor.position; }`);
  }

  /** Emits the test for null, which fails where null is illegal, and `present` for a length of 0 or more. */
  #unlessNull(field: FieldSpec, length: string, into: string, where: string, present: () => void): void {
    this.source.line(`if (${length} < 0) {`);
    const bad = () => this.source.line(`badLength(${where}, ${length});`);
    const isNull = () => {
      this.source.line(`if (${length} !== -1) badLength(${where}, ${length});`);
      this.source.line(`${into} = null;`);
    };
    this.source.when(this.source.allowsNull(field), isNull, bad);
    this.source.line('} else {');
    present();
    this.source.line('}');
  }

  #sliced(field: FieldSpec, into: string, path: string): void {
    const where = JSON.stringify(path);
    const length = this.#length(field, where);
    this.#unlessNull(field, length, into, where, () => {
      const isString = field.type.kind === 'string';
      const most = isString ? ` || ${length} > 32767` : '';
      this.source.line(`if (${length} > ${this.end} - p${most}) badLength(${where}, ${length});`);
      const slice = isString ? `text(b, p, p + ${length})` : `b.subarray(p, p + ${length})`;
      this.source.line(`${into} = ${slice}; p += ${length};`);
    });
  }

  #array(field: FieldSpec, element: FieldSpec, into: string, path: string): void {
    const where = JSON.stringify(path);
    const count = this.#length(field, where);
    this.#unlessNull(field, count, into, where, () => {
      const least = minBytes(element, this.source.versions);
      assert(least >= 1, `${path}: an element may take no bytes, so nothing bounds the count`);
      const most = least === 1 ? count : `${count} * ${least}`;
      this.source.line(`if (${most} > ${this.end} - p) badLength(${where}, ${count});`);
      const index = this.source.variable();
      const item = this.source.variable();
      this.source.line(`${into} = [];`);
      this.source.line(`for (let ${index} = 0; ${index} < ${count}; ${index}++) {`);
      this.source.line(`let ${item};`);
      this.#value(element, item, path);
      this.source.line(`${into}.push(${item});`);
      this.source.line('}');
    });
  }

  /** A nullable struct is preceded by a byte: negative for null. */
  #struct(field: FieldSpec, fields: readonly NamedFieldSpec[], into: string, path: string): void {
    const present = () => this.source.line(`${into} = ${this.struct(fields, path)};`);
    const marked = () => {
      const marker = this.source.variable();
      this.source.line(`let ${marker} = 0;`);
      this.#fixed('int8', marker, path);
      this.source.line(`if (${marker} < 0) { ${into} = null; } else {`);
      present();
      this.source.line('}');
    };
    this.source.when(this.source.allowsNull(field), marked, present);
  }

  /** Known tags are decoded within the size they claim; others are skipped (KIP-482). */
  #taggedSection(fields: readonly NamedFieldSpec[], variables: ReadonlyMap<string, string>, path: string): void {
    const where = JSON.stringify(join(path, 'tagged fields'));
    const count = this.source.variable();
    const index = this.source.variable();
    const tag = this.source.variable();
    const end = this.source.variable();
    this.source.line(`let ${count} = 0;`);
    this.#uvarint(count, where);
    this.source.line(`for (let ${index} = 0; ${index} < ${count}; ${index}++) {`);
    this.source.line(`let ${tag} = 0, ${end} = 0;`);
    this.#uvarint(tag, where);
    this.#uvarint(end, where);
    this.source.line(`if (${end} > ${this.end} - p) badLength(${where}, ${end});`);
    this.source.line(`${end} += p;`);
    const inner = new DecoderCompiler(this.source, end);
    for (const field of taggedFields(fields)) {
      const carries = this.source.carries(field);
      const isIt = carries === 'true' ? `${tag} === ${field.tag}` : `${tag} === ${field.tag} && ${carries}`;
      const fieldPath = join(path, field.name);
      this.source.line(`if (${isIt}) {`);
      inner.#value(field, variables.get(field.name) ?? '', fieldPath);
      this.source.line(`if (p !== ${end}) badTaggedSize(${JSON.stringify(fieldPath)});`);
      this.source.line('}');
    }
    this.source.line(`p = ${end};`);
    this.source.line('}');
  }
}
