/**
 * The house rules about single files. Each takes a file and gives what breaks the rule, as lines that a person can act on.
 * `tidy.test.ts` runs them over the repository, `rules.test.ts` proves that each of them can fail.
 */
import { basename } from 'node:path';
import ts from 'typescript';
import { ambientUses, isAdapter } from './ambient.ts';

const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;

/** The module that the package exports is the one place that gathers names from others. */
const PUBLIC_API = 'src/server/embed.ts';

/** Suites that drive other processes wait in real time; all others wait on a clock that they move. */
const REAL_TIME_TESTS = /^test\/(support|conformance|crash)\//;

export interface File {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

export type Rule = (file: File) => string[];

export function newFile(path: string, text: string): File {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
}

export function lineCount(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}

const fileLength: Rule = ({ text }) => {
  const lines = lineCount(text);
  return lines > FILE_LINES_MAX ? [`${lines} lines, more than ${FILE_LINES_MAX}: split it`] : [];
};

const fileName: Rule = ({ path }) =>
  /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?(\.test)?\.(ts|mjs|cjs)$/.test(basename(path))
    ? []
    : ['the name is not kebab-case'];

const header: Rule = ({ path, text }) => {
  if (!/^(src|scripts)\//.test(path)) return [];
  return /^(#!.*\n)?\/[*/]/.test(text) ? [] : ['no opening comment: say what it does, what it refuses, its invariants'];
};

const barrel: Rule = ({ path, tree }) => {
  if (!path.startsWith('src/') || path === PUBLIC_API) return [];
  const found = tree.statements
    .filter((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)
    .map((statement) => `${lineOf(tree, statement)}: exports from another file: import it from where it is`);
  return basename(path) === 'index.ts' ? ['an index file: name it for what it holds', ...found] : found;
};

const functionLength: Rule = ({ path, tree }) => {
  if (!/^(src|scripts)\//.test(path)) return [];
  const long: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const lines = lineOf(tree, node.end) - lineOf(tree, node) + 1;
      if (lines > FUNCTION_LINES_MAX) {
        long.push(`${lineOf(tree, node)}: a function of ${lines} lines, more than ${FUNCTION_LINES_MAX}: split it`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return long;
};

const ambient: Rule = ({ path, tree }) => {
  if (!path.startsWith('src/') || isAdapter(path)) return [];
  return ambientUses(tree).map(({ line, what, instead }) => `${line}: ${what} is banned here: use ${instead}`);
};

const sleeplessTests: Rule = ({ path, tree }) => {
  if (!path.startsWith('test/') || REAL_TIME_TESTS.test(path)) return [];
  return ambientUses(tree)
    .filter(({ what }) => /^(setTimeout|setInterval|timers)$/.test(what))
    .map(({ line, what }) => `${line}: ${what} in a test: use ManualClock of test/support/manual-clock.ts`);
};

const noFocus: Rule = ({ path, text, tree }) => {
  if (!path.startsWith('test/')) return [];
  return matches(tree, text, /\b(?:it|test|describe)\.only\(/g, 'a focused test hides all others');
};

const noSuppression: Rule = ({ text, tree }) =>
  matches(tree, text, /^\s*(?:\/\/|\/?\*+)\s*@ts-(?:ignore|nocheck)\b/gm, 'say it in types instead');

export const RULES: Readonly<Record<string, Rule>> = {
  'file length': fileLength,
  'file name': fileName,
  'opening comment': header,
  'no barrels': barrel,
  'function length': functionLength,
  'nothing ambient': ambient,
  'tests without sleeps': sleeplessTests,
  'no focused tests': noFocus,
  'no silenced types': noSuppression,
};

function lineOf(tree: ts.SourceFile, at: ts.Node | number): number {
  return tree.getLineAndCharacterOfPosition(typeof at === 'number' ? at : at.getStart()).line + 1;
}

function matches(tree: ts.SourceFile, text: string, pattern: RegExp, advice: string): string[] {
  return [...text.matchAll(pattern)].map((match) => `${lineOf(tree, match.index)}: ${match[0].trim()}: ${advice}`);
}
