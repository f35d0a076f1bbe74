/**
 * `npm run check`: format, lint, types, layering, dead code, house rules. Two at a time; what passes says so in a word, what
 * fails shows all it had to say.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, root } from './lib/prepare.mjs';

const tidyTests = readdirSync(join(root, 'test/tidy'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/tidy/${name}`);

const folders = ['src', 'test', 'bench', 'scripts'].filter((folder) => existsSync(join(root, folder)));

/** Longest first, so that the last one to end is a short one. */
const CHECKS = [
  ['types', 'tsc', '--noEmit'],
  ['layering', 'depcruise', '--config', '.dependency-cruiser.cjs', ...folders],
  ['house rules', 'tsx', '--test', '--test-reporter=spec', ...tidyTests],
  ['dead code', 'knip'],
  ['format and lint', 'biome', 'check', '--error-on-warnings', '.'],
];

ensureInstalled();
const waiting = [...CHECKS];
const failed = [];
await Promise.all(Array.from({ length: availableParallelism() }, work));
process.stdout.write(failed.length === 0 ? 'Everything passed.\n' : `Failed: ${failed.join(', ')}.\n`);
process.exit(failed.length === 0 ? 0 : 1);

async function work() {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    const [name, tool, ...args] = check;
    const { code, output, seconds } = await runTool(tool, args);
    if (code !== 0) failed.push(name);
    process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${tool}, ${seconds} s)\n`);
    if (code !== 0) process.stdout.write(`${output}\n`);
  }
}

function runTool(tool, args) {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin', tool), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ code: 1, output: error.message, seconds: 0 }));
    child.on('close', (code) => {
      resolve({ code, output, seconds: ((performance.now() - began) / 1000).toFixed(1) });
    });
  });
}
