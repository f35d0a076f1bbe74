/**
 * The vocabulary that methods are declared in. An `Argument` is a type on the wire; TypeScript infers from it what decoding
 * gives (`Out`) and whether encoding may leave it out (`Omittable`: it has a default). Reserved arguments are skipped when
 * decoding and sent as their default. Bits that follow each other share an octet (AMQP 0-9-1 §4.2.5.2).
 */
import { EMPTY_TABLE, type FieldTable } from '../../../message/field-table.ts';

export type ArgumentKind =
  | 'octet'
  | 'short'
  | 'long'
  | 'longlong'
  | 'shortstr'
  | 'longstr'
  | 'opaque'
  | 'table'
  | 'bit';

export interface ArgumentSpec {
  readonly kind: ArgumentKind;
  /** Undefined: encoding must be given a value. */
  readonly default: unknown;
  readonly reserved: boolean;
}

export interface NamedArgument extends ArgumentSpec {
  readonly name: string;
}

declare const types: unique symbol;

/** @public Declarations of the methods name it. */
export class Argument<T, Omittable extends boolean = boolean, Reserved extends boolean = boolean> {
  declare readonly [types]: { readonly value: T; readonly omittable: Omittable; readonly reserved: Reserved };

  constructor(readonly spec: ArgumentSpec) {}
}

export type AnyArgument = Argument<unknown, boolean, boolean>;
export type Shape = { readonly [name: string]: AnyArgument };

type Keys<S extends Shape, P> = { [K in keyof S]: S[K][typeof types] extends P ? K : never }[keyof S];
type Flat<T> = { readonly [K in keyof T]: T[K] };
type Value<A extends AnyArgument> = A[typeof types]['value'];

/** What decoding gives. */
export type ShapeOut<S extends Shape> = Flat<{ [K in Keys<S, { reserved: false }>]: Value<S[K]> }>;
/** What encoding takes. */
export type ShapeIn<S extends Shape> = Flat<
  { [K in Keys<S, { reserved: false; omittable: false }>]: Value<S[K]> } & {
    [K in Keys<S, { reserved: false; omittable: true }>]?: Value<S[K]> | undefined;
  }
>;

interface ArgumentConstructor<T> {
  (): Argument<T, false, false>;
  /** Encoding may leave it out and sends the default. */
  (defaultValue: T): Argument<T, true, false>;
}

function argument<T>(kind: ArgumentKind): ArgumentConstructor<T> {
  return ((defaultValue?: T) =>
    new Argument({ kind, default: defaultValue, reserved: false })) as ArgumentConstructor<T>;
}

export const octet = argument<number>('octet');
export const short = argument<number>('short');
export const long = argument<number>('long');
/** A number. Decoding rounds what is beyond 2^53, which no delivery tag of ours equals; encoding refuses it. */
export const longlong = argument<number>('longlong');
/** At most 255 bytes of UTF-8; other bytes are a `DecodeError`. */
export const shortstr = argument<string>('shortstr');
export const longstr = argument<string>('longstr');
/** A long string that need not be text: SASL. Decoding gives a slice. */
export const opaque = argument<Buffer>('opaque');
const tableWithDefault = argument<FieldTable>('table');
export const bit = argument<boolean>('bit');

export function table(): Argument<FieldTable, true, false> {
  return tableWithDefault(EMPTY_TABLE);
}

/** An argument that means nothing any more. */
export function reserved(kind: 'short' | 'shortstr' | 'longstr' | 'bit'): Argument<never, true, true> {
  const value = kind === 'short' ? 0 : kind === 'bit' ? false : '';
  return new Argument({ kind, default: value, reserved: true });
}

export function namedArguments(shape: Shape): NamedArgument[] {
  return Object.entries(shape).map(([name, { spec }]) => ({ ...spec, name }));
}
