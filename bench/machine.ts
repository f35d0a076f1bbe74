/** Describes the machine that figures came from, without anything that names it or its owner. */
import { cpus, release, totalmem, type } from 'node:os';
import { tryOutput, tryRead } from './measure.ts';

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

export function describeMachine(folder: string): Machine {
  const filesystem = tryOutput('stat', ['-f', '-c', '%T', folder]) ?? 'unknown file system';
  const java = tryOutput('java', ['--version'])?.split('\n')[0] ?? 'none';
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    disk: filesystem,
    node: process.version,
    java,
    loadAverage: (tryRead('/proc/loadavg') ?? '').split(' ').slice(0, 3).join(' '),
  };
}

export function machineLine(machine: Machine): string {
  const { cpu, cores, memoryGb, system, disk, node, java, loadAverage } = machine;
  return `${cores} × ${cpu}, ${memoryGb} GiB memory, ${disk}, ${system}, Node ${node}, ${java}; load before: ${loadAverage}`;
}
