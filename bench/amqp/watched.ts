/** What a load costs the broker's process while it lasts: processor time and memory. */
import type { Broker } from '../brokers.ts';
import { cpuSeconds, median, memory } from '../measure.ts';

const sampleIntervalMs = 500;

export interface Watched<T> {
  readonly result: T;
  readonly cpuSeconds: number | undefined;
  /** Mean of the samples. */
  readonly residentMb: number | undefined;
  /** Of one core: the median of the samples, so that connecting and closing don't count. */
  readonly busyPercent: number | undefined;
}

export async function watched<T>(broker: Broker, load: () => Promise<T>): Promise<Watched<T>> {
  const resident: number[] = [];
  const busy: number[] = [];
  const before = cpuSeconds(broker.pid);
  let last = { cpu: before ?? 0, atMs: performance.now() };
  const timer = setInterval(() => {
    const now = { cpu: cpuSeconds(broker.pid) ?? last.cpu, atMs: performance.now() };
    busy.push(((now.cpu - last.cpu) / (now.atMs - last.atMs)) * 1e5);
    last = now;
    const mb = memory(broker.pid)?.residentMb;
    if (mb !== undefined) resident.push(mb);
  }, sampleIntervalMs);
  try {
    const result = await load();
    const after = cpuSeconds(broker.pid);
    return {
      result,
      cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
      residentMb: resident.length === 0 ? undefined : resident.reduce((sum, mb) => sum + mb, 0) / resident.length,
      busyPercent: median(busy),
    };
  } finally {
    clearInterval(timer);
  }
}
