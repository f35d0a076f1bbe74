import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogId } from '../../../src/base/brand.ts';
import type { AmqpCatalog } from '../../../src/catalog/amqp/amqp-catalog.ts';
import type { SqsSettings } from '../../../src/catalog/amqp/queue-settings.ts';
import type { SqsFacts } from '../../../src/catalog/amqp/sqs-facts.ts';
import { EMPTY_TABLE } from '../../../src/message/field-table.ts';
import { NOW_MS, queue, recovered, testAmqpCatalog } from './support.ts';

const NOTHING: SqsSettings = {
  retentionMs: undefined,
  redriveQueue: undefined,
  redriveReceives: undefined,
  fifo: undefined,
  encrypted: false,
};

function facts(settings: Partial<SqsSettings> = {}, more: Partial<SqsFacts> = {}): SqsFacts {
  return { attributes: new Map(), tags: new Map(), modifiedAtMs: 7, ...more, settings: { ...NOTHING, ...settings } };
}

function create(catalog: AmqpCatalog, name: string, sqs: SqsFacts) {
  const shape = { durable: true, exclusive: false, autoDelete: false, arguments: EMPTY_TABLE };
  return catalog.declareQueue({ vhost: '/', name, ...shape, sqs });
}

describe('what SQS says of a queue', () => {
  it('is there when listeners are told of the queue', () => {
    const { catalog } = testAmqpCatalog();
    const heard: unknown[] = [];
    catalog.subscribe({ onQueueDeclared: ({ settings }) => heard.push(settings.fifo) });
    create(catalog, 'f.fifo', facts({ fifo: 'messageGroup' }));
    assert.deepEqual(heard, ['messageGroup']);
  });

  it('changes the settings of a queue, which listeners are told', () => {
    const { catalog } = testAmqpCatalog();
    const { id } = queue(catalog, 'q');
    const heard: unknown[] = [];
    catalog.subscribe({ onQueueChanged: ({ settings }) => heard.push(settings.retentionMs) });
    assert.equal(catalog.setSqs(id, facts({ retentionMs: 60_000 })), true);
    assert.equal(catalog.setSqs(id, facts({ retentionMs: 60_000 }, { tags: new Map([['a', 'b']]) })), true);
    assert.deepEqual(heard, [60_000]);
    assert.equal(catalog.queueById(id)?.sqs?.tags.get('a'), 'b');
    assert.equal(catalog.setSqs((id + 1) as LogId, facts()), false);
  });

  it('stays when policies change', () => {
    const { catalog } = testAmqpCatalog();
    create(catalog, 'q', facts({ redriveQueue: 'dlq', redriveReceives: 3 }));
    const policy = { vhost: '/', name: 'p', pattern: '.*', priority: 0, applyTo: 'queues' } as const;
    catalog.putPolicy('policy', { ...policy, definition: { 'message-ttl': 5 } });
    const settings = catalog.queue('/', 'q')?.settings;
    assert.equal(settings?.messageTtlMs, 5);
    assert.equal(settings?.redriveQueue, 'dlq');
  });

  it('does not make a queue FIFO that was not, nor the other way round', () => {
    const { catalog } = testAmqpCatalog();
    const { id } = queue(catalog, 'q');
    assert.throws(() => catalog.setSqs(id, facts({ fifo: 'queue' })), /stays what it is/);
  });

  it('makes a classic queue, whatever the default of the vhost', () => {
    const { catalog } = testAmqpCatalog();
    catalog.putVhost('/', { defaultQueueType: 'quorum' });
    assert.equal(create(catalog, 'q', facts()).queue.settings.type, 'classic');
    assert.equal(create(catalog, 'q', facts()).created, false);
    queue(catalog, 'q');
  });

  it('survives a restart, from records and from a snapshot alike, and goes with the queue', () => {
    const live = testAmqpCatalog();
    const tags = new Map([['__proto__', 'x']]);
    const settings = { retentionMs: 5, redriveQueue: 'd', redriveReceives: 1, fifo: 'queue', encrypted: true } as const;
    const { id } = create(live.catalog, 'f.fifo', facts({ ...settings, retentionMs: 9 })).queue;
    const set = facts(settings, { attributes: new Map([['DelaySeconds', '3']]), tags });
    live.catalog.setSqs(id, set);
    for (const records of [live.records, live.catalog.snapshot()]) {
      const { catalog } = recovered(records);
      const after = catalog.queue('/', 'f.fifo');
      assert.deepEqual(after?.sqs, set);
      assert.equal(after?.createdAtMs, NOW_MS);
      assert.equal(after?.settings.retentionMs, 5);
      catalog.deleteQueue({ vhost: '/', name: 'f.fifo' });
      assert.equal(create(catalog, 'f.fifo', facts()).queue.sqs?.attributes.size, 0);
    }
  });
});

describe('the secret of a node', () => {
  it('is made once and survives restarts', () => {
    const live = testAmqpCatalog();
    live.catalog.createSecret();
    const { secret } = live.catalog;
    assert.equal(secret.length, 32);
    for (const records of [live.records, live.catalog.snapshot()]) {
      const { catalog } = recovered(records);
      catalog.createSecret();
      assert.deepEqual(catalog.secret, secret);
    }
  });
});
