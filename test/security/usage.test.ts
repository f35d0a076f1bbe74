import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserUsage } from '../../src/security/usage.ts';
import { refuses, testSecurity } from './support.ts';

describe('the usage of a user', () => {
  it('ends at its limits, and goes on below them', () => {
    const { security } = testSecurity();
    security.putUser('u', { tags: [], limits: { 'max-connections': 1, 'max-channels': 2 } });
    const usage = new UserUsage(security);
    usage.openConnection('u');
    const connections = "connection refused for user 'u': user connection limit (1) is reached";
    refuses(() => usage.openConnection('u'), 'not_allowed', connections);
    usage.closeConnection('u');
    usage.openConnection('u');
    usage.openChannel('u');
    usage.openChannel('u');
    const channels = "number of channels opened for user 'u' has reached the maximum allowed user limit of (2)";
    refuses(() => usage.openChannel('u'), 'not_allowed', channels);
    assert.deepEqual([usage.connections('u'), usage.channels('u')], [1, 2]);
    usage.closeChannel('u');
    usage.openChannel('u');
  });

  it('is not limited where nothing says so, and not allowed at all by 0', () => {
    const { security } = testSecurity();
    security.putUser('u', { tags: [] });
    const usage = new UserUsage(security);
    for (let i = 0; i < 100; i += 1) usage.openConnection('u');
    security.setLimits('u', { 'max-connections': 0 });
    refuses(() => usage.openConnection('u'), 'not_allowed', /limit \(0\)/);
    for (let i = 0; i < 100; i += 1) usage.closeConnection('u');
    assert.throws(() => usage.closeConnection('u'), /has something open/);
  });
});
