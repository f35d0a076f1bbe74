/** Declaring and deleting queues. The texts are those of RabbitMQ 3.10, but for what is Trilog's own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpCatalog } from '../../../src/catalog/amqp/amqp-catalog.ts';
import type { Caller } from '../../../src/catalog/amqp/context.ts';
import { QUEUE_IDS_END, QUEUE_LOG_ID_MIN, type QueueSettings } from '../../../src/catalog/amqp/queue-settings.ts';
import type { FieldValue } from '../../../src/message/field-table.ts';
import { refuses } from '../support.ts';
import { binding, exchange, type QueueOptions, queue, recovered, table, testAmqpCatalog } from './support.ts';

const A: Caller = { connectionId: 'a' };
const B: Caller = { connectionId: 'b' };

const LOCKED =
  "cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on another connection " +
  'or the exclusive property value does not match that of the original declaration.';

function withQueue(options: QueueOptions = {}, caller?: Caller): AmqpCatalog {
  const { catalog } = testAmqpCatalog();
  queue(catalog, 'q', options, caller);
  return catalog;
}

describe('declaring a queue', () => {
  it('gives it an id from the range of queues and settings', () => {
    const { catalog } = testAmqpCatalog();
    const first = queue(catalog, 'q', { arguments: table({ 'x-message-ttl': 5 }) });
    assert.equal(first.id, QUEUE_LOG_ID_MIN);
    assert.equal(first.settings.messageTtlMs, 5);
    assert.equal(catalog.queue('/', 'q'), first);
    assert.equal(catalog.queueById(first.id), first);
    assert.equal(queue(catalog, 'q2').id, QUEUE_LOG_ID_MIN + 1);
  });

  it('finds the same one when declared again', () => {
    const { catalog, records } = testAmqpCatalog();
    const wanted = { vhost: '/', name: 'q', durable: true, exclusive: false, autoDelete: false, arguments: table({}) };
    const { queue: first, created } = catalog.declareQueue(wanted);
    const again = catalog.declareQueue(wanted);
    assert.deepEqual([created, again.created, again.queue === first, records.length], [true, false, true, 1]);
  });

  it('takes ids for all its priorities', () => {
    const { catalog } = testAmqpCatalog();
    const first = queue(catalog, 'p', { arguments: table({ 'x-max-priority': 9 }) });
    assert.equal(first.settings.maxPriority, 9);
    assert.equal(queue(catalog, 'q').id, first.id + 10);
  });

  it('names it if it has no name', () => {
    const { catalog } = testAmqpCatalog();
    const first = queue(catalog, '');
    assert.match(first.name, /^amq\.gen-[\w-]{22}$/);
    assert.notEqual(queue(catalog, '').name, first.name);
    const text = 'Cannot declare a server-named queue for type rabbit_quorum_queue';
    const quorum = { arguments: table({ 'x-queue-type': 'quorum' }) };
    refuses(() => queue(catalog, '', quorum), 'precondition_failed', text);
  });

  it('leaves out line breaks of its name', () => {
    const { catalog } = testAmqpCatalog();
    assert.equal(queue(catalog, 'a\r\nb').name, 'ab');
    assert.equal(catalog.requireQueue('/', 'a\nb').name, 'ab');
  });

  it('refuses names that are kept or too long', () => {
    const { catalog } = testAmqpCatalog();
    const text = "queue name 'amq.foo' contains reserved prefix 'amq.*'";
    refuses(() => queue(catalog, 'amq.foo'), 'access_refused', text);
    queue(catalog, 'x'.repeat(255));
    refuses(() => queue(catalog, 'ä'.repeat(128)), 'invalid_request', 'queue name has 256 bytes, more than 255');
    refuses(() => queue(catalog, 'q', { vhost: 'v' }), 'not_found', "vhost 'v' not found");
  });

  it('refuses another that is not the same', () => {
    const different = (first: QueueOptions, second: QueueOptions, text: string) =>
      refuses(
        () => queue(withQueue(first), 'q', second),
        'precondition_failed',
        `inequivalent arg ${text}`.replace('QUEUE', "for queue 'q' in vhost '/'"),
      );
    const none: QueueOptions = { durable: false };
    const args = (fields: Parameters<typeof table>[0]): QueueOptions => ({ durable: false, arguments: table(fields) });
    different({}, { durable: false }, "'durable' QUEUE: received 'false' but current is 'true'");
    different({}, { autoDelete: true }, "'auto_delete' QUEUE: received 'true' but current is 'false'");
    const byte: FieldValue = { type: 'int8', value: 5 };
    const current = 'but current is none';
    different(
      none,
      args({ 'x-message-ttl': byte }),
      `'x-message-ttl' QUEUE: received the value '5' of type 'byte' ${current}`,
    );
    different(
      none,
      args({ 'x-single-active-consumer': true }),
      `'x-single-active-consumer' QUEUE: received the value 'true' of type 'bool' ${current}`,
    );
    different(
      args({ 'x-message-ttl': 5 }),
      none,
      "'x-message-ttl' QUEUE: received none but current is the value '5' of type 'signedint'",
    );
    different(
      args({ 'x-message-ttl': 5 }),
      args({ 'x-message-ttl': 6 }),
      "'x-message-ttl' QUEUE: received '6' but current is '5'",
    );
    different(
      none,
      args({ 'x-overflow': 'bad' }),
      `'x-overflow' QUEUE: received the value 'bad' of type 'longstr' ${current}`,
    );
    const quorum = table({ 'x-queue-type': 'quorum' });
    different({}, { arguments: quorum }, "'x-queue-type' QUEUE: received 'quorum' but current is 'classic'");
    different({ arguments: quorum }, {}, "'x-queue-type' QUEUE: received 'classic' but current is 'quorum'");
  });

  it('does not mind other widths of a number, unknown arguments, nor the type named', () => {
    const catalog = withQueue({ arguments: table({ 'x-message-ttl': 5 }) });
    const wide: FieldValue = { type: 'int64', value: 5n };
    const again = { 'x-message-ttl': wide, 'x-foo': 'bar', 'x-queue-type': 'classic', 'x-delivery-limit': 3 };
    queue(catalog, 'q', { arguments: table(again) });
    assert.equal(catalog.queue('/', 'q')?.arguments.size, 1);
  });

  it('takes the type of the vhost where the queue can be of it', () => {
    const { catalog } = testAmqpCatalog();
    catalog.putVhost('v', { defaultQueueType: 'quorum' });
    const type = (name: string, options: QueueOptions) =>
      queue(catalog, name, { vhost: 'v', ...options }, A).settings.type;
    assert.equal(type('a', {}), 'quorum');
    assert.equal(type('b', { durable: false }), 'classic');
    assert.equal(type('c', { exclusive: true }), 'classic');
    assert.equal(type('d', { autoDelete: true }), 'classic');
    assert.equal(type('e', { arguments: table({ 'x-queue-type': 'classic' }) }), 'classic');
    catalog.putVhost('v', { defaultQueueType: 'classic' });
    assert.equal(type('a', {}), 'quorum', 'declared again as it was');
  });

  it('refuses arguments before anything is recorded', () => {
    const { catalog, records } = testAmqpCatalog();
    const text = `invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}`;
    refuses(() => queue(catalog, 'q', { arguments: table({ 'x-message-ttl': -1 }) }), 'precondition_failed', text);
    const large = { arguments: table({ 'x-foo': 'x'.repeat(5000) }) };
    const bytes = "the arguments of queue 'q' in vhost '/' have 5011 bytes, more than 4096";
    refuses(() => queue(catalog, 'q', large), 'precondition_failed', bytes);
    assert.deepEqual(records, []);
  });

  it('asks for permissions in order', () => {
    const { catalog } = testAmqpCatalog();
    const asked: string[] = [];
    const note = (what: string) => (kind: string, name: string) => asked.push(`${what} ${kind} ${name}`);
    const permissions = {
      checkConfigure: note('configure'),
      checkRead: note('read'),
      checkWrite: note('write'),
    };
    queue(catalog, 'q', { arguments: table({ 'x-dead-letter-exchange': 'dlx' }) }, { permissions });
    assert.deepEqual(asked.splice(0), ['configure queue q', 'read queue q', 'write exchange dlx']);
    queue(catalog, 'q', { arguments: table({ 'x-dead-letter-exchange': 'dlx' }) }, { permissions });
    catalog.deleteQueue({ vhost: '/', name: 'q' }, { permissions });
    assert.deepEqual(asked, ['configure queue q', 'configure queue q']);
  });

  it('stops at the limits of the node and of the vhost', () => {
    const { catalog } = testAmqpCatalog({ settings: { queuesMax: 2 } });
    queue(catalog, 'a');
    queue(catalog, 'b');
    const text = "queue 'c' in vhost '/' would be one more than this node's limit of 2 queues";
    refuses(() => queue(catalog, 'c'), 'limit_exceeded', text);
    catalog.deleteQueue({ vhost: '/', name: 'a' });
    catalog.setVhostLimits('/', { maxQueues: 1 });
    const reached = "cannot declare queue 'c': queue limit in vhost '/' (1) is reached";
    refuses(() => queue(catalog, 'c'), 'precondition_failed', reached);
    queue(catalog, 'b');
    catalog.setVhostLimits('/', { maxQueues: -1 });
    queue(catalog, 'c');
  });

  it('ends when all ids were used', () => {
    const { catalog } = recovered([{ type: 'queue_ids_used', nextQueueId: QUEUE_IDS_END - 1 }]);
    const text = `queue 'p' in vhost '/' would be one more than this node's limit of ${QUEUE_IDS_END} queue ids over its whole life`;
    refuses(() => queue(catalog, 'p', { arguments: table({ 'x-max-priority': 1 }) }), 'limit_exceeded', text);
    queue(catalog, 'q');
  });
});

describe('an exclusive queue', () => {
  it('is locked for other connections', () => {
    const catalog = withQueue({ exclusive: true }, A);
    const { durable, exclusiveOwner, settings } = catalog.requireQueue('/', 'q', A);
    assert.deepEqual([durable, exclusiveOwner, settings.exclusive], [false, 'a', true]);
    queue(catalog, 'q', { exclusive: true, durable: false }, A);
    refuses(() => queue(catalog, 'q', { exclusive: true }, B), 'resource_locked', LOCKED);
    refuses(() => queue(catalog, 'q', {}, B), 'resource_locked', LOCKED);
    refuses(() => queue(catalog, 'q', {}, A), 'resource_locked', LOCKED);
    refuses(() => catalog.requireQueue('/', 'q', B), 'resource_locked', LOCKED);
    refuses(() => catalog.requireQueue('/', 'q'), 'resource_locked', LOCKED);
    refuses(() => catalog.deleteQueue({ vhost: '/', name: 'q' }, B), 'resource_locked', LOCKED);
    const bound = binding('amq.direct', 'q');
    refuses(() => catalog.bind(bound, B), 'resource_locked', LOCKED);
    assert.equal(catalog.bind(bound, A), true);
    refuses(() => catalog.unbind(bound, B), 'resource_locked', LOCKED);
  });

  it('goes with its connection, and no other does', () => {
    const catalog = withQueue({ exclusive: true }, A);
    queue(catalog, 'q2', { exclusive: true }, A);
    queue(catalog, 'q3', { exclusive: true }, B);
    queue(catalog, 'q4');
    const gone = catalog.removeExclusive('a').map(({ name }) => name);
    assert.deepEqual(gone, ['q', 'q2']);
    assert.deepEqual(
      [...catalog.queues('/')].map(({ name }) => name),
      ['q3', 'q4'],
    );
    assert.deepEqual(catalog.removeExclusive('a'), []);
  });

  it('is not one that everybody has, and needs a connection', () => {
    refuses(() => queue(withQueue(), 'q', { exclusive: true }, A), 'resource_locked', LOCKED);
    const text = "queue 'e' in vhost '/' can not be exclusive without a connection";
    refuses(() => queue(withQueue(), 'e', { exclusive: true }), 'invalid_request', text);
  });
});

describe('deleting a queue', () => {
  const q = { vhost: '/', name: 'q' };

  it('takes its bindings along and frees the name, not the id', () => {
    const catalog = withQueue();
    const { id } = catalog.requireQueue('/', 'q');
    catalog.bind(binding('amq.direct', 'q', 'k'));
    assert.equal(catalog.deleteQueue(q)?.id, id);
    assert.deepEqual([...catalog.bindings('/')], []);
    assert.equal(catalog.queueById(id), undefined);
    assert.equal(queue(catalog, 'q').id, id + 1);
  });

  it('that is not there succeeds', () => {
    const { catalog, records } = testAmqpCatalog();
    assert.equal(catalog.deleteQueue(q), undefined);
    assert.deepEqual(records, []);
  });

  it('can depend on nobody using it', () => {
    const catalog = withQueue();
    const usage = (messages: number, consumers: number) => () => ({ messages, consumers });
    const when = { ...q, ifUnused: true, ifEmpty: true };
    const used = () => catalog.deleteQueue(when, undefined, usage(0, 1));
    refuses(used, 'precondition_failed', "queue 'q' in vhost '/' in use");
    const full = () => catalog.deleteQueue(when, undefined, usage(1, 1));
    refuses(full, 'precondition_failed', "queue 'q' in vhost '/' not empty");
    assert.equal(catalog.deleteQueue({ ...q, ifEmpty: true }, undefined, usage(0, 1))?.name, 'q');
  });

  it('that nobody uses any more asks nobody', () => {
    const catalog = withQueue({ exclusive: true }, A);
    const { id } = catalog.requireQueue('/', 'q', A);
    assert.deepEqual([catalog.removeQueue(id, 'expired'), catalog.removeQueue(id, 'expired')], [true, false]);
    refuses(() => catalog.requireQueue('/', 'q'), 'not_found', "no queue 'q' in vhost '/'");
  });
});

describe('a name', () => {
  const topics = { isTopic: (name: string) => name === 't' };
  const stream = { arguments: table({ 'x-queue-type': 'stream', 'x-max-age': '1D' }) };

  it('is a queue or a topic, never both', () => {
    const { catalog } = testAmqpCatalog({ topics });
    const text = "queue 't' in vhost '/' is a Kafka topic: declare it with x-queue-type 'stream', or take another name";
    refuses(() => queue(catalog, 't'), 'precondition_failed', text);
    catalog.putVhost('v');
    queue(catalog, 't', { vhost: 'v' });
    assert.equal(catalog.hasQueue('t'), false);
    queue(catalog, 'q');
    assert.equal(catalog.hasQueue('q'), true);
  });

  it('of a stream becomes a topic', () => {
    const made: [string, QueueSettings][] = [];
    const createStream = (name: string, settings: QueueSettings) => made.push([name, settings]);
    const { catalog } = testAmqpCatalog({ topics: { ...topics, createStream } });
    const declared = queue(catalog, 't', stream);
    assert.deepEqual([declared.settings.type, declared.settings.streamMaxAgeMs], ['stream', 86_400_000]);
    assert.deepEqual(made, [['t', declared.settings]]);
    queue(catalog, 't', stream);
    assert.equal(made.length, 1);
  });

  it('of a stream is refused where there can be no topic', () => {
    const { catalog, records } = testAmqpCatalog({ topics });
    const here = "queue 's' in vhost '/' can not be a stream on this node";
    refuses(() => queue(catalog, 's', stream), 'precondition_failed', here);
    const refusing = () => {
      throw new RangeError('no');
    };
    const other = testAmqpCatalog({ topics: { ...topics, createStream: refusing } });
    assert.throws(() => queue(other.catalog, 's', stream), RangeError);
    assert.deepEqual([records, other.records], [[], []]);
    other.catalog.putVhost('v');
    const elsewhere = "queue 's' in vhost 'v' can not be a stream: streams are Kafka topics, which are in vhost '/'";
    refuses(() => queue(other.catalog, 's', { vhost: 'v', ...stream }), 'precondition_failed', elsewhere);
  });
});

describe('after a restart', () => {
  it('only durable things are left, and what they bring about', () => {
    const { catalog, records } = testAmqpCatalog();
    queue(catalog, 'durable');
    queue(catalog, 'transient', { durable: false });
    queue(catalog, 'exclusive', { exclusive: true }, A);
    exchange(catalog, 'durable');
    exchange(catalog, 'transient', { durable: false });
    exchange(catalog, 'alone', { autoDelete: true });
    exchange(catalog, 'not alone', { autoDelete: true });
    for (const source of ['durable', 'transient', 'not alone']) catalog.bind(binding(source, 'durable'));
    for (const source of ['durable', 'alone', 'not alone']) catalog.bind(binding(source, 'transient'));
    const { catalog: after } = recovered(records);
    after.dropTransient();
    assert.deepEqual(
      [...after.queues('/')].map(({ name }) => name),
      ['durable'],
    );
    const left = [...after.exchanges('/')].filter(({ predeclared }) => !predeclared).map(({ name }) => name);
    assert.deepEqual(left, ['durable', 'not alone']);
    const bound = [...after.bindings('/')].map(({ source, destination }) => `${source.name} ${destination.name}`);
    assert.deepEqual(bound, ['durable durable', 'not alone durable']);
    assert.deepEqual(after.removeExclusive('a'), []);
  });
});
