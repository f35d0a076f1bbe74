/** A method as data: its numbers, whether content follows it, its arguments in the order of the wire. */
import { type NamedArgument, namedArguments, type Shape, type ShapeIn, type ShapeOut } from './argument.ts';

declare const types: unique symbol;

/** @public Declarations of the methods name it. */
export class Method<Out, In> {
  declare readonly [types]: { readonly out: Out; readonly in: In };

  constructor(
    readonly classId: number,
    readonly methodId: number,
    readonly hasContent: boolean,
    readonly fields: readonly NamedArgument[],
  ) {}
}

export type AnyMethod = Method<unknown, unknown>;

/** What decoding gives. */
export type OutOf<M extends AnyMethod> = M[typeof types]['out'];
/** What encoding takes. */
export type InOf<M extends AnyMethod> = M[typeof types]['in'];

export function method<S extends Shape>(classId: number, methodId: number, shape: S): Method<ShapeOut<S>, ShapeIn<S>> {
  return new Method(classId, methodId, false, namedArguments(shape));
}

/** A method that a content header and body follow. */
export function contentMethod<S extends Shape>(
  classId: number,
  methodId: number,
  shape: S,
): Method<ShapeOut<S>, ShapeIn<S>> {
  return new Method(classId, methodId, true, namedArguments(shape));
}
