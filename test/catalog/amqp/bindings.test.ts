/** Binding and unbinding. The texts are those of RabbitMQ 3.10. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpCatalog } from '../../../src/catalog/amqp/amqp-catalog.ts';
import { propertiesKey } from '../../../src/catalog/amqp/bindings.ts';
import type { FieldValue } from '../../../src/message/field-table.ts';
import { refuses } from '../support.ts';
import { binding, exchange, queue, table, testAmqpCatalog } from './support.ts';

function withQueue(): AmqpCatalog {
  const { catalog } = testAmqpCatalog();
  queue(catalog, 'q');
  exchange(catalog, 'x');
  return catalog;
}

const keys = (catalog: AmqpCatalog) => [...catalog.bindings('/')].map(propertiesKey);

describe('binding', () => {
  it('joins an exchange to a queue or to an exchange, once', () => {
    const catalog = withQueue();
    assert.equal(catalog.bind(binding('x', 'q', 'k')), true);
    assert.equal(catalog.bind(binding('x', 'q', 'k')), false);
    assert.equal(catalog.bind(binding('x', 'x:x', 'k')), true);
    const shown = [...catalog.bindings('/')].map((each) => [
      each.source.name,
      each.destinationType,
      each.destination.name,
    ]);
    assert.deepEqual(shown, [
      ['x', 'queue', 'q'],
      ['x', 'exchange', 'x'],
    ]);
    assert.equal([...catalog.bindingsTo('/', 'queue', 'q')].length, 1);
    assert.equal([...catalog.bindingsTo('/', 'exchange', 'x')].length, 1);
    assert.equal([...catalog.bindingsFrom('/', 'x')].length, 2);
  });

  it('counts arguments and their types, whatever their order', () => {
    const catalog = withQueue();
    const long: FieldValue = { type: 'int64', value: 1n };
    const binds = (args: Parameters<typeof table>[0]) => catalog.bind(binding('x', 'q', 'k', table(args)));
    const made = [binds({}), binds({ a: 1, b: 2 }), binds({ b: 2, a: 1 }), binds({ a: long, b: 2 }), binds({ a: '1' })];
    assert.deepEqual(made, [true, true, false, true, true]);
    assert.equal(catalog.unbind(binding('x', 'q', 'k', table({ b: 2, a: 1 }))), true);
    assert.equal(keys(catalog).length, 3);
  });

  it('tells bindings apart whose names and keys would read the same in a row', () => {
    const catalog = withQueue();
    queue(catalog, 'q1');
    assert.deepEqual(
      [catalog.bind(binding('x', 'q1', '')), catalog.bind(binding('x', 'q', '1')), keys(catalog).length],
      [true, true, 2],
    );
  });

  it('needs both ends, and looks for the exchange first', () => {
    const catalog = withQueue();
    refuses(() => catalog.bind(binding('x', 'nope')), 'not_found', "no queue 'nope' in vhost '/'");
    refuses(() => catalog.bind(binding('none', 'nope')), 'not_found', "no exchange 'none' in vhost '/'");
    refuses(() => catalog.bind(binding('x', 'x:nope')), 'not_found', "no exchange 'nope' in vhost '/'");
  });

  it('leaves the default exchange alone', () => {
    const catalog = withQueue();
    const text = 'operation not permitted on the default exchange';
    for (const wanted of [binding('', 'nope'), binding('x', 'x:'), binding('', 'x:x')]) {
      refuses(() => catalog.bind(wanted), 'access_refused', text);
      refuses(() => catalog.unbind(wanted), 'access_refused', text);
    }
  });

  it('to a headers exchange has a mode that there is', () => {
    const catalog = withQueue();
    const mode = (value: string | number | boolean) => () =>
      catalog.bind(binding('amq.headers', 'q', '', table({ 'x-match': value })));
    for (const known of ['all', 'any', 'all-with-x', 'any-with-x']) mode(known)();
    const known = 'expected all, any, all-with-x, or any-with-x';
    refuses(mode('foo'), 'precondition_failed', `Invalid x-match field value <<"foo">>; ${known}`);
    refuses(mode(1), 'precondition_failed', 'Invalid x-match field type signedint (value 1); expected longstr');
    refuses(mode(true), 'precondition_failed', 'Invalid x-match field type bool (value true); expected longstr');
    assert.equal(catalog.unbind(binding('amq.headers', 'q', '', table({ 'x-match': 'foo' }))), false);
    assert.equal(catalog.bind(binding('x', 'q', '', table({ 'x-match': 'foo' }))), true);
  });

  it('to a consistent hash exchange has a weight, also through a delay', () => {
    const catalog = withQueue();
    exchange(catalog, 'h', { type: 'x-consistent-hash' });
    const delayed = table({ 'x-delayed-type': 'x-consistent-hash' });
    exchange(catalog, 'd', { type: 'x-delayed-message', arguments: delayed });
    for (const source of ['h', 'd']) {
      const weight = (key: string) => () => catalog.bind(binding(source, 'q', key));
      for (const key of ['1', '10', '+5', '05', String(2 ** 31)]) weight(key)();
      for (const key of ['a', '1.5', '', ' 5', '5 ', '1e3', '0x1']) {
        refuses(weight(key), 'precondition_failed', `The binding key must be an integer: <<"${key}">>`);
      }
      for (const key of ['0', '-1'])
        refuses(weight(key), 'precondition_failed', 'The binding key must be greater than 0');
      refuses(weight('2147483649'), 'precondition_failed', 'The binding key must be at most 2147483648');
    }
  });

  it('asks for permissions in order, before it looks whether anything is there', () => {
    const { catalog } = testAmqpCatalog();
    const asked: string[] = [];
    const note = (what: string) => (kind: string, name: string) => asked.push(`${what} ${kind} ${name}`);
    const caller = {
      permissions: { checkConfigure: note('configure'), checkRead: note('read'), checkWrite: note('write') },
    };
    assert.throws(() => catalog.bind(binding('x', 'q'), caller));
    assert.deepEqual(asked.splice(0), ['write queue q', 'read exchange x']);
    catalog.unbind(binding('x', 'x:y'), caller);
    assert.deepEqual(asked, ['write exchange y', 'read exchange x']);
  });

  it('stops at the limit of the node', () => {
    const { catalog } = testAmqpCatalog({ settings: { bindingsMax: 1 } });
    queue(catalog, 'q');
    catalog.bind(binding('amq.direct', 'q', 'a'));
    assert.equal(catalog.bind(binding('amq.direct', 'q', 'a')), false);
    const text =
      "binding of queue 'q' in vhost '/' to exchange 'amq.direct' would be one more than this node's limit of 1 bindings";
    refuses(() => catalog.bind(binding('amq.direct', 'q', 'b')), 'limit_exceeded', text);
    const long = () => catalog.bind(binding('amq.direct', 'q', 'x'.repeat(256)));
    refuses(long, 'invalid_request', 'routing key has 256 bytes, more than 255');
  });
});

describe('unbinding', () => {
  it('of what is not there succeeds', () => {
    const catalog = withQueue();
    for (const wanted of [binding('x', 'q'), binding('x', 'nope'), binding('nope', 'q'), binding('x', 'x:nope')]) {
      assert.equal(catalog.unbind(wanted), false);
    }
  });

  it("of what is not there succeeds, even where the queue is somebody else's", () => {
    const catalog = withQueue();
    queue(catalog, 'mine', { exclusive: true }, { connectionId: 'a' });
    assert.equal(catalog.unbind(binding('x', 'mine'), { connectionId: 'b' }), false);
  });

  it('frees the place of the binding', () => {
    const catalog = withQueue();
    catalog.bind(binding('x', 'q', 'a'));
    catalog.bind(binding('x', 'q', 'b'));
    assert.equal(catalog.unbind(binding('x', 'q', 'a')), true);
    assert.deepEqual(keys(catalog), ['b']);
    assert.equal(catalog.bind(binding('x', 'q', 'a')), true);
  });
});

describe('the management API knows a binding', () => {
  it('by a properties key that can stand in an address', () => {
    const catalog = withQueue();
    const shown = ['', 'a', 'a b', '#', 'a~b', 'a/b', 'é*+'];
    for (const key of shown) catalog.bind(binding('x', 'q', key));
    assert.deepEqual(keys(catalog), ['~', 'a', 'a+b', '%23', 'a%7Eb', 'a%2Fb', '%C3%A9%2A%2B']);
  });

  it('and tells arguments apart by a hash', () => {
    const catalog = withQueue();
    catalog.bind(binding('x', 'q', 'a'));
    catalog.bind(binding('x', 'q', 'a', table({ x: 1 })));
    catalog.bind(binding('x', 'q', '', table({ x: 2 })));
    const [, second = '', third = ''] = keys(catalog);
    assert.match(second, /^a~[\w-]{22}$/);
    assert.match(third, /^~[\w-]{22}$/);
    assert.equal(catalog.findBinding(binding('x', 'q'), second)?.arguments.size, 1);
    assert.equal(catalog.findBinding(binding('x', 'q'), 'a~nope'), undefined);
  });

  it('also if it is one that every queue has', () => {
    const catalog = withQueue();
    const found = catalog.defaultBinding(catalog.requireQueue('/', 'q'));
    assert.deepEqual([found?.source.name, found?.routingKey, found && propertiesKey(found)], ['', 'q', 'q']);
  });
});
