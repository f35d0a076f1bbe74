/**
 * What the operating system says about a process, and the arithmetic of samples. Linux only (`/proc`): elsewhere the
 * figures are undefined and the report shows a dash.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { run } from '../test/support/child.ts';

const ticksPerSecond = Number(tryOutput('getconf', ['CLK_TCK']) ?? '100');

export function tryOutput(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

export function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** User and system time that all threads of a process have used so far, in seconds. */
export function cpuSeconds(pid: number): number | undefined {
  const stat = tryRead(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15 of the whole line (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export interface Memory {
  readonly residentMb: number;
  readonly peakMb: number;
}

export function memory(pid: number): Memory | undefined {
  const status = tryRead(`/proc/${pid}/status`);
  const kilobytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status ?? '')?.[1]);
  const residentMb = kilobytes('VmRSS') / 1024;
  const peakMb = kilobytes('VmHWM') / 1024;
  return Number.isNaN(residentMb) ? undefined : { residentMb, peakMb };
}

/** Lets the disk finish what one broker left in the page cache, so that the next measurement does not pay for it. */
export async function settleDisk(): Promise<void> {
  await run('sync', [], { timeoutMs: 120_000 });
}

export function median(samples: readonly number[]): number | undefined {
  if (samples.length === 0) return undefined;
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? 0;
  const lower = sorted[(sorted.length - 1) >> 1] ?? 0;
  return (lower + upper) / 2;
}

/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
