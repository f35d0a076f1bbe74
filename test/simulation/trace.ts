/** What happened in a run, as a rolling hash (FNV-1a), so that two runs can be compared; printed line by line when asked. */
export class Trace {
  #hash = 0x811c9dc5;
  /** How many things happened. */
  count = 0;

  constructor(private readonly print: ((line: string) => void) | undefined = undefined) {}

  get hash(): number {
    return this.#hash >>> 0;
  }

  get isPrinted(): boolean {
    return this.print !== undefined;
  }

  note(what: string, ...numbers: readonly number[]): void {
    this.count += 1;
    for (let i = 0; i < what.length; i += 1) this.#mix(what.charCodeAt(i));
    for (const number of numbers) this.#mix(number);
    this.print?.(`${this.count} ${what} ${numbers.join(' ')}`);
  }

  /** A line for people only. */
  say(line: () => string): void {
    this.print?.(`    ${line()}`);
  }

  #mix(number: number): void {
    this.#hash = Math.imul(this.#hash ^ (number | 0), 0x01000193);
  }
}
