import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Resource } from '../../../src/gateway/admin/resource.ts';
import { RESOURCES } from '../../../src/gateway/admin/resources.ts';

const PAGE = readFileSync(new URL('../../../docs/management-api.md', import.meta.url), 'utf8');

/** `GET vhost; PUT DELETE administrator` */
function methodsText({ methods }: Resource): string {
  const byAccess = new Map<string, string[]>();
  for (const [method, { access }] of Object.entries(methods)) {
    byAccess.set(access, [...(byAccess.get(access) ?? []), method]);
  }
  return Array.from(byAccess, ([access, of]) => `${of.join(' ')} ${access}`).join('; ');
}

describe('docs/management-api.md', () => {
  const documented = Array.from(PAGE.matchAll(/^\| `(\/[^`]+)` \| ([^|]+) \|/gm), ([, path, methods]) => [
    path,
    methods,
  ]);

  it('lists everything that is served, by whom, and nothing else', () => {
    const served = RESOURCES.map((each) => [each.path.replace(/:(\w+)/g, '{$1}'), methodsText(each)]);
    assert.deepEqual(documented, served);
  });

  it('explains every word for who may', () => {
    const used = new Set(RESOURCES.flatMap(({ methods }) => Object.values(methods).map(({ access }) => access)));
    for (const access of used) assert.match(PAGE, new RegExp(`^\\| ${access} \\|`, 'm'));
  });
});
