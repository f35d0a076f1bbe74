/**
 * Runs a program over a text by following all its states at once. The time is at most states × characters, whatever the pattern
 * and the text: nothing is tried twice, so nothing can blow up.
 */
import { WORD_CHARACTERS } from './character-set.ts';
import { MATCH_STATE, Operation, type Program } from './program.ts';

/** Stands for what is before the text and after it. */
const NO_WORD = 0;

/** A list that holds each state at most once. */
interface States {
  readonly list: Uint16Array;
  length: number;
}

/** One program with its working memory, for one text at a time. */
export class Scan {
  readonly #program: Program;
  readonly #looks: readonly { readonly negated: boolean; readonly scan: Scan }[];
  /** By state: the visit at which it was last entered. */
  readonly #entered: Float64Array;
  readonly #pending: number[] = [];
  /** States that wait for a character. */
  #waiting: States;
  #moving: States;
  /** Counts the places that were arrived at, of all texts. */
  #visit = 0;
  #text: readonly number[] = [];
  /** By look of the program: whether it holds at each place. */
  #conditions: readonly Uint8Array[] = [];

  constructor(program: Program) {
    const size = program.operations.length;
    this.#program = program;
    this.#entered = new Float64Array(size);
    this.#waiting = { list: new Uint16Array(size), length: 0 };
    this.#moving = { list: new Uint16Array(size), length: 0 };
    this.#looks = program.looks.map(({ negated, program: looked }) => ({ negated, scan: new Scan(looked) }));
  }

  /** Whether the program matches anywhere. */
  found(text: readonly number[]): boolean {
    this.#begin(text);
    for (let place = 0; place <= text.length; place += 1) {
      if (this.#arrive(place)) return true;
    }
    return false;
  }

  /** At each place 1 if a match ends there that began there or anywhere before, in the direction of the program. */
  #ends(text: readonly number[]): Uint8Array {
    this.#begin(text);
    const ends = new Uint8Array(text.length + 1);
    for (let i = 0; i <= text.length; i += 1) {
      const place = this.#program.backwards ? text.length - i : i;
      ends[place] = this.#arrive(place) ? 1 : 0;
    }
    return ends;
  }

  #begin(text: readonly number[]): void {
    this.#text = text;
    this.#waiting.length = 0;
    this.#conditions = this.#looks.map(({ negated, scan }) => {
      const ends = scan.#ends(text);
      return negated ? ends.map((end) => 1 - end) : ends;
    });
  }

  /** Moves all states over the character on the way to `place`, and begins anew there. Whether a match ends here. */
  #arrive(place: number): boolean {
    const moving = this.#waiting;
    this.#waiting = this.#moving;
    this.#waiting.length = 0;
    this.#moving = moving;
    const { operations, arguments: args, nexts, sets, start, backwards } = this.#program;
    this.#visit += 1;
    const codePoint = this.#text[backwards ? place : place - 1] ?? 0;
    for (let i = 0; i < moving.length; i += 1) {
      const state = moving.list[i] ?? 0;
      const argument = args[state] ?? 0;
      const reads = operations[state] === Operation.literal ? argument === codePoint : sets[argument]?.has(codePoint);
      if (reads) this.#enter(nexts[state] ?? 0, place);
    }
    this.#enter(start, place);
    return this.#entered[MATCH_STATE] === this.#visit;
  }

  /** Follows everything that needs no character. */
  #enter(first: number, place: number): void {
    const { operations, arguments: args, nexts } = this.#program;
    const entered = this.#entered;
    const pending = this.#pending;
    const waiting = this.#waiting;
    const visit = this.#visit;
    let state: number | undefined = first;
    for (; state !== undefined; state = pending.pop()) {
      if (entered[state] === visit) continue;
      entered[state] = visit;
      const operation = operations[state];
      if (operation === Operation.literal || operation === Operation.set) {
        waiting.list[waiting.length] = state;
        waiting.length += 1;
      } else if (operation === Operation.split) {
        pending.push(args[state] ?? 0, nexts[state] ?? 0);
      } else if (operation !== Operation.match && this.#holds(operation, args[state] ?? 0, place)) {
        pending.push(nexts[state] ?? 0);
      }
    }
  }

  #holds(operation: number | undefined, argument: number, place: number): boolean {
    if (operation === Operation.start) return place === 0;
    if (operation === Operation.end) return place === this.#text.length;
    if (operation === Operation.look) return this.#conditions[argument]?.[place] === 1;
    return this.#isBoundary(place) === (operation === Operation.word_boundary);
  }

  #isBoundary(place: number): boolean {
    const before = WORD_CHARACTERS.has(this.#text[place - 1] ?? NO_WORD);
    return before !== WORD_CHARACTERS.has(this.#text[place] ?? NO_WORD);
  }
}
