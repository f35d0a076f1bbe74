/**
 * @confluentinc/kafka-javascript, made once per checkout and version of Node. Its own install script downloads a ready
 * addon from a host that is no package registry, or compiles all of librdkafka, which takes minutes. So no script runs:
 * npm puts the files in place, the addon and the C++ face of librdkafka are compiled here without optimisation, and
 * librdkafka itself is taken from the Python wheel of the very version that the package names. Linux only.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import { buildOnce, digestOf } from './clients-lock.ts';
import { runClient } from './clients-process.ts';
import { cacheFolder } from './java.ts';
import type { KafkaJavascript } from './kafka-javascript-api.ts';
import { pythonWithClients } from './python.ts';
import { nodeHeaders, requireRuntime } from './runtime.ts';

const NAME = '@confluentinc/kafka-javascript';
const ADDON = 'confluent-kafka-javascript';
const INSTALL_TIME_LIMIT_MS = 120_000;
const COMPILE_TIME_LIMIT_MS = 120_000;
const COMPILE_FLAGS = ['-std=c++20', '-fPIC', '-w', '-DBUILDING_NODE_EXTENSION', `-DNODE_GYP_MODULE_NAME=${ADDON}`];
const MANIFESTS = ['package.json', 'package-lock.json'];
const manifests = join(import.meta.dirname, '../conformance/kafka-javascript');

/** False when the test was skipped: what it takes to build the addon is not there. */
export function canRunKafkaJavascript(t: TestContext): boolean {
  if (process.platform !== 'linux') {
    t.skip('the addon is built on Linux only');
    return false;
  }
  return requireRuntime(t, 'python3') && requireRuntime(t, 'g++') && requireRuntime(t, 'node.h');
}

/** The client, with its addon built when it is not there yet. */
export async function kafkaJavascript(): Promise<KafkaJavascript> {
  const [manifest, lock] = MANIFESTS.map((name) => readFileSync(join(manifests, name), 'utf8'));
  const { dependencies } = JSON.parse(manifest ?? '') as { dependencies: { [NAME]: string } };
  const directory = join(cacheFolder, `kafka-javascript-${dependencies[NAME]}-node-${process.versions.modules}`);
  const digest = digestOf(lock ?? '', process.arch, ...COMPILE_FLAGS);
  await buildOnce(directory, digest, () => build(directory));
  return createRequire(join(directory, 'package.json'))(NAME) as KafkaJavascript;
}

async function build(directory: string): Promise<void> {
  for (const name of MANIFESTS) copyFileSync(join(manifests, name), join(directory, name));
  await runClient('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: directory,
    timeLimitMs: INSTALL_TIME_LIMIT_MS,
  });
  const modules = join(directory, 'node_modules');
  const release = join(modules, NAME, 'build/Release');
  mkdirSync(release, { recursive: true });
  const [objects, library] = await Promise.all([
    compile(modules, directory),
    fetchLibrary(modules, directory, release),
  ]);
  const output = join(release, `${ADDON}.node`);
  await runClient('g++', ['-shared', '-o', output, ...objects, library, '-Wl,-rpath,$ORIGIN'], {
    timeLimitMs: COMPILE_TIME_LIMIT_MS,
  });
  for (const path of objects) rmSync(path);
}

/** Compiles as many files at once as there are processors. */
async function compile(modules: string, directory: string): Promise<string[]> {
  const root = join(modules, NAME);
  const librdkafka = join(root, 'deps/librdkafka');
  // What librdkafka's configure would write: the C++ face includes it and asks it for nothing.
  writeFileSync(join(librdkafka, 'config.h'), '');
  const cppFace = join(librdkafka, 'src-cpp');
  const folders = [nodeHeaders, join(modules, 'nan'), join(librdkafka, 'src'), cppFace, root];
  const includes = folders.map((path) => `-I${path}`);
  // As one file the small ones of the C++ face take a quarter of the time.
  const faceInOne = join(directory, 'librdkafkacpp.cpp');
  writeFileSync(
    faceInOne,
    filesOf(cppFace, '.cpp')
      .map((path) => `#include "${path}"\n`)
      .join(''),
  );
  const waiting = [faceInOne, ...filesOf(join(root, 'src'), '.cc')];
  const objects: string[] = [];
  const work = async () => {
    for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
      const object = join(directory, `${basename(source)}.o`);
      objects.push(object);
      await runClient('g++', [...COMPILE_FLAGS, ...includes, '-c', source, '-o', object], {
        timeLimitMs: COMPILE_TIME_LIMIT_MS,
      });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return objects;
}

/** Puts librdkafka beside where the addon will be, and gives its path. */
async function fetchLibrary(modules: string, directory: string, release: string): Promise<string> {
  const { librdkafka } = JSON.parse(readFileSync(join(modules, NAME, 'package.json'), 'utf8')) as {
    librdkafka: string;
  };
  const wheel = join(directory, 'wheel');
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile', '--only-binary', ':all:'];
  await runClient(
    await pythonWithClients(),
    ['-m', 'pip', 'install', ...options, '--target', wheel, `confluent-kafka==${librdkafka}`],
    { timeLimitMs: INSTALL_TIME_LIMIT_MS },
  );
  const [found] = filesOf(join(wheel, 'confluent_kafka.libs'), '.so.1');
  if (found === undefined) throw new Error(`the wheel of confluent-kafka ${librdkafka} has no librdkafka in it`);
  const library = join(release, basename(found));
  copyFileSync(found, library);
  rmSync(wheel, { recursive: true });
  return library;
}

function filesOf(folder: string, suffix: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(folder, name));
}
