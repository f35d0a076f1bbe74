/**
 * Regular expressions that people set and strangers' names are tested against: permissions and policies. A test asks only
 * whether there is a match anywhere, and takes time in proportion to the pattern and to the text, so no name makes a node
 * stand still. `parser.ts` says what may be written.
 */
import { parsePattern } from './parser.ts';
import { compileProgram } from './program.ts';
import { Scan } from './scan.ts';
import { PatternError } from './syntax.ts';

/** In characters. */
const PATTERN_LENGTH_MAX = 1024;

export class Pattern {
  readonly source: string;
  readonly #scan: Scan;

  /** @throws PatternError */
  constructor(source: string) {
    if (source.length > PATTERN_LENGTH_MAX)
      throw new PatternError(`it is longer than ${PATTERN_LENGTH_MAX} characters`);
    this.source = source;
    this.#scan = new Scan(compileProgram(parsePattern(source)));
  }

  test(text: string): boolean {
    return this.#scan.found(codePointsOf(text));
  }

  /** `text` as a pattern that matches nothing else. */
  static escape(text: string): string {
    return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
}

function codePointsOf(text: string): number[] {
  const codePoints: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const codePoint = text.codePointAt(i) ?? 0;
    if (codePoint > 0xffff) i += 1;
    codePoints.push(codePoint);
  }
  return codePoints;
}
