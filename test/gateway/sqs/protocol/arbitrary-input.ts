/** Random inputs of any shape, and their forms in both protocols. */
import fc from 'fast-check';
import { queryNameOf, type ShapeSpec, type StructureSpec } from '../../../../src/gateway/sqs/protocol/shape.ts';

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom('a', 'a b', '100%', 'a+b', 'x=y&z', '\r\n', '__proto__', '.', '1.2'),
);
const someText = text.filter((value) => value !== '');

/** A value as JSON has it. Lists that are not required are not empty, because Query cannot tell them from none. */
function arbitraryValue(shape: ShapeSpec): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return text;
    case 'integer':
    case 'long':
      return fc.integer();
    case 'boolean':
      return fc.boolean();
    case 'blob':
      return fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'list': {
      const element = shape.element.kind === 'string' ? someText : arbitraryValue(shape.element);
      return fc.array(element, { minLength: 1, maxLength: 4 });
    }
    case 'map':
      return fc
        .uniqueArray(fc.tuple(text, arbitraryValue(shape.value)), {
          minLength: 1,
          maxLength: 4,
          selector: ([key]) => key,
        })
        .map((entries) => Object.fromEntries(entries));
    case 'structure':
      return arbitraryStructure(shape);
  }
}

export function arbitraryStructure(spec: StructureSpec): fc.Arbitrary<Record<string, unknown>> {
  const model = spec.members.map(({ name, shape, presence }) => {
    const isRequiredText = presence === 'required' && shape.kind === 'string';
    const value = isRequiredText ? someText : arbitraryValue(shape);
    return [name, presence === 'required' ? value : fc.option(value, { nil: undefined })] as const;
  });
  return fc.record(Object.fromEntries(model)).map((record) => JSON.parse(JSON.stringify(record)));
}

export function formOf(spec: StructureSpec, value: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return spec.members.flatMap((member) => {
    const own = value[member.name];
    return own === undefined ? [] : parameters(member.shape, own, prefix + queryNameOf(member));
  });
}

function parameters(shape: ShapeSpec, value: unknown, name: string): string[] {
  switch (shape.kind) {
    case 'list':
      return (value as unknown[]).flatMap((item, i) => parameters(shape.element, item, `${name}.${i + 1}`));
    case 'map':
      return Object.entries(value as object).flatMap(([key, item], i) => [
        ...parameters({ kind: 'string' }, key, `${name}.${i + 1}.${shape.keyName}`),
        ...mapValue(shape.value, item, `${name}.${i + 1}.${shape.valueName}`),
      ]);
    case 'structure':
      return formOf(shape, value as Record<string, unknown>, `${name}.`);
    default:
      return [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`];
  }
}

/** A structure without members leaves no trace; an empty value stands for it. */
function mapValue(shape: ShapeSpec, value: unknown, name: string): string[] {
  const written = parameters(shape, value, name);
  return written.length === 0 ? [`${name}=`] : written;
}
