/** The repository keeps the house rules. Style that a machine can check is not left to reviewers. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lineCount, newFile, RULES } from './rules.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILE_LINES_MEDIAN_MAX = 150;

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const files = ['src', 'test', 'bench', 'scripts', 'examples']
  .filter((folder) => existsSync(join(ROOT, folder)))
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs)$/.test(entry.name))
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
  .filter((path) => !path.includes('node_modules/'))
  .map((path) => newFile(path, read(path)));

describe('house rules', () => {
  for (const [name, rule] of Object.entries(RULES)) {
    it(name, () => {
      const broken = files.flatMap((file) => rule(file).map((problem) => `${file.path}: ${problem}`));
      assert.deepEqual(broken, []);
    });
  }

  it('most files of src/ are small', () => {
    const lengths = files.filter(({ path }) => path.startsWith('src/')).map(({ text }) => lineCount(text));
    const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;
    assert.ok(median < FILE_LINES_MEDIAN_MAX, `the median is ${median} lines`);
  });
});

describe('the repository', () => {
  it('locks dependencies without the address of a registry', () => {
    assert.doesNotMatch(read('package-lock.json'), /"resolved":/);
  });

  it('shows in the README the very examples that are in examples/', () => {
    const shown = new Map(
      [...read('README.md').matchAll(/`(examples\/[\w.-]+)`[^`]*```\w+\n([\s\S]*?)```/g)].map(([, path, code]) => [
        path,
        code,
      ]),
    );
    const kept = readdirSync(join(ROOT, 'examples')).map((name) => `examples/${name}`);
    assert.deepEqual([...shown.keys()].sort(), kept.sort());
    for (const path of kept) assert.equal(shown.get(path), read(path), path);
  });

  it('has the version of the package at the head of the changelog', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    assert.equal(/^## \[([^\]]+)\]/m.exec(read('CHANGELOG.md'))?.[1], version);
  });
});
