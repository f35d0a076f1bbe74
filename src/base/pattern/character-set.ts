/**
 * Sets of characters: `[a-z]`, `\d`, `.`, `[[:alpha:]]`, `\p{L}`. What is named by a letter or a POSIX name means ASCII, as in
 * PCRE without its Unicode option; only `\p` looks further.
 */
import { type CharacterSet, PatternError } from './syntax.ts';

const ASCII_END = 128;

type Range = readonly [first: number, last: number];

const code = (character: string): number => character.codePointAt(0) ?? 0;
const span = (first: string, last: string): Range => [code(first), code(last)];

const DIGIT = [span('0', '9')];
const UPPER = [span('A', 'Z')];
const LOWER = [span('a', 'z')];
const ALPHA = [...UPPER, ...LOWER];
const WORD = [...ALPHA, ...DIGIT, span('_', '_')];
const SPACE = [span('\t', '\r'), span(' ', ' ')];
const BLANK = [span('\t', '\t'), span(' ', ' ')];

const POSIX: Readonly<Record<string, readonly Range[]>> = {
  alnum: [...ALPHA, ...DIGIT],
  alpha: ALPHA,
  ascii: [[0, 127]],
  blank: BLANK,
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit: DIGIT,
  graph: [[33, 126]],
  lower: LOWER,
  print: [[32, 126]],
  punct: [span('!', '/'), span(':', '@'), span('[', '`'), span('{', '~')],
  space: SPACE,
  upper: UPPER,
  word: WORD,
  xdigit: [...DIGIT, span('A', 'F'), span('a', 'f')],
};

const ESCAPES: Readonly<Record<string, readonly Range[]>> = { d: DIGIT, h: BLANK, s: SPACE, w: WORD };

/** Answers for ASCII from a table, and asks `test` about the rest. */
class TabledSet implements CharacterSet {
  readonly #ascii: Uint8Array;
  readonly #test: (codePoint: number) => boolean;

  constructor(test: (codePoint: number) => boolean) {
    this.#test = test;
    this.#ascii = Uint8Array.from({ length: ASCII_END }, (_, codePoint) => Number(test(codePoint)));
  }

  has(codePoint: number): boolean {
    return codePoint < ASCII_END ? this.#ascii[codePoint] === 1 : this.#test(codePoint);
  }
}

const ofRanges = (ranges: readonly Range[]): CharacterSet => {
  return { has: (codePoint) => ranges.some(([first, last]) => first <= codePoint && codePoint <= last) };
};

export function rangeSet(first: number, last: number): CharacterSet {
  return ofRanges([[first, last]]);
}

/** The set that an escape names (`d`, `W`); undefined if it names none. */
export function escapedSet(letter: string): CharacterSet | undefined {
  const lower = letter.toLowerCase();
  const ranges = Object.hasOwn(ESCAPES, lower) ? ESCAPES[lower] : undefined;
  if (ranges === undefined) return undefined;
  return unionSet([ofRanges(ranges)], { negated: letter !== lower, ignoreCase: false });
}

/** @throws PatternError */
export function posixSet(name: string): CharacterSet {
  const negated = name.startsWith('^');
  const plain = negated ? name.slice(1) : name;
  const ranges = Object.hasOwn(POSIX, plain) ? POSIX[plain] : undefined;
  if (ranges === undefined) throw new PatternError(`there is no class [:${name}:]`);
  return unionSet([ofRanges(ranges)], { negated, ignoreCase: false });
}

/** `\p{property}`, as ECMAScript names properties. @throws PatternError */
export function propertySet(property: string, negated: boolean): CharacterSet {
  if (!/^[\w=]+$/.test(property)) throw new PatternError(`there is no property ${property}`);
  const test = propertyTest(property);
  return unionSet([{ has: (codePoint) => test.test(String.fromCodePoint(codePoint)) }], { negated, ignoreCase: false });
}

function propertyTest(property: string): RegExp {
  try {
    return new RegExp(`^\\p{${property}}$`, 'u');
  } catch {
    throw new PatternError(`there is no property ${property}`);
  }
}

/** All characters that one of the sets has, or none of them if negated. */
export function unionSet(
  sets: readonly CharacterSet[],
  { negated, ignoreCase }: { readonly negated: boolean; readonly ignoreCase: boolean },
): CharacterSet {
  const any = (codePoint: number): boolean => sets.some((set) => set.has(codePoint));
  return new TabledSet((codePoint) => {
    const found = ignoreCase ? caseVariants(codePoint).some(any) : any(codePoint);
    return found !== negated;
  });
}

export const WORD_CHARACTERS = unionSet([ofRanges(WORD)], { negated: false, ignoreCase: false });
export const ANY_BUT_NEWLINE: CharacterSet = { has: (codePoint) => codePoint !== 0x0a };
export const ANY: CharacterSet = { has: () => true };

/** The character itself, in lower and in upper case, where these are single characters. */
export function caseVariants(codePoint: number): number[] {
  const text = String.fromCodePoint(codePoint);
  return [text, text.toLowerCase(), text.toUpperCase()].flatMap((variant) => {
    const [only, more] = variant;
    return only !== undefined && more === undefined ? [code(only)] : [];
  });
}
