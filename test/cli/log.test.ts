/** What a log line looks like, and what it never shows. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '../../src/cli/log.ts';
import { resolveSettings } from '../../src/config/resolve.ts';
import { ManualClock } from '../support/manual-clock.ts';

async function logged(level: string, format: string, fields: object, message = 'connection closed'): Promise<string> {
  let text = '';
  const { node } = resolveSettings({ flags: { 'log-level': level, 'log-format': format }, env: {} });
  const logger = await createLogger(node, new ManualClock(0), (chunk) => {
    text += chunk;
  });
  logger.debug(fields, message);
  logger.warn(fields, message);
  return text;
}

describe('the log', () => {
  it('writes time, level, message and fields as one line of text', async () => {
    assert.equal(
      await logged('info', 'text', { client: 'a b', port: 1, offset: 2n, topics: ['x', 3n] }),
      '1970-01-01T00:00:00.000Z warn  connection closed client="a b" port=1 offset=2 topics=["x","3"]\n',
    );
  });

  it('writes one JSON object a line', async () => {
    const text = await logged('info', 'json', { port: 1 });
    const { time, ...rest } = JSON.parse(text) as { time: string };
    assert.deepEqual(rest, { level: 'warn', port: 1, msg: 'connection closed' });
    assert.match(time, /^\d{4}-.*Z$/);
  });

  for (const format of ['text', 'json']) {
    it(`drops what is below the level, and everything when silent (${format})`, async () => {
      assert.equal((await logged('debug', format, {})).trim().split('\n').length, 2);
      assert.equal((await logged('warn', format, {})).trim().split('\n').length, 1);
      assert.equal(await logged('error', format, {}), '');
      assert.equal(await logged('silent', format, {}), '');
    });

    it(`shows the stack of an error only at debug (${format})`, async () => {
      const error = new Error('bad frame');
      assert.match(await logged('info', format, { error }), /bad frame/);
      assert.doesNotMatch(await logged('info', format, { error }), / {4}at /);
      assert.match(await logged('debug', format, { error }), / {4}at /);
    });

    it(`keeps text from a client on one line (${format})`, async () => {
      const text = await logged('info', format, { client: 'x\n1970 fake' }, 'closed\nfake');
      assert.equal(text.split('\n').length, 2);
    });
  }
});
