/**
 * A pattern as states of a nondeterministic automaton (Thompson's construction), in arrays. A program reads its text in one
 * direction: forwards for the pattern itself and for what looks behind, backwards for what looks ahead, so that one scan
 * answers for every place of the text. What is looked at is a program of its own.
 *
 * Refuses what would have more states than `STATES_MAX`: counted repetitions are written out.
 */
import { unreachable } from '../assert.ts';
import { type CharacterSet, type Look, PatternError, type PatternNode } from './syntax.ts';

const STATES_MAX = 1200;

/** Steps of the construction, those that make no state included: `(((a{0}){999}){999}){999}` makes none. */
const STEPS_MAX = 10 * STATES_MAX;

/** What a state does before it goes on; its argument is named in brackets. */
export const Operation = {
  match: 0,
  /** Reads one character [code point]. */
  literal: 1,
  /** Reads a character of a set [index in `sets`]. */
  set: 2,
  /** Goes on here and there [another state]. */
  split: 3,
  start: 4,
  end: 5,
  word_boundary: 6,
  no_word_boundary: 7,
  /** [index in `looks`] */
  look: 8,
} as const;
export type Operation = (typeof Operation)[keyof typeof Operation];

/** The state that every program ends in. */
export const MATCH_STATE = 0;

export interface Program {
  readonly backwards: boolean;
  readonly start: number;
  /** By state. */
  readonly operations: Uint8Array;
  readonly nexts: Uint16Array;
  readonly arguments: Uint32Array;
  readonly sets: readonly CharacterSet[];
  readonly looks: readonly { readonly negated: boolean; readonly program: Program }[];
}

interface State {
  readonly operation: Operation;
  next: number;
  readonly argument: number;
}

/** @throws PatternError */
export function compileProgram(node: PatternNode): Program {
  return new Compiler(false, { states: STATES_MAX, steps: STEPS_MAX }).compile(node);
}

class Compiler {
  readonly #backwards: boolean;
  /** What is left, for this program and those it looks with. */
  readonly #budget: { states: number; steps: number };
  readonly #states: State[] = [{ operation: Operation.match, next: MATCH_STATE, argument: 0 }];
  readonly #sets: CharacterSet[] = [];
  readonly #looks: { negated: boolean; program: Program }[] = [];

  constructor(backwards: boolean, budget: { states: number; steps: number }) {
    this.#backwards = backwards;
    this.#budget = budget;
  }

  compile(node: PatternNode): Program {
    const start = this.#node(node, MATCH_STATE);
    return {
      backwards: this.#backwards,
      start,
      operations: Uint8Array.from(this.#states, (state) => state.operation),
      nexts: Uint16Array.from(this.#states, (state) => state.next),
      arguments: Uint32Array.from(this.#states, (state) => state.argument),
      sets: this.#sets,
      looks: this.#looks,
    };
  }

  /** The state from which `node` is read, to go on at `next`. */
  #node(node: PatternNode, next: number): number {
    this.#step();
    switch (node.type) {
      case 'literal':
        return this.#add(Operation.literal, next, node.codePoint);
      case 'set':
        return this.#add(Operation.set, next, this.#sets.push(node.set) - 1);
      case 'zero_width':
        return this.#add(Operation[node.kind], next);
      case 'look':
        return this.#look(node, next);
      case 'sequence':
        return this.#backwards
          ? node.parts.reduce((after, part) => this.#node(part, after), next)
          : node.parts.reduceRight((after, part) => this.#node(part, after), next);
      case 'either':
        return node.branches
          .map((branch) => this.#node(branch, next))
          .reduce((first, other) => this.#add(Operation.split, first, other));
      case 'repeat':
        return this.#repeat(node.body, node.min, node.max, next);
      default:
        return unreachable(node);
    }
  }

  #repeat(body: PatternNode, min: number, max: number, next: number): number {
    const endless = max === Number.POSITIVE_INFINITY;
    let at = endless ? this.#star(body, next) : next;
    for (let i = 0; !endless && i < max - min; i += 1) at = this.#add(Operation.split, this.#node(body, at), next);
    for (let i = 0; i < min; i += 1) at = this.#node(body, at);
    return at;
  }

  #star(body: PatternNode, next: number): number {
    const at = this.#add(Operation.split, next, next);
    const state = this.#states[at];
    const into = this.#node(body, at);
    if (state !== undefined) state.next = into;
    return at;
  }

  /** Looking ahead from a place means: there is an end from which the body, read backwards, comes to that place. */
  #look({ ahead, negated, body }: Look, next: number): number {
    const program = new Compiler(ahead, this.#budget).compile(body);
    return this.#add(Operation.look, next, this.#looks.push({ negated, program }) - 1);
  }

  #add(operation: Operation, next: number, argument = 0): number {
    this.#budget.states -= 1;
    if (this.#budget.states < 0) throw new PatternError(`it needs more than ${STATES_MAX} states`);
    return this.#states.push({ operation, next, argument }) - 1;
  }

  #step(): void {
    this.#budget.steps -= 1;
    if (this.#budget.steps < 0) throw new PatternError('its repetitions repeat each other too often');
  }
}
