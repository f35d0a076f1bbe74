/**
 * Turns a schema into one straight-line encode function for all its versions. Every value is checked as it is written:
 * a wrong type, an integer out of range or an illegal null is an `EncodeError` that names the field, never wrong bytes.
 * Fields that the version does not carry are dropped. A tagged field is written only when it differs from its default.
 *
 * Generated code has `w` writer, `o` value, `v` version, `f` flexible.
 */
import { encodeRuntime } from './encode-runtime.ts';
import { type FieldSpec, type FixedKind, isFixed, type NamedFieldSpec } from './field.ts';
import { defaultSource, join, Source, taggedFields, type VersionRange } from './source.ts';
import type { Writer } from './writer.ts';

export type Encoder = (writer: Writer, value: unknown, version: number) => void;

export function compileEncoder(fields: readonly NamedFieldSpec[], versions: VersionRange): Encoder {
  const compiler = new EncoderCompiler(new Source(versions));
  compiler.struct(fields, 'o', '');
  const helpers = Object.keys(encodeRuntime);
  const body = `return (w, o, v) => {\n${compiler.source}\n};`;
  return new Function(...helpers, body)(...Object.values(encodeRuntime)) as Encoder;
}

/** How a value `x` of each type is recognised and written. */
const FIXED: Record<FixedKind, { legal: (x: string) => string; write: (x: string) => string }> = {
  bool: { legal: (x) => `typeof ${x} === 'boolean'`, write: (x) => `w.int8(${x} ? 1 : 0)` },
  int8: { legal: (x) => `(${x} << 24) >> 24 === ${x}`, write: (x) => `w.int8(${x})` },
  int16: { legal: (x) => `(${x} << 16) >> 16 === ${x}`, write: (x) => `w.int16(${x})` },
  uint16: { legal: (x) => `(${x} & 65535) === ${x}`, write: (x) => `w.int16(${x})` },
  int32: { legal: (x) => `(${x} | 0) === ${x}`, write: (x) => `w.int32(${x})` },
  int64: { legal: (x) => `Number.isSafeInteger(${x})`, write: (x) => `w.int64(${x})` },
  bigint64: {
    legal: (x) => `typeof ${x} === 'bigint' && BigInt.asIntN(64, ${x}) === ${x}`,
    write: (x) => `w.bigint64(${x})`,
  },
  float64: { legal: (x) => `typeof ${x} === 'number'`, write: (x) => `w.float64(${x})` },
  uuid: { legal: (x) => `typeof ${x} === 'string'`, write: (x) => `w.uuid(${x})` },
};

class EncoderCompiler {
  constructor(readonly source: Source) {}

  struct(fields: readonly NamedFieldSpec[], from: string, path: string): void {
    for (const field of fields) {
      if (field.tag !== undefined) continue;
      this.source.when(this.source.carries(field), () => {
        const value = this.source.variable();
        this.source.line(`let ${value} = ${from}.${field.name};`);
        if (field.omittable) this.source.line(`if (${value} === undefined) ${value} = ${defaultSource(field)};`);
        this.#value(field, value, join(path, field.name));
      });
    }
    this.source.when(this.source.flexible(), () => this.#taggedSection(fields, from, path));
  }

  #value(field: FieldSpec, value: string, path: string): void {
    const { type } = field;
    if (type.kind === 'struct') this.#struct(field, type.fields, value, path);
    else if (isFixed(type.kind)) {
      const { legal, write } = FIXED[type.kind];
      this.#check(legal(value), path, value);
      this.source.line(`${write(value)};`);
    } else if (field.nullableSince === Number.POSITIVE_INFINITY) this.#sized(field, value, path);
    else this.#nullable(field, value, () => this.#sized(field, value, path));
  }

  /** A value that is preceded by its length. */
  #sized(field: FieldSpec, value: string, path: string): void {
    const { type } = field;
    if (type.kind === 'array') this.#array(field, type.element, value, path);
    else if (type.kind === 'string') this.#string(field, value, path);
    else if (type.kind === 'bytes') this.#bytes(field, value, path);
    else this.#records(field, value, path);
  }

  #check(legal: string, path: string, value: string): void {
    this.source.line(`if (!(${legal})) illegal(${JSON.stringify(path)}, ${value});`);
  }

  #length(field: FieldSpec, length: string): void {
    const classic = field.type.kind === 'string' ? 'int16' : 'int32';
    this.source.when(
      this.source.compact(field),
      () => this.source.line(`w.uvarint(${length} + 1);`),
      () => this.source.line(`w.${classic}(${length});`),
    );
  }

  /** Null is a length of -1; below the version that allows it, it is an empty string or array. */
  #nullable(field: FieldSpec, value: string, present: () => void): void {
    this.source.line(`if (${value} === null) {`);
    this.source.when(
      this.source.allowsNull(field),
      () => this.#length(field, '-1'),
      () => this.#length(field, '0'),
    );
    this.source.line('} else {');
    present();
    this.source.line('}');
  }

  #string(field: FieldSpec, value: string, path: string): void {
    this.#check(`typeof ${value} === 'string'`, path, value);
    this.source.when(
      this.source.compact(field),
      () => this.source.line(`w.compactString(${value});`),
      () => this.source.line(`w.string(${value});`),
    );
  }

  #bytes(field: FieldSpec, value: string, path: string): void {
    this.#check(`${value} instanceof Uint8Array`, path, value);
    this.#length(field, `${value}.length`);
    this.source.line(`w.raw(${value});`);
  }

  #records(field: FieldSpec, value: string, path: string): void {
    const size = this.source.variable();
    this.source.line(`const ${size} = recordsBytes(${value}, ${JSON.stringify(path)});`);
    this.#length(field, size);
    this.source.line(`attachRecords(w, ${value});`);
  }

  #array(field: FieldSpec, element: FieldSpec, value: string, path: string): void {
    this.#check(`Array.isArray(${value})`, path, value);
    this.#length(field, `${value}.length`);
    const index = this.source.variable();
    const item = this.source.variable();
    this.source.line(`for (let ${index} = 0; ${index} < ${value}.length; ${index}++) {`);
    this.source.line(`const ${item} = ${value}[${index}];`);
    this.#value(element, item, path);
    this.source.line('}');
  }

  #struct(field: FieldSpec, fields: readonly NamedFieldSpec[], value: string, path: string): void {
    const present = () => {
      this.#check(`typeof ${value} === 'object' && ${value} !== null`, path, value);
      this.struct(fields, value, path);
    };
    const marked = () => {
      this.source.line(`if (${value} === null) { w.int8(-1); } else {`);
      this.source.line('w.int8(1);');
      present();
      this.source.line('}');
    };
    this.source.when(this.source.allowsNull(field), marked, present);
  }

  #taggedSection(fields: readonly NamedFieldSpec[], from: string, path: string): void {
    const tagged = taggedFields(fields).filter((field) => this.source.carries(field) !== 'false');
    if (tagged.length === 0) {
      this.source.line('w.int8(0);');
      return;
    }
    const count = this.source.variable();
    this.source.line(`let ${count} = 0;`);
    const values = tagged.map((field) => {
      const value = this.source.variable();
      this.source.line(`let ${value} = ${from}.${field.name};`);
      const sent = this.#sent(field, value);
      this.source.line(`if (${sent}) ${count}++; else ${value} = undefined;`);
      return { field, value };
    });
    this.source.line(`w.uvarint(${count});`);
    for (const { field, value } of values) {
      const mark = this.source.variable();
      this.source.line(`if (${value} !== undefined) {`);
      this.source.line(`w.uvarint(${field.tag}); const ${mark} = w.mark();`);
      this.#value(field, value, join(path, field.name));
      this.source.line(`w.patchSize(${mark});`);
      this.source.line('}');
    }
  }

  /** True when the tagged field is to be written. */
  #sent(field: NamedFieldSpec, value: string): string {
    const carries = this.source.carries(field);
    const differs = `${value} !== undefined && ${this.#differs(field, value)}`;
    return carries === 'true' ? differs : `${carries} && ${differs}`;
  }

  #differs(field: FieldSpec, value: string): string {
    const { type } = field;
    if (field.default === null) return `${value} !== null`;
    if (type.kind === 'array' || type.kind === 'bytes') return `(${value} === null || ${value}.length !== 0)`;
    if (type.kind !== 'struct') return `${value} !== ${defaultSource(field)}`;
    const inner = type.fields.map((one) => {
      const member = `${value}.${one.name}`;
      return `${member} !== undefined && ${this.#differs(one, member)}`;
    });
    return `(${inner.join(' || ')})`;
  }
}
