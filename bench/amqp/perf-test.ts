/**
 * RabbitMQ's PerfTest, run as its users run it, and the figures it prints once a second. The first third of the seconds is not
 * counted: its virtual machine and the broker's warm up in them. Output that can't be read is an error that quotes it.
 */
import { javaOutput, perfTestJars } from '../../test/support/java.ts';
import { median } from '../measure.ts';

const mainClass = 'com.rabbitmq.perf.PerfTest';
const jvmArgs = ['-server', '-Xmx512M'];
/** Beyond the seconds that the load itself takes: starting, connecting, closing. */
const spareMs = 60_000;
const warmUpShare = 1 / 3;

export interface PerfFigures {
  /** Means over the counted seconds. Undefined without a producer, or without a consumer. */
  readonly sentPerSecond: number | undefined;
  readonly receivedPerSecond: number | undefined;
  /** Medians over the counted seconds of what PerfTest says of each, in milliseconds. */
  readonly latencyP50Ms: number | undefined;
  readonly latencyP99Ms: number | undefined;
  /** Over all seconds. */
  readonly received: number;
  readonly sent: number;
}

interface Second {
  readonly atSeconds: number;
  readonly sent: number | undefined;
  readonly received: number | undefined;
  readonly latencyP50Us: number | undefined;
  readonly latencyP99Us: number | undefined;
}

/** `id: …, time 9.014 s, sent: 5162 msg/s, received: 7416 msg/s, min/median/75th/95th/99th consumer latency: 1/2/3/4/5 µs` */
function secondOf(line: string): Second | undefined {
  const time = /, time ([\d.]+) s, /.exec(line);
  if (time === null) return undefined;
  const rate = (what: string): number | undefined => {
    const found = new RegExp(`${what}: (\\d+) msg/s`).exec(line);
    return found === null ? undefined : Number(found[1]);
  };
  const latency = /consumer latency: (\d+)\/(\d+)\/(\d+)\/(\d+)\/(\d+) µs/.exec(line);
  return {
    atSeconds: Number(time[1]),
    sent: rate('sent'),
    received: rate('received'),
    latencyP50Us: latency === null ? undefined : Number(latency[2]),
    latencyP99Us: latency === null ? undefined : Number(latency[5]),
  };
}

function figuresOf(seconds: readonly Second[]): PerfFigures {
  const total = (of: 'sent' | 'received'): number =>
    seconds.reduce(
      (sum, second, i) => sum + (second[of] ?? 0) * (second.atSeconds - (seconds[i - 1]?.atSeconds ?? 0)),
      0,
    );
  const counted = seconds.slice(Math.floor(seconds.length * warmUpShare));
  const mean = (of: 'sent' | 'received'): number | undefined => {
    if (counted.every((second) => second[of] === undefined)) return undefined;
    return counted.reduce((sum, second) => sum + (second[of] ?? 0), 0) / counted.length;
  };
  const middleMs = (of: 'latencyP50Us' | 'latencyP99Us'): number | undefined => {
    const us = median(counted.map((second) => second[of]).filter((value) => value !== undefined));
    return us === undefined ? undefined : us / 1000;
  };
  return {
    sentPerSecond: mean('sent'),
    receivedPerSecond: mean('received'),
    latencyP50Ms: middleMs('latencyP50Us'),
    latencyP99Ms: middleMs('latencyP99Us'),
    received: total('received'),
    sent: total('sent'),
  };
}

/** @param seconds how long the load may take; PerfTest itself is told by `args` */
export async function perfTest(port: number, args: readonly string[], seconds: number): Promise<PerfFigures> {
  const output = await javaOutput(mainClass, ['-h', `amqp://127.0.0.1:${port}`, ...args], {
    ...{ jvmArgs, jars: await perfTestJars(), timeoutMs: seconds * 1000 + spareMs },
  });
  const parsed = output.split('\n').flatMap((line) => secondOf(line) ?? []);
  if (parsed.length === 0) throw new Error(`no figures in PerfTest's output:\n${output.slice(-2000)}`);
  return figuresOf(parsed);
}
