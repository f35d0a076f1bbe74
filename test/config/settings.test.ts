/** The table is consistent in itself, and the page that documents it is the one it generates. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { configurationDoc } from '../../scripts/configuration-doc.ts';
import { listSettings, resolveSettings } from '../../src/config/resolve.ts';
import { environmentVariable } from '../../src/config/setting.ts';

describe('the settings table', () => {
  it('names every setting once, in kebab-case', () => {
    const flags = listSettings().map(({ setting }) => setting.flag);
    assert.equal(new Set(flags).size, flags.length);
    for (const flag of flags) assert.match(flag, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(!flags.includes('config'), 'config names the file and cannot be in it');
  });

  it('puts the unit last in the name of whatever is a duration', () => {
    for (const { key, setting } of listSettings()) {
      if (setting.type === 'duration') assert.match(`${setting.flag} ${key}`, /-ms \w+Ms(Min|Max)?$/);
      if (setting.type === 'bytes') assert.match(`${setting.flag} ${key}`, /bytes.* \w*[bB]ytes/);
    }
  });

  it('accepts each default, written as the documentation shows it, as a value', () => {
    for (const { setting } of listSettings()) {
      if (setting.default === undefined) continue;
      assert.deepEqual(setting.parse(setting.defaultText), { value: setting.default }, setting.flag);
    }
  });

  it('derives the environment variable from the name', () => {
    assert.equal(environmentVariable('kafka-advertised-host'), 'TRILOG_KAFKA_ADVERTISED_HOST');
  });

  it('gives the defaults that the README promises', () => {
    const { kafka, storage, topics } = resolveSettings({ flags: {}, env: {} });
    assert.deepEqual([kafka.host, kafka.port, kafka.advertisedHost], ['127.0.0.1', 9092, undefined]);
    assert.deepEqual([storage.medium, storage.dataDir, storage.fsync], ['disk', './data', 'always']);
    assert.equal(topics.autoCreateTopics, true);
  });

  it('is what docs/CONFIGURATION.md shows; npm run docs writes it anew', () => {
    assert.equal(readFileSync(new URL('../../docs/CONFIGURATION.md', import.meta.url), 'utf8'), configurationDoc());
  });
});
