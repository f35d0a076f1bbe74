/**
 * Runs seeds from the command line: `--seed N [--trace]` replays one, `--from A --count N` goes through many; with
 * `--protocol amqp` or `sqs` those of AMQP or SQS clients. Ends with 1 if any of them failed.
 */
import { parseArgs } from 'node:util';
import { type Outcome, simulate } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    protocol: { type: 'string', default: 'kafka' },
  },
});
const protocol = values.protocol === 'amqp' || values.protocol === 'sqs' ? values.protocol : 'kafka';

function tell({ seed, failure, events, hash, acknowledged, starts }: Outcome): void {
  const verdict = failure === undefined ? 'passed' : `FAILED: ${failure.stack}`;
  const cause = failure?.cause instanceof Error ? `\n  caused by ${failure.cause.stack}` : '';
  const figures = `${events} events, ${acknowledged} records, ${starts} starts, trace ${hash.toString(16)}`;
  process.stdout.write(`seed ${seed} (${figures}) ${verdict}${cause}\n`);
}

let failed = 0;
if (values.seed !== undefined) {
  const print = values.trace ? (line: string) => void process.stdout.write(`${line}\n`) : undefined;
  const outcome = await simulate({ seed: Number(values.seed), protocol, ...(print === undefined ? {} : { print }) });
  tell(outcome);
  if (outcome.failure !== undefined) failed += 1;
} else {
  const from = Number(values.from);
  let events = 0;
  let acknowledged = 0;
  const startedMs = performance.now();
  for (let seed = from; seed < from + Number(values.count); seed += 1) {
    const outcome = await simulate({ seed, protocol });
    events += outcome.events;
    acknowledged += outcome.acknowledged;
    if (outcome.failure === undefined) continue;
    failed += 1;
    tell(outcome);
  }
  const msPerSeed = (performance.now() - startedMs) / Number(values.count);
  process.stdout.write(
    `${values.count} seeds from ${from}: ${failed} failed, ${events} events, ${acknowledged} acknowledged records, ${msPerSeed.toFixed(1)} ms per seed\n`,
  );
}
process.exitCode = failed > 0 ? 1 : 0;
