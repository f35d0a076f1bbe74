/**
 * Regular expressions that people set and strangers' names are tested against: permissions and policies. A test asks only
 * whether there is a match anywhere, and takes time in proportion to the pattern and to the text, so no name makes a node
 * stand still. `parser.ts` says what may be written.
 */
import { parsePattern } from './parser.ts';
import { compileProgram, type Program } from './program.ts';
import { Scan } from './scan.ts';
import { PatternError } from './syntax.ts';

/** In characters. */
const PATTERN_LENGTH_MAX = 1024;

export class Pattern {
  readonly source: string;
  readonly #program: Program;

  /** @throws PatternError */
  constructor(source: string) {
    if (source.length > PATTERN_LENGTH_MAX)
      throw new PatternError(`it is longer than ${PATTERN_LENGTH_MAX} characters`);
    this.source = source;
    this.#program = compileProgram(parsePattern(source));
  }

  test(text: string): boolean {
    const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0);
    return new Scan(this.#program, codePoints).found();
  }

  /** `text` as a pattern that matches nothing else. */
  static escape(text: string): string {
    return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
}
