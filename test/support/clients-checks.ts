/**
 * Turns a client program into subtests. Such a program takes a bootstrap address and writes one JSON line per check,
 * `{"check": name, "ok": boolean, "ms": number, "detail": text}`, then `{"done": count}`. A program that ends without
 * the last line has crashed, and fails whatever its checks said.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { ClientProcess } from './clients-process.ts';

type CheckLine = { readonly check: string; readonly ok: boolean; readonly ms: number; readonly detail?: string };
type DoneLine = { readonly done: number };
type PleaseLine = { readonly please: string };

export type CheckProgram = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeLimitMs: number;
  /** What to do when the program says `{"please": word}`, for what it cannot do itself. */
  readonly please?: Readonly<Record<string, () => Promise<void>>>;
};

export async function runChecks(t: TestContext, program: CheckProgram): Promise<void> {
  const { command, args, env = {}, timeLimitMs, please = {} } = program;
  const client = new ClientProcess(command, args, { env: { ...env }, timeLimitMs });
  let count = 0;
  let done: number | undefined;
  for await (const line of client.eachLine()) {
    const report = parseReport(line);
    if (report === undefined) continue;
    if ('please' in report) {
      await please[report.please]?.();
      continue;
    }
    if ('done' in report) {
      done = report.done;
      continue;
    }
    count += 1;
    await t.test(`${report.check} (${report.ms} ms)`, () => {
      assert.ok(report.ok, report.detail ?? 'the check failed without saying why');
    });
  }
  await client.exited;
  assert.ok(count > 0 && done === count, `${count} checks reported, ${done} announced: ${client.describe()}`);
}

function parseReport(line: string): CheckLine | DoneLine | PleaseLine | undefined {
  if (!/^\{"(check|done|please)":/.test(line)) return undefined;
  return JSON.parse(line) as CheckLine | DoneLine | PleaseLine;
}
