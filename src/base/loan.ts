/**
 * A loan is the list of pieces of memory of which somebody carries slices: from reading them to the moment when the last
 * byte of an answer has left. Then, and only then, their owner may use them for something else. A loan that is never
 * ended costs memory that is not used again and is collected as garbage in the end; it does no other harm.
 */

/** Memory that goes to other uses when nobody holds it. */
export interface Lendable {
  hold(): void;
  release(): void;
}

export class Loan {
  #lent: Lendable[] = [];

  get isEmpty(): boolean {
    return this.#lent.length === 0;
  }

  add(memory: Lendable): void {
    if (this.#lent.at(-1) === memory) return;
    memory.hold();
    this.#lent.push(memory);
  }

  /** Nothing that was read with this loan is looked at any more. */
  end(): void {
    const lent = this.#lent;
    this.#lent = [];
    for (const memory of lent) memory.release();
  }
}
