import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AmqpCatalog } from '../../../src/catalog/amqp/amqp-catalog.ts';
import { propertiesKey } from '../../../src/catalog/amqp/bindings.ts';
import type { Binding } from '../../../src/catalog/amqp/model.ts';
import { QUEUE_LOG_ID_MIN } from '../../../src/catalog/amqp/queue-settings.ts';
import { attempt, command } from './commands.ts';
import { queue, recovered, table, testAmqpCatalog } from './support.ts';

const OPTIONS = { settings: { exchangesMax: 6, queuesMax: 6, bindingsMax: 20, policiesMax: 4 } };
const commands = fc.array(command, { maxLength: 60, size: 'max' });

function shown(binding: Binding): string {
  const { source, destinationType, destination } = binding;
  return `${source.name} → ${destinationType} ${destination.name} ${propertiesKey(binding)}`;
}

/** Everything but the links between live objects, which are seen as bindings. */
function visible(catalog: AmqpCatalog): unknown {
  return [...catalog.vhosts()].map(({ name, description, tags, defaultQueueType, limits }) => ({
    vhost: { name, description, tags, defaultQueueType, limits },
    exchanges: [...catalog.exchanges(name)].map((each) => ({
      ...each,
      outgoing: undefined,
      incoming: [...catalog.bindingsTo(name, 'exchange', each.name)].map(shown).sort(),
    })),
    queues: [...catalog.queues(name)].map((each) => ({
      ...each,
      incoming: [...catalog.bindingsTo(name, 'queue', each.name)].map(shown).sort(),
      byId: catalog.queueById(each.id) === each,
    })),
    bindings: [...catalog.bindings(name)].map(shown),
    policies: [...catalog.policies('policy', name), ...catalog.policies('operator_policy', name)],
  }));
}

describe('a recovered AMQP catalog', () => {
  it('equals the one that was lost, from records alone or from a snapshot at any point and the rest', () => {
    fc.assert(
      fc.property(commands, commands, (before, after) => {
        const live = testAmqpCatalog(OPTIONS);
        for (const each of before) attempt(live.catalog, each);
        const snapshot = live.catalog.snapshot();
        const mark = live.records.length;
        for (const each of after) attempt(live.catalog, each);
        const expected = visible(live.catalog);
        const fromRecords = recovered(live.records, OPTIONS).catalog;
        const fromSnapshot = recovered([...snapshot, ...live.records.slice(mark)], OPTIONS).catalog;
        for (const other of [fromRecords, fromSnapshot]) {
          assert.deepEqual(visible(other), expected);
          assert.deepEqual(other.snapshot(), live.catalog.snapshot());
        }
      }),
      { seed: 42, numRuns: 200 },
    );
  });

  it('never gives out a queue id again, whatever was deleted before', () => {
    fc.assert(
      fc.property(commands, fc.nat(60), (all, at) => {
        const seen = new Set<number>();
        const watch = (catalog: AmqpCatalog): void => {
          catalog.subscribe({
            onQueueDeclared: ({ id, settings }) => {
              for (let i = 0; i <= settings.maxPriority; i += 1) {
                assert.ok(id + i >= QUEUE_LOG_ID_MIN && !seen.has(id + i), `id ${id + i} is new`);
                seen.add(id + i);
              }
            },
          });
        };
        const first = testAmqpCatalog(OPTIONS);
        watch(first.catalog);
        for (const each of all.slice(0, at)) attempt(first.catalog, each);
        const second = recovered(first.catalog.snapshot(), OPTIONS);
        watch(second.catalog);
        for (const each of all.slice(at)) attempt(second.catalog, each);
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  it('holds the same counts against the limits', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const live = testAmqpCatalog(OPTIONS);
        for (const each of all) attempt(live.catalog, each);
        const after = recovered(live.catalog.snapshot(), OPTIONS);
        for (const { catalog } of [live, after]) {
          for (let i = 0; i < 10; i += 1) attempt(catalog, () => queue(catalog, `more${i}`));
        }
        assert.equal(after.catalog.queueCount, live.catalog.queueCount);
        assert.equal(after.catalog.queueCount, OPTIONS.settings.queuesMax);
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  it('tells listeners of everything while it recovers', () => {
    const { catalog } = testAmqpCatalog();
    queue(catalog, 'gone');
    queue(catalog, 'q', { arguments: table({ 'x-message-ttl': 9 }) });
    catalog.deleteQueue({ vhost: '/', name: 'gone' });
    const heard: string[] = [];
    const other = testAmqpCatalog().catalog;
    other.subscribe({ onQueueDeclared: ({ name, settings }) => heard.push(`${name} ${settings.messageTtlMs}`) });
    for (const record of catalog.snapshot()) other.apply(record);
    assert.deepEqual(heard, ['q 9']);
  });

  it('leaves its snapshot alone when it changes', () => {
    const { catalog } = testAmqpCatalog();
    queue(catalog, 'q');
    const snapshot = catalog.snapshot();
    const text = JSON.stringify(snapshot);
    catalog.putVhost('/', { tags: ['a'] });
    catalog.deleteQueue({ vhost: '/', name: 'q' });
    assert.equal(JSON.stringify(snapshot), text);
  });
});
