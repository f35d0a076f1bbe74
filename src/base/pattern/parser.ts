/**
 * Reads a regular expression in the dialect that PCRE and ECMAScript share, where they differ as PCRE does: `{` that begins no
 * quantifier and `]` that ends no class are themselves, every escaped sign that is no letter or digit is itself, `(?i)` works.
 *
 * Refuses, because no bounded time can be promised for them or because they would mean another set of matches: back
 * references, recursion, conditions, atomic groups, possessive quantifiers. Whether a quantifier is lazy makes no difference to
 * whether there is a match. `$` is the very end: unlike PCRE's it does not overlook a line feed there.
 */
import {
  ANY,
  ANY_BUT_NEWLINE,
  caseVariants,
  escapedSet,
  posixSet,
  propertySet,
  rangeSet,
  unionSet,
} from './character-set.ts';
import { type CharacterSet, PatternError, type PatternNode, type ZeroWidth } from './syntax.ts';

const NESTING_MAX = 100;
const CODE_POINT_MAX = 0x10ffff;

const ZERO_WIDTHS: Readonly<Record<string, ZeroWidth>> = {
  A: 'start',
  z: 'end',
  Z: 'end',
  b: 'word_boundary',
  B: 'no_word_boundary',
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, e: 27, a: 7 };

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

/** @throws PatternError */
export function parsePattern(text: string): PatternNode {
  return new Parser(text).parse();
}

class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #nesting = 0;
  #flags: Flags = { ignoreCase: false, dotAll: false };

  constructor(text: string) {
    this.#characters = [...text];
  }

  parse(): PatternNode {
    const node = this.#alternatives();
    if (this.#at < this.#characters.length) throw this.#error('a ) closes nothing');
    return node;
  }

  #alternatives(): PatternNode {
    if (this.#nesting > NESTING_MAX) throw this.#error(`groups are nested deeper than ${NESTING_MAX}`);
    const branches = [this.#sequence()];
    while (this.#take('|')) branches.push(this.#sequence());
    return branches.length === 1 && branches[0] !== undefined ? branches[0] : { type: 'either', branches };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next === '|' || next === ')') return { type: 'sequence', parts };
      const atom = this.#atom();
      if (atom !== undefined) parts.push(this.#quantified(atom));
    }
  }

  #quantified(atom: PatternNode): PatternNode {
    const bounds = this.#quantifier();
    if (bounds === undefined) return atom;
    if (!this.#take('?') && this.#take('+')) throw this.#error('possessive quantifiers are not supported');
    return { type: 'repeat', body: atom, ...bounds };
  }

  #quantifier(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    const counted = this.#match(/^\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/);
    if (counted === undefined) return undefined;
    const min = Number(counted[1]);
    const unlimited = counted[2] === undefined ? min : Number.POSITIVE_INFINITY;
    const max = counted[3] === undefined ? unlimited : Number(counted[3]);
    if (min > max) throw this.#error('the numbers of {} are out of order');
    return { min, max };
  }

  /** undefined for what says nothing by itself: flags and comments. */
  #atom(): PatternNode | undefined {
    if (this.#quantifier() !== undefined) throw this.#error('there is nothing to repeat');
    const character = this.#next();
    switch (character) {
      case '.':
        return { type: 'set', set: this.#flags.dotAll ? ANY : ANY_BUT_NEWLINE };
      case '^':
        return { type: 'zero_width', kind: 'start' };
      case '$':
        return { type: 'zero_width', kind: 'end' };
      case '(':
        return this.#group();
      case '[':
        return { type: 'set', set: this.#class() };
      case '\\':
        return this.#escape();
      default:
        return this.#literal(codePointOf(character));
    }
  }

  #literal(codePoint: number): PatternNode {
    if (!this.#flags.ignoreCase) return { type: 'literal', codePoint };
    const variants = caseVariants(codePoint).map((variant) => rangeSet(variant, variant));
    return { type: 'set', set: unionSet(variants, { negated: false, ignoreCase: false }) };
  }

  #group(): PatternNode | undefined {
    if (!this.#take('?')) return this.#rest();
    if (this.#take('#')) return this.#comment();
    const look = this.#match(/^<?[=!]/)?.[0];
    if (look !== undefined) {
      const body = this.#rest();
      return { type: 'look', ahead: !look.startsWith('<'), negated: look.endsWith('!'), body };
    }
    if (this.#take(':') || this.#match(/^(?:P?<\w+>|'\w+')/) !== undefined) return this.#rest();
    return this.#flagged();
  }

  /** Up to the `)` of the group; flags that are set in it end with it. */
  #rest(): PatternNode {
    const outside = this.#flags;
    this.#nesting += 1;
    const node = this.#alternatives();
    this.#nesting -= 1;
    this.#flags = outside;
    if (!this.#take(')')) throw this.#error('a ( is not closed');
    return node;
  }

  #comment(): undefined {
    while (this.#next() !== ')');
  }

  /** `(?i)` holds up to the end of the group around it, `(?i:…)` inside. */
  #flagged(): PatternNode | undefined {
    const outside = this.#flags;
    const flags = this.#match(/^([is]*)(?:-([is]+))?([:)])/);
    if (flags === undefined) throw this.#error('this kind of group is not supported');
    const [, on = '', off = '', end] = flags;
    const flag = (letter: string, before: boolean) => !off.includes(letter) && (on.includes(letter) || before);
    this.#flags = { ignoreCase: flag('i', outside.ignoreCase), dotAll: flag('s', outside.dotAll) };
    if (end === ')') return undefined;
    const node = this.#rest();
    this.#flags = outside;
    return node;
  }

  #escape(): PatternNode {
    const letter = this.#peek() ?? '';
    if (Object.hasOwn(ZERO_WIDTHS, letter)) {
      this.#at += 1;
      return { type: 'zero_width', kind: ZERO_WIDTHS[letter] ?? 'start' };
    }
    const escaped = this.#escaped();
    return typeof escaped === 'number' ? this.#literal(escaped) : { type: 'set', set: escaped };
  }

  /** What an escape means both inside a class and outside: one character, or a set. */
  #escaped(): CharacterSet | number {
    const letter = this.#next();
    const set = escapedSet(letter);
    if (set !== undefined) return set;
    if (letter === 'p' || letter === 'P') return this.#property(letter === 'P');
    if (Object.hasOwn(CONTROLS, letter)) return CONTROLS[letter] ?? 0;
    if (letter === 'x' || letter === 'u') return this.#hexadecimal(letter);
    if (/[0-9kg]/.test(letter)) throw this.#error('back references and octal numbers are not supported');
    if (/[a-zA-Z]/.test(letter)) throw this.#error(`\\${letter} is not supported`);
    return codePointOf(letter);
  }

  #property(negated: boolean): CharacterSet {
    const name = this.#match(/^(?:\{(\^)?([^}]+)\}|([A-Z]))/);
    if (name === undefined) throw this.#error('\\p needs the name of a property in {}');
    return propertySet(name[2] ?? name[3] ?? '', negated !== (name[1] !== undefined));
  }

  #hexadecimal(letter: 'x' | 'u'): number {
    const digits = this.#match(
      letter === 'x' ? /^(?:\{([\da-f]{1,6})\}|([\da-f]{2}))/i : /^(?:\{([\da-f]{1,6})\}|([\da-f]{4}))/i,
    );
    const codePoint = Number.parseInt(digits?.[1] ?? digits?.[2] ?? '', 16);
    if (!(codePoint <= CODE_POINT_MAX)) throw this.#error(`\\${letter} needs the number of a character`);
    return codePoint;
  }

  #class(): CharacterSet {
    const negated = this.#take('^');
    const sets: CharacterSet[] = [];
    // A ] that comes first is a member.
    do sets.push(this.#classRange());
    while (this.#peek() !== ']');
    this.#at += 1;
    return unionSet(sets, { negated, ignoreCase: this.#flags.ignoreCase });
  }

  #classRange(): CharacterSet {
    const first = this.#classMember();
    if (typeof first !== 'number') return first;
    const dash = this.#peek() === '-' && this.#characters[this.#at + 1] !== ']';
    if (!dash) return rangeSet(first, first);
    this.#at += 1;
    const last = this.#classMember();
    if (typeof last !== 'number' || last < first) throw this.#error('a range of a class is out of order');
    return rangeSet(first, last);
  }

  #classMember(): CharacterSet | number {
    const posix = this.#match(/^\[:(\^?\w+):\]/);
    if (posix !== undefined) return posixSet(posix[1] ?? '');
    const character = this.#peek() === undefined ? undefined : this.#next();
    if (character === undefined) throw this.#error('a [ is not closed');
    if (character !== '\\') return codePointOf(character);
    return this.#take('b') ? 8 : this.#escaped();
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string {
    const character = this.#characters[this.#at];
    if (character === undefined) throw this.#error('it ends too early');
    this.#at += 1;
    return character;
  }

  #take(character: string): boolean {
    if (this.#characters[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Takes what `expression`, which begins with ^ and takes ASCII only, finds here. */
  #match(expression: RegExp): RegExpExecArray | undefined {
    const found = expression.exec(this.#characters.slice(this.#at, this.#at + 64).join(''));
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }

  #error(what: string): PatternError {
    return new PatternError(`${what} (at character ${this.#at})`);
  }
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
