/** Compiles the Go conformance programs, each once per checkout and change. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, digestOf } from './clients-lock.ts';
import { runClient } from './clients-process.ts';
import { cacheFolder } from './java.ts';

const BUILD_TIME_LIMIT_MS = 240_000;
const MODULE = join(import.meta.dirname, '../conformance/go');

/** The path of the compiled program of that folder of the module. */
export async function goProgram(name: 'amqp' | 'sqs'): Promise<string> {
  const folder = join(cacheFolder, `go-${name}`);
  const inputs = [...sourcesIn(name), ...sourcesIn('check'), join(MODULE, 'go.sum')].map((path) => readFileSync(path));
  const binary = join(folder, name);
  await buildOnce(folder, digestOf(...inputs), async () => {
    await runClient('go', ['build', '-o', binary, `./${name}`], {
      cwd: MODULE,
      env: { GOFLAGS: '-mod=readonly -buildvcs=false' },
      timeLimitMs: BUILD_TIME_LIMIT_MS,
    });
  });
  return binary;
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(MODULE, folder)).map((name) => join(MODULE, folder, name));
}
