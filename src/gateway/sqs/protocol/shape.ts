/**
 * The vocabulary that operations are declared in. A shape says how a value looks in JSON and in Query at once; TypeScript
 * infers from it what decoding gives (`Decoded`) and what encoding takes (`Encodable`).
 *
 * Lists and maps are flattened in Query: each has the name that its entries have there, which is the name of its elements in
 * XML too. A structure's members are optional unless they say otherwise. Decoding gives an object that always has the same
 * members, in the order of the declaration.
 */

export interface ListSpec {
  readonly kind: 'list';
  readonly queryName: string;
  readonly element: ShapeSpec;
  /** The entries of a batch: more of them than a batch may have are refused before any is looked at. */
  readonly batch: boolean;
}

export interface MapSpec {
  readonly kind: 'map';
  readonly queryName: string;
  readonly keyName: string;
  readonly valueName: string;
  readonly value: ShapeSpec;
}

export interface StructureSpec {
  readonly kind: 'structure';
  readonly members: readonly MemberSpec[];
}

export type ScalarKind = 'string' | 'integer' | 'long' | 'boolean' | 'blob';
export type ShapeSpec = { readonly kind: ScalarKind } | ListSpec | MapSpec | StructureSpec;

/** `orEmpty`: absent is the empty string; the rules of the operation say what that means. */
export type Presence = 'optional' | 'required' | 'orEmpty';

export interface MemberSpec {
  readonly name: string;
  readonly presence: Presence;
  /** What the error calls it when it is missing. */
  readonly missingName: string;
  readonly shape: ShapeSpec;
}

declare const types: unique symbol;

/** @public Declarations of the operations name it. */
export class Shape<Decoded, Encodable = Decoded, P extends Presence = Presence> {
  declare readonly [types]: { readonly decoded: Decoded; readonly encodable: Encodable; readonly presence: P };

  constructor(
    readonly spec: ShapeSpec,
    readonly presence: P,
    readonly missingName?: string,
  ) {}
}

type AnyShape = Shape<unknown, unknown>;
export type Members = { readonly [name: string]: AnyShape };

type PresenceOf<S extends AnyShape> = S[typeof types]['presence'];
type OptionalNames<M extends Members> = { [K in keyof M]: PresenceOf<M[K]> extends 'optional' ? K : never }[keyof M];
type Flat<T> = { readonly [K in keyof T]: T[K] };

export type DecodedOf<S extends AnyShape> = S[typeof types]['decoded'];
export type EncodableOf<S extends AnyShape> = S[typeof types]['encodable'];

export type DecodedMembers<M extends Members> = Flat<{
  [K in keyof M]: K extends OptionalNames<M> ? DecodedOf<M[K]> | undefined : DecodedOf<M[K]>;
}>;
export type EncodableMembers<M extends Members> = Flat<
  { [K in Exclude<keyof M, OptionalNames<M>>]: EncodableOf<M[K]> } & {
    [K in OptionalNames<M>]?: EncodableOf<M[K]> | undefined;
  }
>;

type Optional<Decoded, Encodable = Decoded> = Shape<Decoded, Encodable, 'optional'>;

export const string = (): Optional<string> => new Shape({ kind: 'string' }, 'optional');
/** 32 bits, signed. */
export const integer = (): Optional<number> => new Shape({ kind: 'integer' }, 'optional');
/** A safe integer. */
export const long = (): Optional<number> => new Shape({ kind: 'long' }, 'optional');
export const boolean = (): Optional<boolean> => new Shape({ kind: 'boolean' }, 'optional');
/** Base64 in both protocols. */
export const blob = (): Optional<Buffer> => new Shape({ kind: 'blob' }, 'optional');

export function list<D, E>(queryName: string, element: Optional<D, E>): Optional<readonly D[], readonly E[]> {
  return new Shape({ kind: 'list', queryName, element: element.spec, batch: false }, 'optional');
}

/** The entries of a batch request. */
export function batch<D, E>(queryName: string, element: Optional<D, E>): Optional<readonly D[], readonly E[]> {
  return new Shape({ kind: 'list', queryName, element: element.spec, batch: true }, 'optional');
}

/** Query: `queryName.1.keyName=..&queryName.1.valueName=..`. A name that comes twice has its last value. */
export function map<D, E>(
  queryName: string,
  [keyName, valueName]: readonly [string, string],
  value: Optional<D, E>,
): Optional<ReadonlyMap<string, D>, ReadonlyMap<string, E>> {
  return new Shape({ kind: 'map', queryName, keyName, valueName, value: value.spec }, 'optional');
}

export function structure<M extends Members>(members: M): Optional<DecodedMembers<M>, EncodableMembers<M>> {
  return new Shape({ kind: 'structure', members: memberSpecs(members) }, 'optional');
}

/** Decoding refuses its absence, and the empty string. */
export function required<D, E>(shape: Optional<D, E>, missingName?: string): Shape<D, E, 'required'> {
  return new Shape(shape.spec, 'required', missingName);
}

export function orEmpty(shape: Optional<string>): Shape<string, string, 'orEmpty'> {
  return new Shape(shape.spec, 'orEmpty');
}

function memberSpecs(members: Members): MemberSpec[] {
  return Object.entries(members).map(([name, { spec, presence, missingName }]) => {
    return { name, presence, missingName: missingName ?? name, shape: spec };
  });
}

/** What a member is called in Query and XML. */
export function queryNameOf(member: MemberSpec): string {
  const { shape } = member;
  return shape.kind === 'list' || shape.kind === 'map' ? shape.queryName : member.name;
}
