/**
 * Makes plain JavaScript of test files, with all that they import of ours, once for a whole run. Otherwise every test
 * process would look up, transform and link some hundred modules by itself, which is more work than most tests.
 * Modules that several files import land in chunks that they share, so a module is there once in a process, as in the
 * sources. `import.meta` speaks of the source: what a test reads beside itself it finds. Packages are left alone.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './prepare.mjs';

/** Inside of the checkout, so that packages are found. */
const FOLDER = join(root, '.cache');

/**
 * @param {readonly string[]} files relative to the root of the checkout
 * @returns {Promise<{ files: string[], remove: () => void }>} the bundles, in the order of `files`
 */
export async function bundleTests(files) {
  mkdirSync(FOLDER, { recursive: true });
  // One per run: two runs at the same time must not write into each other's.
  const outdir = mkdtempSync(join(FOLDER, 'tests-'));
  const remove = () => rmSync(outdir, { recursive: true, force: true });
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [...files],
      outdir,
      outbase: root,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      keepNames: true,
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'warning',
      plugins: [keepImportMeta],
    });
  } catch (error) {
    remove();
    throw error;
  }
  return { files: files.map((file) => join(outdir, file.replace(/\.ts$/, '.js'))), remove };
}

const keepImportMeta = {
  name: 'import.meta of the source',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
  },
};
