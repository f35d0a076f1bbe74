import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Resource, resource } from '../../../src/gateway/admin/resource.ts';
import { RESOURCES } from '../../../src/gateway/admin/resources.ts';
import { Router } from '../../../src/gateway/admin/router.ts';

const router = new Router(RESOURCES);

/** `/api/queues/:vhost vhost=a` for each. */
function found(path: string, of: Router = router): string[] {
  return of.routes(path).map(({ resource: { path: pattern }, params }) => {
    return [pattern, ...Object.entries(params).map(([name, value]) => `${name}=${value}`)].join(' ');
  });
}

describe('the router of the management API', () => {
  it('finds every resource by its own path', () => {
    for (const { path } of RESOURCES) {
      const names = Array.from(path.matchAll(/:(\w+)/g), ([, name]) => `${name}=v-${name}`);
      assert.equal(found(path.replaceAll(':', 'v-'))[0], [path, ...names].join(' '));
    }
  });

  it('compares what is decoded, segment by segment', () => {
    assert.deepEqual(found('/api/%71ueues/%2F/a%2fb%252F%C3%A9'), ['/api/queues/:vhost/:name vhost=/ name=a/b%2Fé']);
    assert.deepEqual(found('/api%2Fqueues'), []);
    assert.deepEqual(found('/API/queues'), []);
  });

  it('takes one slash at the end for nothing, and nothing for no name', () => {
    assert.deepEqual(found('/api/queues/'), ['/api/queues']);
    assert.deepEqual(found('/metrics/'), ['/metrics']);
    for (const path of ['', '*', '/', '//', '/api/queues//', '/api/queues//q', '//api/queues', '/api//queues']) {
      assert.deepEqual(found(path), [], path);
    }
  });

  it('prefers what is literal, and knows the other too', () => {
    assert.deepEqual(found('/api/users/bulk-delete'), ['/api/users/bulk-delete', '/api/users/:user user=bulk-delete']);
    assert.deepEqual(found('/api/connections/username/channels'), [
      '/api/connections/username/:user user=channels',
      '/api/connections/:name/channels name=username',
    ]);
  });

  it('gives each resource its own names for the same place', () => {
    const one: Resource = resource('/x/:a/one', {});
    const two: Resource = resource('/x/:b/two', {});
    assert.deepEqual(found('/api/x/1/two', new Router([one, two])), ['/api/x/:b/two b=1']);
  });

  it('refuses what is no UTF-8 or no encoding, and segments that are no names', () => {
    for (const path of ['/api/queues/%ff', '/%zz', '/api/queues/%', '/none/%C3']) {
      assert.throws(() => found(path), { status: 400, reason: /is not percent-encoded UTF-8$/ }, path);
    }
    assert.deepEqual(found(`/api/queues/${'q'.repeat(8192)}`).length, 1);
    assert.throws(() => found(`/api/queues/${'q'.repeat(8193)}`), { status: 400, reason: /longer than 8192/ });
    assert.throws(
      () => found(`/${'%zz'.repeat(2000)}`),
      ({ reason }: { reason: string }) => reason.length < 200,
    );
  });

  it('is at as few places at once as there are resources', () => {
    assert.deepEqual(found('/api/connections/username'.repeat(300)), []);
    assert.deepEqual(found('/'.repeat(16_000)), []);
  });
});
