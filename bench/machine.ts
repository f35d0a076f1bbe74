/** Describes the machine that figures came from, without anything that names it or its owner. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { median, tryOutput, tryRead } from './measure.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly disk: string;
  readonly node: string;
  readonly java: string;
  readonly loadAverage: string;
}

/** The median time of a small synced append, which bounds the latency of any durable broker on this disk. */
function syncedAppendMs(folder: string): number {
  const file = join(folder, 'synced-append');
  const fd = openSync(file, 'w');
  const bytes = Buffer.alloc(4096, 'x');
  const times: number[] = [];
  for (let index = 0; index < 200; index++) {
    const startMs = performance.now();
    writeSync(fd, bytes);
    fdatasyncSync(fd);
    times.push(performance.now() - startMs);
  }
  closeSync(fd);
  rmSync(file);
  return median(times) ?? Number.NaN;
}

export function describeMachine(folder: string): Machine {
  const filesystem = tryOutput('df', ['--output=fstype', folder])?.split('\n')[1] ?? 'unknown file system';
  const java = tryOutput('java', ['--version'])?.split('\n')[0] ?? 'none';
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    disk: `${filesystem}, append of 4 KiB + fdatasync ${syncedAppendMs(folder).toFixed(2)} ms`,
    node: process.version,
    java,
    loadAverage: (tryRead('/proc/loadavg') ?? '').split(' ').slice(0, 3).join(' '),
  };
}

export function machineLine(machine: Machine): string {
  const { cpu, cores, memoryGb, system, disk, node, java, loadAverage } = machine;
  return `${cores} × ${cpu}, ${memoryGb} GiB memory, ${disk}, ${system}, Node ${node}, ${java}; load before: ${loadAverage}`;
}
