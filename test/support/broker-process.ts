/**
 * Trilog as a process of its own, for tests with real clients, crash tests and the benchmark. Runs `dist/main.js` when it
 * is built, the sources otherwise, on 127.0.0.1 with a free port and a data folder of its own unless told. `kill9` is the
 * crash; the data folder outlives it, so the same folder can be started again. `stop` removes a folder that was made here.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type Exit, freePort, waitForPort } from './child.ts';
import { repositoryRoot } from './java.ts';

export interface TrilogOptions {
  /** More flags for Trilog, such as `['--fsync', 'never']`. */
  readonly args?: readonly string[];
  /** Flags for node itself, such as `['--cpu-prof']`. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Record<string, string>;
  readonly port?: number;
  readonly amqpPort?: number;
  readonly sqsPort?: number;
  /** Left out: the management API is off. */
  readonly managementPort?: number;
  readonly dataDir?: string;
  /** What to run: the built program, the sources through tsx, or whichever is there (built first). */
  readonly entry?: 'built' | 'source' | 'any';
  /** False returns as soon as the process is started, for measuring the start. */
  readonly wait?: boolean;
}

export interface TrilogProcess {
  readonly name: 'trilog';
  readonly bootstrap: string;
  readonly port: number;
  readonly amqpPort: number;
  readonly sqsPort: number;
  readonly pid: number;
  readonly dataDir: string;
  /** `performance.now()` of this process when the broker's was spawned. */
  readonly spawnedAtMs: number;
  readonly exited: Promise<Exit>;
  output(): string;
  /** SIGTERM, and SIGKILL when that is not enough after 15 s. */
  stop(): Promise<Exit>;
  /** SIGKILL; keeps the data folder. */
  kill9(): Promise<Exit>;
}

const startTimeoutMs = 30_000;
const stopGraceMs = 15_000;
const startAttempts = 3;
const built = join(repositoryRoot, 'dist', 'main.js');
const source = join(repositoryRoot, 'src', 'main.ts');

function entryArgs(entry: TrilogOptions['entry']): readonly string[] {
  const useBuilt = entry === 'built' || (entry !== 'source' && existsSync(built));
  return useBuilt ? [built] : ['--import', 'tsx', source];
}

function managementArgs(port: number | undefined): readonly string[] {
  return port === undefined ? ['--management', 'false'] : ['--management-port', String(port)];
}

async function startOnce(
  options: TrilogOptions,
  dataDir: string,
): Promise<{ child: Child; port: number; amqpPort: number; sqsPort: number }> {
  const port = options.port ?? (await freePort());
  const amqpPort = options.amqpPort ?? (await freePort());
  const sqsPort = options.sqsPort ?? (await freePort());
  const child = new Child(
    'trilog',
    process.execPath,
    [
      ...(options.nodeArgs ?? []),
      ...entryArgs(options.entry),
      '--data-dir',
      dataDir,
      '--kafka-port',
      String(port),
      '--amqp-port',
      String(amqpPort),
      '--sqs-port',
      String(sqsPort),
      ...managementArgs(options.managementPort),
      ...(options.args ?? []),
    ],
    { cwd: repositoryRoot, ...(options.env === undefined ? {} : { env: options.env }) },
  );
  if (options.wait !== false) {
    const ports = [port, amqpPort, sqsPort, ...(options.managementPort === undefined ? [] : [options.managementPort])];
    for (const each of ports) await waitForPort(child, each, startTimeoutMs);
  }
  return { child, port, amqpPort, sqsPort };
}

export async function startTrilog(options: TrilogOptions = {}): Promise<TrilogProcess> {
  const owned = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'trilog-data-')));
  for (let attempt = 1; ; attempt++) {
    try {
      const { child, port, amqpPort, sqsPort } = await startOnce(options, dataDir);
      return {
        name: 'trilog',
        bootstrap: `127.0.0.1:${port}`,
        port,
        amqpPort,
        sqsPort,
        pid: child.pid,
        dataDir,
        spawnedAtMs: child.spawnedAtMs,
        exited: child.exited,
        output: () => child.output,
        stop: async () => {
          const exit = await child.stop(stopGraceMs);
          if (owned) await rm(dataDir, { recursive: true, force: true });
          return exit;
        },
        kill9: () => child.kill9(),
      };
    } catch (error) {
      // Only a port that was lost to another process in between is worth another attempt.
      const portLost =
        (options.port === undefined || options.amqpPort === undefined || options.sqsPort === undefined) &&
        /EADDRINUSE|port \d+ is/i.test(String(error));
      if (portLost && attempt < startAttempts) continue;
      if (owned) await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }
}
