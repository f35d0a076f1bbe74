/**
 * Kafka's own load tools, run as users run them, and the figures they print. Only what a tool reports about itself is
 * taken, so the start of its virtual machine does not count. Each run has a time limit; output that cannot be read is an
 * error that quotes it.
 */
import { javaOutput } from '../test/support/java.ts';

const tools = 'org.apache.kafka.tools';
/** The heap and collector that the `kafka-*-perf-test` scripts give. */
const loadJvmArgs = ['-Xmx512M', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'];
const loadTimeoutMs = 600_000;

export const recordBytes = 1024;

function capture(output: string, pattern: RegExp, what: string): string[] {
  const match = pattern.exec(output);
  if (match === null) throw new Error(`no ${what} in the tool's output:\n${output.slice(-2000)}`);
  return match.slice(1);
}

export async function createTopic(bootstrap: string, topic: string, partitions: number): Promise<void> {
  const place = ['--bootstrap-server', bootstrap, '--create', '--topic', topic];
  const shape = ['--partitions', String(partitions), '--replication-factor', '1'];
  await javaOutput(`${tools}.TopicCommand`, [...place, ...shape], { timeoutMs: 120_000 });
}

export async function deleteTopic(bootstrap: string, topic: string): Promise<void> {
  const args = ['--bootstrap-server', bootstrap, '--delete', '--topic', topic];
  await javaOutput(`${tools}.TopicCommand`, args, { timeoutMs: 120_000 });
}

export interface ProduceFigures {
  /** Over the whole run, the first records of a cold client included. */
  readonly recordsPerSecond: number;
  /** After the first fifth of the records, when the client is warm. */
  readonly steadyRecordsPerSecond: number;
}

export async function produce(bootstrap: string, topic: string, records: number): Promise<ProduceFigures> {
  const args = [
    ...['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', String(records)],
    ...['--record-size', String(recordBytes), '--throughput', '-1', '--warmup-records', String(Math.ceil(records / 5))],
    ...['--command-property', 'acks=all'],
  ];
  const output = await javaOutput(`${tools}.ProducerPerformance`, args, {
    timeoutMs: loadTimeoutMs,
    jvmArgs: loadJvmArgs,
  });
  const [whole] = capture(output, new RegExp(`^${records} records sent, ([\\d.]+) records/sec`, 'm'), 'total');
  const [steady] = capture(output, /steady state records sent, ([\d.]+) records\/sec/, 'steady state');
  return { recordsPerSecond: Number(whole), steadyRecordsPerSecond: Number(steady) };
}

/** Records per second while fetching; joining the group is not counted. */
export async function consume(bootstrap: string, topic: string, records: number): Promise<number> {
  const args = [
    ...['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', String(records)],
    ...['--timeout', '60000', '--hide-header'],
  ];
  const output = await javaOutput(`${tools}.ConsumerPerformance`, args, {
    timeoutMs: loadTimeoutMs,
    jvmArgs: loadJvmArgs,
  });
  // start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
  const line = output.split('\n').find((text) => text.split(',').length === 10);
  const fields = (line ?? '').split(',').map((field) => field.trim());
  if (line === undefined) throw new Error(`no figures in the tool's output:\n${output.slice(-2000)}`);
  if (Number(fields[4]) < records) throw new Error(`consumed ${fields[4]} of ${records} records: ${line}`);
  return Number(fields[9]);
}

export interface LatencyFigures {
  readonly averageMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Kafka's tool rounds percentiles down to whole milliseconds. */
export async function endToEndLatency(bootstrap: string, topic: string, records: number): Promise<LatencyFigures> {
  const args = [
    ...['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', String(records)],
    ...['--producer-acks', 'all', '--record-size', String(recordBytes)],
  ];
  const output = await javaOutput(`${tools}.EndToEndLatency`, args, { timeoutMs: loadTimeoutMs, jvmArgs: loadJvmArgs });
  const [average] = capture(output, /Avg latency: ([\d.]+) ms/, 'average');
  const [p50, p99] = capture(output, /Percentiles: 50th = (\d+), 99th = (\d+)/, 'percentiles');
  return { averageMs: Number(average), p50Ms: Number(p50), p99Ms: Number(p99) };
}
