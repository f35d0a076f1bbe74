/** Every house rule can fail, and lets pass what it should. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newFile, RULES } from './rules.ts';

function broken(rule: string, path: string, text: string): string[] {
  const check = RULES[rule];
  assert.ok(check, rule);
  return check(newFile(path, text));
}

const lines = (count: number) => 'x();\n'.repeat(count);

describe('the rule', () => {
  const cases: [rule: string, path: string, bad: string, problem: RegExp, good: string][] = [
    ['file length', 'test/a.ts', lines(501), /^501 lines, more than 500/, lines(500)],
    ['opening comment', 'src/a.ts', 'export const a = 1;', /no opening comment/, '#!/usr/bin/env node\n/** Why. */\n'],
    [
      'no barrels',
      'src/a/b.ts',
      "\nexport * from './c.ts';",
      /^2: exports from another file/,
      'const c = 1;\nexport { c };',
    ],
    [
      'function length',
      'src/a.ts',
      `const f = () => {\n${lines(69)}};`,
      /^1: a function of 71 lines/,
      `function f() {\n${lines(68)}}`,
    ],
    ['tests without sleeps', 'test/a.ts', 'setTimeout(f, 1);', /^1: setTimeout in a test/, 'clock.setTimer(1, f);'],
    ['no focused tests', 'test/a.ts', "\nit.only('x', f);", /^2: it.only\(: /, "it('x.only(', f);"],
    ['no silenced types', 'src/a.ts', '// @ts-ignore\nx();', /^1: \/\/ @ts-ignore/, "const a = '@ts-ignore';"],
  ];
  for (const [rule, path, bad, problem, good] of cases) {
    it(`${rule} finds what breaks it and nothing else`, () => {
      const found = broken(rule, path, bad);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', problem);
      assert.deepEqual(broken(rule, path, good), []);
    });
  }

  it('file name asks for kebab-case and allows no index', () => {
    for (const name of ['segmentFile.ts', 'segment_file.ts', 'Segment.ts']) {
      assert.equal(broken('file name', `src/${name}`, '').length, 1, name);
    }
    for (const name of ['segment-file.ts', 'crc32c.test.ts', 'crc.property.test.ts', 'start.mjs']) {
      assert.deepEqual(broken('file name', `src/${name}`, ''), [], name);
    }
    assert.match(broken('no barrels', 'src/a/index.ts', '').join(), /an index file/);
  });

  it('tests without sleeps leaves alone the suites that drive other processes', () => {
    assert.deepEqual(broken('tests without sleeps', 'test/conformance/a.ts', 'setTimeout(f, 1);'), []);
  });
});

describe('the rule nothing ambient', () => {
  const banned: [code: string, problem: RegExp][] = [
    ['const t = Date.now();', /^1: Date.now is banned here: use Clock/],
    ['const t = new Date();', /^1: new Date\(\) is banned here: use Clock/],
    ['\nperformance.now();', /^2: performance.now/],
    ['const r = Math.random();', /Math.random is banned here: use Random/],
    ['setTimeout(f, 1);', /setTimeout/],
    ['const later = setImmediate;', /setImmediate/],
    ['globals({ setInterval });', /setInterval/],
    ["console.log('x');", /console is banned here: use Logger/],
    ['if (process.env.NODE_ENV) f();', /process is banned/],
    ["await fetch('x');", /fetch/],
    ["import { readFileSync } from 'node:fs';", /fs is banned here: use the medium/],
    ["import { open } from 'fs/promises';", /fs is banned/],
    ["import type { Socket } from 'node:net';", /net is banned/],
    ["const net = await import('node:net');", /net is banned/],
    ["import { randomUUID as uuid } from 'node:crypto';", /randomUUID is banned here: use Random/],
    ["import crypto from 'node:crypto';", /the whole of node:crypto/],
  ];
  for (const [code, problem] of banned) {
    it(`refuses ${code.trim()}`, () => {
      const found = broken('nothing ambient', 'src/storage/wal.ts', code);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', problem);
    });
  }

  it('lets pass what only looks alike', () => {
    const code = `// Date.now() and setTimeout in a comment
      import { createHash } from 'node:crypto';
      const text = 'Math.random()';
      const day = new Date(clock.nowMs());
      clock.setTimeout(1);
      interface Machine { process(): void; setTimeout: number }
      const machine = { process: 1, console: 2 };
      type Handle = NodeJS.Timeout;`;
    assert.deepEqual(broken('nothing ambient', 'src/storage/wal.ts', code), []);
  });

  it('leaves the adapters alone, and nothing that is only near them', () => {
    const code = 'Date.now();';
    for (const path of ['base/system-clock.ts', 'storage/medium/disk.ts', 'net/listener.ts', 'cli/run.ts', 'main.ts']) {
      assert.deepEqual(broken('nothing ambient', `src/${path}`, code), [], path);
    }
    for (const path of ['base/clock.ts', 'storage/medium.ts', 'server/main.ts', 'gateway/net/a.ts']) {
      assert.equal(broken('nothing ambient', `src/${path}`, code).length, 1, path);
    }
  });
});
