import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuses } from '../support.ts';
import { binding, exchange, queue, testAmqpCatalog } from './support.ts';

describe('vhosts', () => {
  it('begin with the one that stays', () => {
    const { catalog, records } = testAmqpCatalog();
    assert.deepEqual(
      [...catalog.vhosts()].map(({ name }) => name),
      ['/'],
    );
    refuses(() => catalog.deleteVhost('/'), 'not_allowed', "vhost '/' can not be deleted");
    assert.deepEqual(records, []);
  });

  it('are created, described and changed in part', () => {
    const { catalog } = testAmqpCatalog();
    assert.equal(catalog.putVhost('v', { description: 'd', tags: ['a', 'b'] }), true);
    assert.equal(catalog.putVhost('v', { defaultQueueType: 'quorum' }), false);
    const { description, tags, defaultQueueType, limits } = catalog.requireVhost('v');
    assert.deepEqual([description, tags, defaultQueueType], ['d', ['a', 'b'], 'quorum']);
    assert.deepEqual(limits, { maxQueues: undefined, maxConnections: undefined });
  });

  it('refuse what is no name, no queue type, no number, or too much', () => {
    const { catalog } = testAmqpCatalog({ settings: { vhostsMax: 2 } });
    refuses(() => catalog.putVhost(''), 'invalid_request', 'a vhost needs a name');
    refuses(() => catalog.putVhost('v', { defaultQueueType: 'foo' }), 'invalid_request', "'foo' is not a queue type");
    refuses(
      () => catalog.putVhost('v', { description: 'x'.repeat(5000) }),
      'invalid_request',
      'description and tags of a vhost have more than 4096 characters',
    );
    catalog.putVhost('v');
    const text = "vhost 'w' would be one more than this node's limit of 2 vhosts";
    refuses(() => catalog.putVhost('w'), 'limit_exceeded', text);
    const number = 'max-queues should be a number, actually was 1.5';
    refuses(() => catalog.setVhostLimits('v', { maxQueues: 1.5 }), 'invalid_request', number);
    refuses(() => catalog.setVhostLimits('w', {}), 'not_found', "vhost 'w' not found");
    refuses(() => catalog.requireVhost('w'), 'not_allowed', 'vhost w not found');
  });

  it('have limits that are set and cleared one by one', () => {
    const { catalog } = testAmqpCatalog();
    catalog.setVhostLimits('/', { maxQueues: 1 });
    catalog.setVhostLimits('/', { maxConnections: 2 });
    assert.deepEqual(catalog.vhost('/')?.limits, { maxQueues: 1, maxConnections: 2 });
    catalog.setVhostLimits('/', { maxQueues: undefined });
    assert.deepEqual(catalog.vhost('/')?.limits, { maxQueues: undefined, maxConnections: 2 });
  });

  it('go with everything in them, which is told thing by thing', () => {
    const { catalog } = testAmqpCatalog();
    catalog.putVhost('v');
    queue(catalog, 'q', { vhost: 'v' });
    queue(catalog, 'q');
    exchange(catalog, 'x', { vhost: 'v', autoDelete: true });
    catalog.bind({ ...binding('x', 'q'), vhost: 'v' });
    catalog.bind({ ...binding('amq.fanout', 'x:amq.topic'), vhost: 'v' });
    catalog.putPolicy('policy', {
      vhost: 'v',
      name: 'p',
      pattern: '',
      priority: 0,
      applyTo: 'all',
      definition: { expires: 1 },
    });
    const heard: string[] = [];
    catalog.subscribe({
      onUnbound: ({ source, destination }) => heard.push(`unbound ${source.name} ${destination.name}`),
      onQueueDeleted: ({ vhost, name }) => heard.push(`queue ${vhost} ${name}`),
      onExchangeDeleted: ({ vhost, name }) => heard.push(`exchange ${vhost} ${name}`),
      onVhostDeleted: ({ name }) => heard.push(`vhost ${name}`),
    });
    catalog.deleteVhost('v');
    assert.deepEqual(heard, ['unbound x q', 'exchange v x', 'queue v q', 'unbound amq.fanout amq.topic', 'vhost v']);
    assert.equal(catalog.queue('v', 'q'), undefined);
    assert.equal(catalog.queueCount, 1);
    refuses(() => catalog.deleteVhost('v'), 'not_found', "vhost 'v' not found");
    catalog.putVhost('v');
    assert.deepEqual([...catalog.policies('policy', 'v')], []);
    assert.equal([...catalog.queues('v')].length, 0);
  });
});
