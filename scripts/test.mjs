/**
 * `npm test`: installs what is missing and runs the test files. `npm test -- codec wal` runs the files whose path contains
 * one of the words. Ends with the list of what was skipped and why.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './lib/prepare.mjs';

const words = process.argv.slice(2);
const files = readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`no test file matches ${words.join(' ')}\n`);
  process.exit(1);
}

ensureInstalled();
// These drive the broker as a process, as it is shipped.
if (files.some((file) => /^test\/(conformance|crash)\//.test(file))) ensureBuilt();

// Its esbuild may only now be there.
const { bundleTests } = await import('./lib/test-bundle.mjs');
const bundle = await bundleTests(files);
// Where real clients are at work they often wait: for a broker to start, for a lease to end. Then another file has the core.
const concurrency = Math.ceil(1.5 * availableParallelism());
const child = spawn(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/lib/skips-reporter.mjs',
    '--test-reporter-destination=stdout',
    ...bundle.files,
  ],
  { cwd: root, stdio: 'inherit' },
);
// Ctrl-C reaches the whole group: wait for the runner to end by itself. SIGTERM reaches only this process.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  bundle.remove();
  process.exit(code ?? 1);
});
