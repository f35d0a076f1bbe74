/**
 * The vocabulary that schemas are written in. A `Field` is a type on the wire together with the versions that carry it,
 * its nullability, its default and its tag; TypeScript infers from it what decoding gives (`Out`), what encoding takes
 * (`In`) and whether encoding may leave it out (`Omittable`: it has a default). Fields are immutable data; nothing here
 * touches bytes.
 */

/** Types whose fields have a name on the wire and nothing inside. */
export type ScalarKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'bigint64'
  | 'uint16'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records';

/** Scalars of a known size. */
export type FixedKind = Exclude<ScalarKind, 'string' | 'bytes' | 'records'>;

export type TypeSpec =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'array'; readonly element: FieldSpec }
  | { readonly kind: 'struct'; readonly fields: readonly NamedFieldSpec[] };

export interface FieldSpec {
  readonly type: TypeSpec;
  /** First and last version that carry the field. */
  readonly since: number;
  readonly until: number;
  /** First version in which null is legal; `Infinity` if none is. */
  readonly nullableSince: number;
  /** What an absent field stands for; `undefined` means the zero of its type. */
  readonly default: Scalar | null | undefined;
  /** Encoding takes the default when the value is left out. */
  readonly omittable: boolean;
  readonly tag: number | undefined;
  /** Keeps its classic form in flexible versions too (Kafka's `clientId` in the request header). */
  readonly neverCompact: boolean;
}

export interface NamedFieldSpec extends FieldSpec {
  readonly name: string;
}

export type Scalar = boolean | number | bigint | string;

/** The 22-character text of the all-zero uuid. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

declare const types: unique symbol;

/** @public Declarations of the schemas name it. */
export class Field<Out, In = Out, Omittable extends boolean = boolean> {
  declare readonly [types]: { readonly out: Out; readonly in: In; readonly omittable: Omittable };

  constructor(readonly spec: FieldSpec) {}
}

type AnyField = Field<unknown, unknown, boolean>;
export type Shape = { readonly [name: string]: AnyField };

type OutOf<F extends AnyField> = F[typeof types]['out'];
type InOf<F extends AnyField> = F[typeof types]['in'];
type OmittableKeys<S extends Shape> = {
  [K in keyof S]: true extends S[K][typeof types]['omittable'] ? K : never;
}[keyof S];
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** What decoding a struct of this shape gives: every field is there, whatever the version. */
export type ShapeOut<S extends Shape> = { readonly [K in keyof S]: OutOf<S[K]> };
/** What encoding a struct of this shape takes: fields that have a default may be left out. */
export type ShapeIn<S extends Shape> = Flat<
  { [K in Exclude<keyof S, OmittableKeys<S>>]: InOf<S[K]> } & { [K in OmittableKeys<S>]?: InOf<S[K]> | undefined }
>;

function field<Out, In = Out, Omittable extends boolean = boolean>(
  type: TypeSpec,
  defaultValue?: Scalar,
): Field<Out, In, Omittable> {
  return new Field({
    type,
    since: 0,
    until: Number.POSITIVE_INFINITY,
    nullableSince: Number.POSITIVE_INFINITY,
    default: defaultValue,
    omittable: defaultValue !== undefined,
    tag: undefined,
    neverCompact: false,
  });
}

/** A constructor of one scalar type. Given a default, encoding may leave the field out. */
interface ScalarConstructor<T> {
  (): Field<T, T, false>;
  (defaultValue: T): Field<T, T, true>;
}

function scalar<T extends Scalar>(kind: ScalarKind): ScalarConstructor<T> {
  return ((defaultValue?: T) => field({ kind }, defaultValue)) as ScalarConstructor<T>;
}

export const bool = scalar<boolean>('bool');
export const int8 = scalar<number>('int8');
export const int16 = scalar<number>('int16');
export const int32 = scalar<number>('int32');
/** A number; values outside ±(2^53-1) are errors both ways. */
export const int64 = scalar<number>('int64');
/** The full range, where it is legal. */
export const bigint64 = scalar<bigint>('bigint64');
export const uint16 = scalar<number>('uint16');
export const float64 = scalar<number>('float64');
/** Unpadded base64url text of the 16 bytes: 22 characters. */
export const uuid = scalar<string>('uuid');
export const string = scalar<string>('string');

/** Decoding gives a slice of the input, not a copy; encoding copies. */
export function bytes(): Field<Buffer, Buffer, false> {
  return field({ kind: 'bytes' });
}

/** Record batches: decoded as a slice of the input, encoded by reference from one or more buffers. Always nullable. */
export function records(): Field<Buffer | null, Buffer | readonly Buffer[] | null, true> {
  return nullable(field<Buffer, Buffer | readonly Buffer[]>({ kind: 'records' }));
}

export function struct<S extends Shape>(shape: S): Field<ShapeOut<S>, ShapeIn<S>, false> {
  return field({ kind: 'struct', fields: namedFields(shape) });
}

export function array<Out, In>(element: Field<Out, In, boolean>): Field<Out[], readonly In[], false>;
export function array<S extends Shape>(shape: S): Field<ShapeOut<S>[], readonly ShapeIn<S>[], false>;
export function array(elementOrShape: AnyField | Shape): AnyField {
  const element = elementOrShape instanceof Field ? elementOrShape : struct(elementOrShape);
  return field({ kind: 'array', element: element.spec });
}

/** Null is legal in every version, and stands for an absent field unless the inner type names another default. */
export function nullable<Out, In>(inner: Field<Out, In, boolean>): Field<Out | null, In | null, true> {
  return new Field({ ...inner.spec, nullableSince: 0, default: inner.spec.default ?? null, omittable: true });
}

/**
 * Null is legal from `version` on. Below it, encoding null gives the empty string or array, which is what Kafka's older
 * versions use in its place.
 */
export function nullableSince<Out, In, Omittable extends boolean>(
  version: number,
  inner: Field<Out, In, Omittable>,
): Field<Out | null, In | null, Omittable> {
  return new Field({ ...inner.spec, nullableSince: version, default: inner.spec.default ?? null });
}

/** The field exists from `version` on. */
export function since<Out, In, Omittable extends boolean>(
  version: number,
  inner: Field<Out, In, Omittable>,
): Field<Out, In, Omittable> {
  return new Field({ ...inner.spec, since: version });
}

/** The field exists from version `first` to version `last`, both included. */
export function between<Out, In, Omittable extends boolean>(
  first: number,
  last: number,
  inner: Field<Out, In, Omittable>,
): Field<Out, In, Omittable> {
  return new Field({ ...inner.spec, since: first, until: last });
}

/** Travels in the tagged section of flexible versions (KIP-482), and only when it differs from its default. */
export function tagged<Out, In>(tag: number, inner: Field<Out, In, boolean>): Field<Out, In, true> {
  return new Field({ ...inner.spec, tag, omittable: true });
}

/** Encoding may leave the field out and sends the zero of its type: an empty array, say. */
export function optional<Out, In>(inner: Field<Out, In, boolean>): Field<Out, In, true> {
  return new Field({ ...inner.spec, omittable: true });
}

export function neverCompact<Out, In, Omittable extends boolean>(
  inner: Field<Out, In, Omittable>,
): Field<Out, In, Omittable> {
  return new Field({ ...inner.spec, neverCompact: true });
}

export function isFixed(kind: TypeSpec['kind']): kind is FixedKind {
  return kind !== 'array' && kind !== 'struct' && kind !== 'string' && kind !== 'bytes' && kind !== 'records';
}

export function namedFields(shape: Shape): NamedFieldSpec[] {
  return Object.entries(shape).map(([name, { spec }]) => ({ ...spec, name }));
}
