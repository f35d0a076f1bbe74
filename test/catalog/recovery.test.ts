import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../../src/base/errors.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { newTopic, recovered, testCatalog } from './support.ts';

const SETTINGS = { topicsMax: 4, partitionsMax: 12 };

const name = fc.constantFrom('a', 'a.b', 'a_b', 'c', 'd', 'e', 'no pe');
const config = fc.constantFrom('retention.ms', 'segment.ms', 'cleanup.policy', 'foo');
const value = fc.constantFrom('1', '1000', 'compact', 'x', '');
const operation = fc.constantFrom('SET', 'DELETE', 'APPEND', 'SUBTRACT');
const broker = fc.constantFrom('1', '', '2');
const brokerConfig = fc.constantFrom('log.retention.ms', 'log.cleanup.policy', 'num.partitions');

const command = fc.oneof(
  fc.tuple(name, fc.integer({ min: -1, max: 4 })).map(([topic, count]) => (catalog: Catalog) => {
    catalog.createTopic(newTopic(topic, count));
  }),
  name.map((topic) => (catalog: Catalog) => {
    catalog.autoCreate(topic);
  }),
  name.map((topic) => (catalog: Catalog) => {
    catalog.deleteTopic({ name: topic });
  }),
  fc.tuple(name, fc.integer({ min: 0, max: 6 })).map(([topic, total]) => (catalog: Catalog) => {
    catalog.addPartitions(topic, total);
  }),
  fc.tuple(name, config, operation, value).map(([topic, key, op, text]) => (catalog: Catalog) => {
    catalog.incrementalAlterConfigs({ type: 'topic', name: topic }, [{ operation: op, name: key, value: text }]);
  }),
  fc.tuple(broker, brokerConfig, operation, value).map(([id, key, op, text]) => (catalog: Catalog) => {
    catalog.incrementalAlterConfigs({ type: 'broker', name: id }, [{ operation: op, name: key, value: text }]);
  }),
  fc.constant((catalog: Catalog) => {
    catalog.createCluster();
  }),
);

function run(catalog: Catalog, commands: ((catalog: Catalog) => void)[]): void {
  for (const each of commands) {
    try {
      each(catalog);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
}

function visible(catalog: Catalog): unknown {
  const node = catalog.describeConfigs({ type: 'broker', name: '1' }, null, { includeSynonyms: true });
  const topics = [...catalog.topics()].map((topic) => ({ ...topic }));
  return { topics, node, cluster: catalog.clusterId, topicCount: catalog.topicCount, count: catalog.partitionCount };
}

describe('a recovered catalog', () => {
  it('equals the one that was lost, from records alone or from a snapshot at any point and the rest', () => {
    const commands = fc.array(command, { maxLength: 40, size: 'max' });
    fc.assert(
      fc.property(commands, commands, (before, after) => {
        const live = testCatalog(SETTINGS);
        run(live.catalog, before);
        const snapshot = live.catalog.snapshot();
        const mark = live.records.length;
        run(live.catalog, after);
        const expected = visible(live.catalog);
        const fromRecords = recovered(live.records, SETTINGS).catalog;
        const fromSnapshot = recovered([...snapshot, ...live.records.slice(mark)], SETTINGS).catalog;
        for (const other of [fromRecords, fromSnapshot]) {
          assert.deepEqual(visible(other), expected);
          assert.deepEqual(other.snapshot(), live.catalog.snapshot());
        }
      }),
      { seed: 42, numRuns: 150 },
    );
  });

  it('never gives out a log id again, whatever was deleted before', () => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 0, max: 60 }),
        (commands, at) => {
          const seen = new Set<number>();
          const watch = (catalog: Catalog): void => {
            const add = (logIds: number[]): void => {
              for (const logId of logIds) {
                assert.ok(logId >= 1024 && !seen.has(logId), `log id ${logId} is new`);
                seen.add(logId);
              }
            };
            catalog.subscribe({
              onTopicCreated: (topic) => add(topic.partitions.map((partition) => partition.logId)),
              onPartitionsAdded: (topic, from) => add(topic.partitions.slice(from).map((partition) => partition.logId)),
            });
          };
          const first = testCatalog(SETTINGS);
          watch(first.catalog);
          run(first.catalog, commands.slice(0, at));
          const second = recovered(first.catalog.snapshot(), SETTINGS);
          watch(second.catalog);
          run(second.catalog, commands.slice(at));
        },
      ),
      { seed: 7, numRuns: 150 },
    );
  });

  it('remembers the log ids of what was deleted before the snapshot', () => {
    const live = testCatalog();
    live.catalog.createTopic(newTopic('t', 3));
    live.catalog.deleteTopic({ name: 't' });
    const { catalog } = recovered(live.catalog.snapshot());
    catalog.createTopic(newTopic('t'));
    assert.equal(catalog.topic('t')?.partitions[0]?.logId, 1027);
  });

  it('tells listeners of every topic while it recovers', () => {
    const live = testCatalog();
    live.catalog.createTopic(newTopic('gone'));
    live.catalog.createTopic(newTopic('t', 2));
    live.catalog.deleteTopic({ name: 'gone' });
    live.catalog.addPartitions('t', 3);
    const replay = (records: Iterable<(typeof live.records)[number]>): string[] => {
      const { catalog } = testCatalog();
      const heard: string[] = [];
      catalog.subscribe({
        onTopicCreated: (topic) => heard.push(`created ${topic.name} ${topic.partitions.length}`),
        onTopicDeleted: (topic) => heard.push(`deleted ${topic.name}`),
        onPartitionsAdded: (topic, from) => heard.push(`added ${topic.name} ${from}`),
      });
      for (const record of records) catalog.apply(record);
      return heard;
    };
    assert.deepEqual(replay(live.records), ['created gone 1', 'created t 2', 'deleted gone', 'added t 2']);
    assert.deepEqual(replay(live.catalog.snapshot()), ['created t 3']);
  });

  it('starts with configs that today’s rules would refuse, and with names that it does not know', () => {
    const { catalog } = recovered([
      {
        type: 'topic_created',
        topicId: 'AAAAAAAAAAAAAAAAAAAAAB',
        name: 't',
        createdMs: 1,
        partitions: [],
        replicationFactorAsked: 1,
        configs: { 'segment.bytes': '14', 'config.of.tomorrow': 'x' },
      },
    ]);
    assert.equal(catalog.topic('t')?.effective.segmentBytes, 14);
    const resource = { type: 'topic', name: 't' } as const;
    catalog.incrementalAlterConfigs(resource, [{ operation: 'SET', name: 'retention.ms', value: '5' }]);
    assert.equal(catalog.topic('t')?.effective.retentionMs, 5);
    assert.equal(catalog.topic('t')?.configs['config.of.tomorrow'], 'x');
  });

  it('leaves its snapshot alone when it changes', () => {
    const { catalog } = testCatalog();
    catalog.createTopic(newTopic('t'));
    const snapshot = catalog.snapshot();
    const text = JSON.stringify(snapshot);
    catalog.addPartitions('t', 4);
    assert.equal(JSON.stringify(snapshot), text);
  });
});
