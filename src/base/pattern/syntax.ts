/** What a pattern says, as a tree. `parser.ts` makes it, `program.ts` takes it apart. */

/** The text is not a pattern, or not one that can be matched in bounded time. The message says where and why. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

export interface CharacterSet {
  /** Whether the code point is in the set. */
  has(codePoint: number): boolean;
}

export type ZeroWidth = 'start' | 'end' | 'word_boundary' | 'no_word_boundary';

export interface Look {
  readonly type: 'look';
  readonly ahead: boolean;
  readonly negated: boolean;
  readonly body: PatternNode;
}

export type PatternNode =
  | { readonly type: 'literal'; readonly codePoint: number }
  | { readonly type: 'set'; readonly set: CharacterSet }
  | { readonly type: 'zero_width'; readonly kind: ZeroWidth }
  | { readonly type: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly type: 'either'; readonly branches: readonly PatternNode[] }
  /** `max` is Infinity where there is none. */
  | { readonly type: 'repeat'; readonly body: PatternNode; readonly min: number; readonly max: number }
  | Look;
