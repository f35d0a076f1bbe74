/** What the operating system says of this process: for people who look at the node, never for what it does. */
import { availableParallelism } from 'node:os';

export interface SystemFacts {
  readonly pid: number;
  /** Resident. */
  readonly memoryBytes: number;
  readonly processors: number;
  /** Of the program that runs this one, e.g. `Node.js 20.20.2`. */
  readonly runtime: string;
}

export function systemFacts(): SystemFacts {
  return {
    pid: process.pid,
    memoryBytes: process.memoryUsage.rss(),
    processors: availableParallelism(),
    runtime: `Node.js ${process.versions.node}`,
  };
}
