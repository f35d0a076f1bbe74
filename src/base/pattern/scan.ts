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

export class Scan {
  readonly #program: Program;
  readonly #text: readonly number[];
  /** By look of the program: whether it holds at each place. */
  readonly #conditions: readonly Uint8Array[];
  /** By state: 1 + the place at which it was last entered. */
  readonly #entered: Uint32Array;
  readonly #pending: number[] = [];
  /** States that wait for a character. */
  #waiting: States;
  #moving: States;

  constructor(program: Program, text: readonly number[]) {
    const size = program.operations.length;
    this.#program = program;
    this.#text = text;
    this.#entered = new Uint32Array(size);
    this.#waiting = { list: new Uint16Array(size), length: 0 };
    this.#moving = { list: new Uint16Array(size), length: 0 };
    this.#conditions = program.looks.map((look) => {
      const ends = new Scan(look.program, text).#ends();
      return look.negated ? ends.map((end) => 1 - end) : ends;
    });
  }

  /** Whether the program matches anywhere. */
  found(): boolean {
    for (let place = 0; place <= this.#text.length; place += 1) {
      if (this.#arrive(place)) return true;
    }
    return false;
  }

  /** At each place 1 if a match ends there that began there or anywhere before, in the direction of the program. */
  #ends(): Uint8Array {
    const { length } = this.#text;
    const ends = new Uint8Array(length + 1);
    for (let i = 0; i <= length; i += 1) {
      const place = this.#program.backwards ? length - i : i;
      ends[place] = this.#arrive(place) ? 1 : 0;
    }
    return ends;
  }

  /** Moves all states over the character on the way to `place`, and begins anew there. Whether a match ends here. */
  #arrive(place: number): boolean {
    const moving = this.#waiting;
    this.#waiting = this.#moving;
    this.#waiting.length = 0;
    this.#moving = moving;
    const { operations, arguments: args, nexts, sets, start, backwards } = this.#program;
    const codePoint = this.#text[backwards ? place : place - 1] ?? 0;
    for (let i = 0; i < moving.length; i += 1) {
      const state = moving.list[i] ?? 0;
      const argument = args[state] ?? 0;
      const reads = operations[state] === Operation.literal ? argument === codePoint : sets[argument]?.has(codePoint);
      if (reads) this.#enter(nexts[state] ?? 0, place);
    }
    this.#enter(start, place);
    return this.#entered[MATCH_STATE] === place + 1;
  }

  /** Follows everything that needs no character. */
  #enter(first: number, place: number): void {
    const { operations, arguments: args, nexts } = this.#program;
    const entered = this.#entered;
    const pending = this.#pending;
    const waiting = this.#waiting;
    let state: number | undefined = first;
    for (; state !== undefined; state = pending.pop()) {
      if (entered[state] === place + 1) continue;
      entered[state] = place + 1;
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
