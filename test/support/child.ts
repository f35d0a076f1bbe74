/**
 * Child processes of tests and benchmarks: started, watched, and ended by their own process id, never by name.
 * Every wait has a limit. A child that outlives its parent's normal end or SIGINT/SIGTERM is killed with it; only a
 * SIGKILL of the parent can leave one behind. The last part of a child's output is kept for error messages.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, connect as netConnect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const outputCharsMax = 64 * 1024;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Record<string, string>;
  readonly input?: string;
}

const living = new Set<ChildProcess>();
let hooked = false;

/** A signal must end the children as well: they are not in a group of their own that a terminal would reach. */
function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const child of living) child.kill('SIGKILL');
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}

/** One started process. */
export class Child {
  readonly pid: number;
  /** `performance.now()` of this process when the child was spawned. */
  readonly spawnedAtMs: number;
  /** Settles when the process has ended, however it did. */
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  #output = '';
  readonly #process: ChildProcess;

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    options: ChildOptions = {},
  ) {
    hookExit();
    this.spawnedAtMs = performance.now();
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.pid = child.pid ?? -1;
    living.add(child);
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', this.#keep);
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit) => {
        if (this.exit !== undefined) return;
        this.exit = exit;
        living.delete(child);
        resolve(exit);
      };
      child.once('error', (error) => {
        this.#keep(`${error.message}\n`);
        ended({ code: 127, signal: null });
      });
      child.once('close', (code, signal) => ended({ code, signal }));
    });
  }

  readonly #keep = (text: string) => {
    this.#output = (this.#output + text).slice(-outputCharsMax);
  };

  /** Standard output and standard error as they came, the last 64 Ki characters. */
  get output(): string {
    return this.#output;
  }

  onStdout(listener: (text: string) => void): void {
    this.#process.stdout?.on('data', listener);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.exit === undefined) this.#process.kill(signal);
  }

  /** Asks with SIGTERM, insists with SIGKILL after `graceMs`. */
  async stop(graceMs: number): Promise<Exit> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  async kill9(): Promise<Exit> {
    this.signal('SIGKILL');
    return this.exited;
  }
}

export interface RunResult extends Exit {
  readonly stdout: string;
  readonly output: string;
}

/** Runs a command to its end; throws when it takes longer than `timeoutMs`. A non-zero code is the caller's to judge. */
export async function run(
  command: string,
  args: readonly string[],
  options: ChildOptions & { readonly timeoutMs: number; readonly name?: string },
): Promise<RunResult> {
  const child = new Child(options.name ?? command, command, args, options);
  let stdout = '';
  child.onStdout((text) => {
    stdout += text;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.signal('SIGKILL');
  }, options.timeoutMs);
  const exit = await child.exited;
  clearTimeout(timer);
  if (late)
    throw new Error(`${child.name} took longer than ${options.timeoutMs} ms; its output ends:\n${child.output}`);
  return { ...exit, stdout, output: child.output };
}

/** A port that was free a moment ago. Another process may take it first, so starters retry. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = netConnect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Waits until `child` accepts connections on `port`; throws with its output when it ends first or takes too long. */
export async function waitForPort(child: Child, port: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await accepts(port))) {
    if (child.exit !== undefined) throw new Error(`${child.name} ended while starting:\n${child.output}`);
    if (performance.now() > deadline) {
      await child.kill9();
      throw new Error(`${child.name} did not listen on ${port} within ${timeoutMs} ms:\n${child.output}`);
    }
    await delay(10);
  }
}
