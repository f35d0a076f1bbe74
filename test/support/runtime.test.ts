/** A missing runtime is a skip for a person and a failure for CI. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requireRuntime } from './runtime.ts';

describe('requireRuntime', () => {
  const skipped: string[] = [];
  const context = { skip: (message: string) => void skipped.push(message) };

  it('lets the test go on where the runtime is there', () => {
    assert.equal(
      requireRuntime(context, 'go', () => true, { CI: 'true' }),
      true,
    );
    assert.deepEqual(skipped, []);
  });

  it('skips with the reason where it is absent', () => {
    assert.equal(
      requireRuntime(context, 'java', () => false, {}),
      false,
    );
    assert.deepEqual(skipped, ['java is not installed']);
  });

  it('fails instead of skipping with CI=true', () => {
    assert.throws(
      () => requireRuntime(context, 'java', () => false, { CI: 'true' }),
      /java is not installed; with CI=true/,
    );
  });
});
