/**
 * Brings a checkout to where its commands can run: dependencies as the lock file says, and `dist/` as `src/` says.
 * Plain Node.js, since nothing may be installed yet. When nothing has changed it only looks, which takes milliseconds.
 */
import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

const MODULES = join(root, 'node_modules');
const DIST = join(root, 'dist');
/** Its time is when the last build that succeeded began. */
const BUILD_STAMP = join(DIST, '.built');
const BUILD_INPUTS = ['src', 'scripts/lib/prepare.mjs', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const BUNDLING =
  'src/main.ts src/server/embed.ts --outdir=dist --bundle --splitting --chunk-names=chunks/[name]-[hash] --packages=external ' +
  '--format=esm --platform=node --target=node20 --sourcemap --log-level=warning';

export function ensureInstalled() {
  if (isInstalled()) return;
  say('installing dependencies (npm ci)');
  runOrExit('npm', ['ci']);
}

export function ensureBuilt() {
  if (isBuilt()) return;
  say('building');
  build();
}

/**
 * Declarations by the compiler, which also checks; code in a few bundles, since to find and load hundreds of modules takes
 * longer than to start the broker. Packages stay outside.
 */
export function build() {
  const began = new Date();
  // What src/ no longer has must not live on.
  rmSync(DIST, { recursive: true, force: true });
  runOrExit(join(MODULES, '.bin/tsc'), ['-p', 'tsconfig.build.json', '--noEmitOnError']);
  runOrExit(join(MODULES, '.bin/esbuild'), BUNDLING.split(' '));
  writeFileSync(BUILD_STAMP, `${began.toISOString()}\n`);
}

/** Compares what npm has put there with what the lock file asks for; platform-specific packages may be left out. */
function isInstalled() {
  if (isLink(MODULES)) return true;
  const there = readLock(join(MODULES, '.package-lock.json'));
  if (there === undefined) return false;
  const wanted = readLock(join(root, 'package-lock.json')) ?? {};
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || optional || devOptional || there[path]?.version === version,
  );
}

/** @returns {Record<string, { version: string, optional?: boolean, devOptional?: boolean }> | undefined} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A linked `node_modules` belongs to another checkout: using it is fine, replacing it is not. */
function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function isBuilt() {
  const stamp = readStamp();
  return stamp !== undefined && BUILD_INPUTS.every((path) => newestMs(join(root, path)) < stamp);
}

function readStamp() {
  try {
    return Date.parse(readFileSync(BUILD_STAMP, 'utf8').trim());
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Folders count too: a file that was deleted or renamed changes the time of its folder. */
function newestMs(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), stat.mtimeMs);
}

function runOrExit(command, args) {
  // What the tools say is not what the command that was asked for says: it goes to standard error.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  say(`${command} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}

function say(text) {
  process.stderr.write(`trilog: ${text}\n`);
}
