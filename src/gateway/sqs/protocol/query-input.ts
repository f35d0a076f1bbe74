/**
 * Brings the parameters of Query into the form that the same input has in JSON, for the decoder that both share. Walks the
 * shape, not the parameters: what no shape asks for is ignored. Lists and maps may leave out numbers, and one that is not
 * numbered at all (`Attribute.Name=x&Attribute.Value=y`) has one entry.
 */
import { missingParameter } from './aws-error.ts';
import { malformed } from './decode-runtime.ts';
import type { FormNode } from './form.ts';
import { type ListSpec, type MapSpec, queryNameOf, type ShapeSpec, type StructureSpec } from './shape.ts';

const INTEGER = /^[+-]?\d{1,15}$/;
const INDEX = /^\d{1,9}$/;

export function inputOfForm(input: StructureSpec, form: FormNode): object {
  return structureOf(input, form);
}

function structureOf(spec: StructureSpec, node: FormNode): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const member of spec.members) {
    const child = node.children?.get(queryNameOf(member));
    if (child !== undefined) value[member.name] = valueAt(member.shape, child);
    // An empty list leaves no trace in Query, so that its absence may be one.
    else if (member.shape.kind === 'list' && member.presence === 'required') value[member.name] = [];
  }
  return value;
}

function valueAt(shape: ShapeSpec, node: FormNode): unknown {
  switch (shape.kind) {
    case 'list':
      return listOf(shape, node);
    case 'map':
      return mapOf(shape, node);
    case 'structure':
      return structureOf(shape, node);
    case 'integer':
    case 'long':
      return integerOf(node.value ?? '');
    default:
      return node.value;
  }
}

function integerOf(text: string): number {
  if (!INTEGER.test(text)) throw malformed('STRING_VALUE can not be converted to an Integer');
  return Number(text);
}

function listOf(spec: ListSpec, node: FormNode): unknown[] {
  if (node.children === undefined) return node.value === undefined || node.value === '' ? [] : [node.value];
  return numbered(node).map(([, child]) => valueAt(spec.element, child));
}

function mapOf(spec: MapSpec, node: FormNode): Record<string, unknown> {
  // Without a prototype, so that every name is a name and nothing more.
  const value = Object.create(null) as Record<string, unknown>;
  const entries = node.children?.has(spec.keyName) ? ([['', node]] as const) : numbered(node);
  for (const [index, entry] of entries) {
    const where = index === '' ? spec.queryName : `${spec.queryName}.${index}`;
    const key = entry.children?.get(spec.keyName)?.value;
    if (key === undefined) throw missingParameter(`${where}.${spec.keyName}`);
    const child = entry.children?.get(spec.valueName);
    if (child === undefined) throw missingParameter(`${where}.${spec.valueName}`);
    value[key] = valueAt(spec.value, child);
  }
  return value;
}

/** The numbered children, in order. */
function numbered(node: FormNode): [index: string, child: FormNode][] {
  const entries = [...(node.children ?? [])].filter(([name]) => INDEX.test(name));
  return entries.sort(([a], [b]) => Number(a) - Number(b));
}
