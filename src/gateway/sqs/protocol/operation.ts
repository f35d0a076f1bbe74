/** An operation as data: the shapes of its input and output, and the errors that the model names for it. */
import type { ErrorKind } from './errors.ts';
import { type DecodedMembers, type EncodableMembers, type Members, type StructureSpec, structure } from './shape.ts';

declare const types: unique symbol;

/** @public Declarations of the operations name it. */
export class Operation<Input, Output> {
  declare readonly [types]: { readonly input: Input; readonly output: Output };

  constructor(
    readonly input: StructureSpec,
    /** Undefined: the answer says nothing but that it was done. */
    readonly output: StructureSpec | undefined,
    /** Besides those that any request can have: a parameter that is missing or invalid, and what is wrong with the bytes. */
    readonly errors: readonly ErrorKind[],
  ) {}
}

export type AnyOperation = Operation<unknown, unknown>;

/** What decoding a request gives. */
export type InputOf<O extends AnyOperation> = O[typeof types]['input'];
/** What encoding a result takes. */
export type OutputOf<O extends AnyOperation> = O[typeof types]['output'];

export function operation<I extends Members, O extends Members>(declaration: {
  readonly input: I;
  readonly output: O;
  readonly errors: readonly ErrorKind[];
}): Operation<DecodedMembers<I>, EncodableMembers<O>> {
  return new Operation(structureSpec(declaration.input), structureSpec(declaration.output), declaration.errors);
}

/** An operation without output. */
export function command<I extends Members>(declaration: {
  readonly input: I;
  readonly errors: readonly ErrorKind[];
}): Operation<DecodedMembers<I>, undefined> {
  return new Operation(structureSpec(declaration.input), undefined, declaration.errors);
}

function structureSpec(members: Members): StructureSpec {
  return structure(members).spec as StructureSpec;
}

/** Errors that the model names for every operation, and for those that use a queue. */
export const ANY_OPERATION = ['RequestThrottled', 'InvalidAddress', 'InvalidSecurity', 'UnsupportedOperation'] as const;
export const QUEUE_OPERATION = [...ANY_OPERATION, 'QueueDoesNotExist'] as const;
export const KMS_ERRORS = [
  'KmsDisabled',
  'KmsInvalidState',
  'KmsNotFound',
  'KmsOptInRequired',
  'KmsThrottled',
  'KmsAccessDenied',
  'KmsInvalidKeyUsage',
] as const;
