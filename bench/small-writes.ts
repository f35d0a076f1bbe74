/**
 * What a synced write to the end of a file waits for, and what zeros that are already there save (`docs/decisions/0008`): `O_DSYNC`
 * writes of several sizes, one after the other, each making the file longer or carrying so many zeros that the next ones go over. Run
 * with `node --import tsx bench/small-writes.ts [FOLDER]`, on the disk that matters and with nothing else at work; microseconds.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from './measure.ts';

const KIB = 1024;
const WRITE_BYTES = [1500, 8000, 40_000];
const ZEROS_KIB = [0, 64, 256, 1024];
const WRITES = 2000;
const ROUNDS = 3;
const HEADER_BYTES = 64;

function run(path: string, writeBytes: number, zeroBytes: number): number[] {
  const { O_CREAT, O_EXCL, O_WRONLY, O_DSYNC } = fs.constants;
  const fd = fs.openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_DSYNC);
  try {
    const bytes = Buffer.alloc(writeBytes, 'x');
    const zeros = Buffer.alloc(zeroBytes);
    fs.writeSync(fd, bytes, 0, HEADER_BYTES, 0);
    const tookUs: number[] = [];
    let end = HEADER_BYTES;
    let filledEnd = 0;
    for (let i = 0; i < WRITES; i++) {
      const position = end;
      end += writeBytes;
      const begun = performance.now();
      if (end <= filledEnd) fs.writevSync(fd, [bytes], position);
      else {
        fs.writevSync(fd, [bytes, zeros], position);
        filledEnd = end + zeroBytes;
      }
      tookUs.push((performance.now() - begun) * 1000);
    }
    return tookUs;
  } finally {
    fs.closeSync(fd);
    fs.unlinkSync(path);
  }
}

const path = join(process.argv[2] ?? tmpdir(), `trilog-small-writes-${process.pid}`);
for (const writeBytes of WRITE_BYTES) {
  const took = new Map(ZEROS_KIB.map((kib) => [kib, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [kib, all] of took) all.push(...run(path, writeBytes, kib * KIB));
  }
  for (const [kib, all] of took) {
    const figures = [all.reduce((sum, us) => sum + us, 0) / all.length, percentile(all, 0.5), percentile(all, 0.99)];
    const [mean, p50, p99] = figures.map((us) => us.toFixed(0).padStart(6));
    process.stdout.write(`${writeBytes} bytes, ${kib} KiB of zeros: mean ${mean}, p50 ${p50}, p99 ${p99}\n`);
  }
}
