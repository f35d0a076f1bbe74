import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpCatalog } from '../../../src/catalog/amqp/amqp-catalog.ts';
import { effectiveDefinition } from '../../../src/catalog/amqp/effective-policy.ts';
import type { PolicyScope } from '../../../src/catalog/amqp/policy.ts';
import type { NewPolicy } from '../../../src/catalog/amqp/policy-check.ts';
import { refuses } from '../support.ts';
import { exchange, queue, table, testAmqpCatalog } from './support.ts';

function policy(name: string, definition: NewPolicy['definition'], more: Partial<NewPolicy> = {}): NewPolicy {
  return { vhost: '/', name, pattern: '^q', priority: 0, applyTo: 'all', definition, ...more };
}

const settings = (catalog: AmqpCatalog, name: string) => catalog.requireQueue('/', name).settings;

describe('a policy', () => {
  it('holds for present and new queues that match, until it changes or goes', () => {
    const { catalog } = testAmqpCatalog();
    queue(catalog, 'q1');
    queue(catalog, 'other');
    catalog.putPolicy('policy', policy('p', { 'message-ttl': 5 }));
    queue(catalog, 'q2');
    const ttls = () => ['q1', 'q2', 'other'].map((name) => settings(catalog, name).messageTtlMs);
    assert.deepEqual(ttls(), [5, 5, undefined]);
    assert.equal(catalog.requireQueue('/', 'q1').policy?.name, 'p');
    catalog.putPolicy('policy', policy('p', { 'message-ttl': 6 }, { pattern: 'other|2' }));
    assert.deepEqual(ttls(), [undefined, 6, 6]);
    assert.equal(catalog.deletePolicy('policy', '/', 'p'), true);
    assert.deepEqual(ttls(), [undefined, undefined, undefined]);
    assert.equal(catalog.deletePolicy('policy', '/', 'p'), false);
  });

  it('of the highest priority counts, alone', () => {
    const { catalog } = testAmqpCatalog();
    queue(catalog, 'q');
    catalog.putPolicy('policy', policy('b', { 'max-length': 1 }, { priority: 1 }));
    catalog.putPolicy('policy', policy('a', { 'message-ttl': 1 }, { priority: 2 }));
    catalog.putPolicy('policy', policy('c', { 'max-length': 3 }, { priority: 1 }));
    const seen = () => [catalog.requireQueue('/', 'q').policy?.name, settings(catalog, 'q').maxLength];
    assert.deepEqual(seen(), ['a', undefined]);
    catalog.putPolicy('policy', policy('a', { 'message-ttl': 1 }, { priority: 0 }));
    assert.deepEqual(seen(), ['b', 1], 'the first by name of several');
    catalog.deletePolicy('policy', '/', 'b');
    assert.deepEqual(seen(), ['c', 3]);
  });

  it('applies to what it says, and to no queue that could not use it', () => {
    const { catalog } = testAmqpCatalog({ topics: { isTopic: () => false, createStream() {} } });
    queue(catalog, 'q.classic');
    queue(catalog, 'q.quorum', { arguments: table({ 'x-queue-type': 'quorum' }) });
    queue(catalog, 'q.stream', { arguments: table({ 'x-queue-type': 'stream' }) });
    exchange(catalog, 'q.exchange');
    const holding = (applyTo: string, definition: NewPolicy['definition'] = { 'max-length-bytes': 1 }) => {
      catalog.putPolicy('policy', policy('p', definition, { applyTo }));
      const queues = [...catalog.queues('/')].filter((each) => each.policy).map(({ name }) => name.slice(2));
      return catalog.requireExchange('/', 'q.exchange').policy ? [...queues, 'exchange'] : queues;
    };
    assert.deepEqual(holding('all'), ['classic', 'quorum', 'stream', 'exchange']);
    assert.deepEqual(holding('queues'), ['classic', 'quorum', 'stream']);
    assert.deepEqual(holding('classic_queues'), ['classic']);
    assert.deepEqual(holding('quorum_queues'), ['quorum']);
    assert.deepEqual(holding('streams'), ['stream']);
    assert.deepEqual(holding('exchanges'), ['exchange']);
    assert.deepEqual(holding('queues', { 'max-age': '1D' }), ['stream']);
    assert.deepEqual(holding('queues', { 'delivery-limit': 3 }), ['quorum']);
    assert.deepEqual(holding('queues', { 'delivery-limit': 3, expires: 1 }), ['classic', 'quorum']);
  });

  it('gives exchanges an alternate, unless they have one', () => {
    const { catalog } = testAmqpCatalog();
    exchange(catalog, 'q1');
    exchange(catalog, 'q2', { arguments: table({ 'alternate-exchange': 'own' }) });
    const changed: string[] = [];
    catalog.subscribe({
      onExchangeChanged: ({ name, alternateExchange }) => changed.push(`${name} ${alternateExchange}`),
    });
    catalog.putPolicy('policy', policy('p', { 'alternate-exchange': 'a' }));
    catalog.putPolicy('policy', policy('p', { 'alternate-exchange': 'a' }, { priority: 1 }));
    assert.equal(catalog.exchange('/', 'q2')?.alternateExchange, 'own');
    catalog.deletePolicy('policy', '/', 'p');
    assert.deepEqual(changed, ['q1 a', 'q1 undefined']);
  });

  it('tells listeners of queues whose settings changed, and of no others', () => {
    const { catalog } = testAmqpCatalog();
    const before = queue(catalog, 'q').settings;
    queue(catalog, 'q2', { arguments: table({ 'x-message-ttl': 1 }) });
    const changed: string[] = [];
    catalog.subscribe({ onQueueChanged: ({ name }) => changed.push(name) });
    catalog.putPolicy('policy', policy('p', { 'message-ttl': 5 }));
    assert.deepEqual(changed, ['q']);
    assert.notEqual(settings(catalog, 'q'), before);
    const after = settings(catalog, 'q');
    catalog.putPolicy('policy', policy('p', { 'message-ttl': 5 }, { priority: 7 }));
    assert.equal(settings(catalog, 'q'), after);
    assert.equal(catalog.requireQueue('/', 'q').policy?.priority, 7);
  });

  it('is refused if RabbitMQ would refuse it', () => {
    const { catalog, records } = testAmqpCatalog();
    const refused = (wanted: NewPolicy, text: string, scope: PolicyScope = 'policy') =>
      refuses(() => catalog.putPolicy(scope, wanted), 'invalid_request', text);
    refused(policy('p', {}), 'no policy provided');
    refused(policy('p', { foo: 'bar' }), 'foo are not recognised policy settings');
    refused(policy('p', { toString: 1 }), 'toString are not recognised policy settings');
    refused(policy('p', { 'message-ttl': 'a' }), '"a" is not a valid message TTL');
    refused(policy('p', { 'message-ttl': -1 }), '-1 is not a valid message TTL');
    refused(policy('p', { expires: 0 }), '0 is not a valid queue expiry');
    refused(policy('p', { 'max-length': 1.5 }), '1.5 is not a valid maximum length');
    refused(policy('p', { overflow: 'foo' }), '"foo" is not a valid overflow value');
    refused(policy('p', { 'max-age': '1Z' }), '"1Z" is not a valid max age');
    refused(policy('p', { 'dead-letter-exchange': 1 }), '1 is not a valid dead letter exchange name');
    refused(policy('p', { expires: 1 }, { priority: 0.5 }), 'priority should be a number, actually was 0.5');
    refused(policy('', { expires: 1 }), 'a policy needs a name');
    const targets = "'all', 'exchanges', 'queues', 'classic_queues', 'quorum_queues', 'streams'";
    refused(
      policy('p', { expires: 1 }, { applyTo: 'foo' }),
      `apply-to 'foo' unrecognised; should be one of ${targets}`,
    );
    assert.throws(
      () => catalog.putPolicy('policy', policy('p', { expires: 1 }, { pattern: '(' })),
      /^DomainError: pattern should be regular expression but is invalid: /,
    );
    refused(
      policy('p', { 'dead-letter-exchange': 'a' }),
      'dead-letter-exchange are not recognised policy settings',
      'operator_policy',
    );
    refused(
      policy('p', { 'dead-letter-exchange': 'x'.repeat(5000) }),
      "the definition of policy 'p' has more than 4096 characters",
    );
    assert.deepEqual(records, []);
  });

  it('stops at the limit of the node', () => {
    const { catalog } = testAmqpCatalog({ settings: { policiesMax: 1 } });
    catalog.putPolicy('policy', policy('p', { expires: 1 }));
    catalog.putPolicy('policy', policy('p', { expires: 2 }));
    const text = "policy 'o' would be one more than this node's limit of 1 policies";
    refuses(() => catalog.putPolicy('operator_policy', policy('o', { expires: 1 })), 'limit_exceeded', text);
  });
});

describe('an operator policy', () => {
  it('bounds what arguments and policies say', () => {
    const { catalog } = testAmqpCatalog();
    queue(catalog, 'q', { arguments: table({ 'x-max-length': 9, 'x-overflow': 'drop-head' }) });
    catalog.putPolicy('policy', policy('p', { 'message-ttl': 5, 'max-length': 3, overflow: 'reject-publish' }));
    catalog.putPolicy('operator_policy', policy('o', { 'message-ttl': 50, 'max-length': 2, expires: 70_000 }));
    const { maxLength, messageTtlMs, expiresMs, overflow } = settings(catalog, 'q');
    assert.deepEqual([maxLength, messageTtlMs, expiresMs, overflow], [2, 5, 70_000, 'drop-head']);
    const { policy: own, operatorPolicy } = catalog.requireQueue('/', 'q');
    assert.deepEqual(effectiveDefinition(own, operatorPolicy), {
      'message-ttl': 5,
      'max-length': 2,
      expires: 70_000,
      overflow: 'reject-publish',
    });
    catalog.deletePolicy('operator_policy', '/', 'o');
    assert.equal(settings(catalog, 'q').maxLength, 3);
  });
});
