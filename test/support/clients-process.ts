/**
 * A client program as a child process: its output line by line and a time limit. Only the process that was started here
 * is ever signalled, and it never outlives the test.
 */
import { Child, type ChildOptions, type Exit } from './child.ts';

export type ClientOptions = ChildOptions & { readonly timeLimitMs: number };

const LINES_SHOWN_MAX = 40;

export class ClientProcess {
  readonly lines: string[] = [];
  readonly exited: Promise<Exit>;
  isTimedOut = false;
  readonly #child: Child;
  readonly #command: string;
  #rest = '';
  #waiting: (() => void)[] = [];
  #isEnded = false;

  constructor(command: string, args: readonly string[], { timeLimitMs, ...options }: ClientOptions) {
    this.#command = [command, ...args].join(' ');
    this.#child = new Child(command, command, args, options);
    this.#child.onStdout((text) => this.#take(text));
    const limit = setTimeout(() => {
      this.isTimedOut = true;
      this.#child.signal('SIGKILL');
    }, timeLimitMs);
    this.exited = this.#child.exited.then((exit) => {
      clearTimeout(limit);
      this.#isEnded = true;
      this.#take(this.#rest === '' ? '' : '\n');
      return exit;
    });
  }

  /** What a failed assertion shows about this process. */
  describe(): string {
    const how = this.isTimedOut ? ' was killed at its time limit' : '';
    return `${this.#command}${how}; it said:\n${this.#child.output.split('\n').slice(-LINES_SHOWN_MAX).join('\n')}`;
  }

  async kill9(): Promise<void> {
    await this.#child.kill9();
  }

  /** Yields every line from the first on, until the program ends. */
  async *eachLine(): AsyncGenerator<string> {
    for (let index = 0; ; index += 1) {
      while (index >= this.lines.length && !this.#isEnded) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      const line = this.lines[index];
      if (line === undefined) return;
      yield line;
    }
  }

  async waitForLine(matches: (line: string) => boolean): Promise<string> {
    for await (const line of this.eachLine()) {
      if (matches(line)) return line;
    }
    throw new Error(`the awaited line never came: ${this.describe()}`);
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    this.lines.push(...parts);
    const woken = this.#waiting;
    this.#waiting = [];
    for (const wake of woken) wake();
  }
}

/** Runs a program to its end and returns its lines; anything but exit code 0 throws with all that it said. */
export async function runClient(command: string, args: readonly string[], options: ClientOptions): Promise<string[]> {
  const client = new ClientProcess(command, args, options);
  const { code } = await client.exited;
  if (code !== 0 || client.isTimedOut) throw new Error(`exit code ${code}: ${client.describe()}`);
  return client.lines;
}
