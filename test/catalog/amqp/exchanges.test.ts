/** Declaring and deleting exchanges. The texts are those of RabbitMQ 3.10 or its plugins. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuses } from '../support.ts';
import { binding, type ExchangeOptions, exchange, queue, table, testAmqpCatalog } from './support.ts';

const ON_DEFAULT = 'operation not permitted on the default exchange';

describe('declaring an exchange', () => {
  it('finds the same one when declared again, whatever its other arguments', () => {
    const { catalog, records } = testAmqpCatalog();
    const first = exchange(catalog, 'x', { arguments: table({ foo: 1 }) });
    assert.equal(exchange(catalog, 'x'), first);
    assert.equal(catalog.requireExchange('/', 'x'), first);
    assert.equal(catalog.exchange('/', 'x'), first);
    assert.equal(records.length, 1);
  });

  it('knows these types', () => {
    const { catalog } = testAmqpCatalog();
    for (const type of ['direct', 'fanout', 'topic', 'headers', 'x-consistent-hash', 'x-random']) {
      assert.equal(exchange(catalog, type, { type }).type, type);
    }
    refuses(() => exchange(catalog, '', { type: 'foo' }), 'command_invalid', "unknown exchange type 'foo'");
  });

  it('refuses another that is not the same', () => {
    const { catalog } = testAmqpCatalog();
    exchange(catalog, 'x');
    exchange(catalog, 'ae', { arguments: table({ 'alternate-exchange': 'a' }) });
    const different = (name: string, options: ExchangeOptions, arg: string, rest: string) => {
      const text = `inequivalent arg '${arg}' for exchange '${name}' in vhost '/': ${rest}`;
      refuses(() => exchange(catalog, name, options), 'precondition_failed', text);
    };
    different('x', { type: 'fanout' }, 'type', "received 'fanout' but current is 'direct'");
    different('x', { durable: false }, 'durable', "received 'false' but current is 'true'");
    different('x', { autoDelete: true }, 'auto_delete', "received 'true' but current is 'false'");
    different('x', { internal: true }, 'internal', "received 'true' but current is 'false'");
    different('amq.direct', { durable: false }, 'durable', "received 'false' but current is 'true'");
    const alternate = 'alternate-exchange';
    const to = (value: string | number): ExchangeOptions => ({ arguments: table({ [alternate]: value }) });
    different('x', to('a'), alternate, "received the value 'a' of type 'longstr' but current is none");
    different('ae', {}, alternate, "received none but current is the value 'a' of type 'longstr'");
    different('ae', to('b'), alternate, "received 'b' but current is 'a'");
    different('ae', to(1), alternate, "received '1' but current is 'a'");
  });

  it('leaves alone the default one and the names that are kept', () => {
    const { catalog } = testAmqpCatalog();
    refuses(() => exchange(catalog, ''), 'access_refused', ON_DEFAULT);
    refuses(() => catalog.requireExchange('/', ''), 'access_refused', ON_DEFAULT);
    const kept = "exchange name 'amq.foo' contains reserved prefix 'amq.*'";
    refuses(() => exchange(catalog, 'amq.foo'), 'access_refused', kept);
    assert.equal(exchange(catalog, 'amq.direct').predeclared, true);
    assert.equal(exchange(catalog, 'a\r\nb').name, 'ab');
    refuses(() => catalog.requireExchange('/', 'nope'), 'not_found', "no exchange 'nope' in vhost '/'");
  });

  it('refuses arguments that its type can not use', () => {
    const { catalog } = testAmqpCatalog();
    const bad = (type: string, fields: Parameters<typeof table>[0], text: string) =>
      refuses(() => exchange(catalog, 'x', { type, arguments: table(fields) }), 'precondition_failed', text);
    const alternate = "invalid type 'signedint' for arg 'alternate-exchange' in exchange 'x' in vhost '/'";
    bad('direct', { 'alternate-exchange': 1 }, alternate);
    const hash = 'x-consistent-hash';
    const both = 'hash-header and hash-property are mutually exclusive';
    bad(hash, { 'hash-header': 'a', 'hash-property': 'message_id' }, both);
    bad(hash, { 'hash-property': 'foo' }, 'Unsupported property: foo');
    bad(hash, { 'hash-property': 1 }, 'Unsupported property: 1');
    bad(hash, { 'hash-header': 1 }, "invalid type 'signedint' for arg 'hash-header'");
    const delayed = "Invalid argument, 'x-delayed-type' must be an existing exchange type";
    bad('x-delayed-message', {}, delayed);
    bad('x-delayed-message', { 'x-delayed-type': 1 }, delayed);
    const itself = "Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'";
    bad('x-delayed-message', { 'x-delayed-type': 'x-delayed-message' }, itself);
    bad('x-delayed-message', { 'x-delayed-type': hash, 'hash-property': 'foo' }, 'Unsupported property: foo');
    const unknown = { type: 'x-delayed-message', arguments: table({ 'x-delayed-type': 'foo' }) };
    refuses(() => exchange(catalog, 'x', unknown), 'command_invalid', "unknown exchange type 'foo'");
  });

  it('compares by which type a delaying one routes', () => {
    const { catalog } = testAmqpCatalog();
    const delayed = (type: string) => ({ type: 'x-delayed-message', arguments: table({ 'x-delayed-type': type }) });
    exchange(catalog, 'd', delayed('direct'));
    const text =
      "inequivalent arg 'x-delayed-type' for exchange 'd' in vhost '/': received 'topic' but current is 'direct'";
    refuses(() => exchange(catalog, 'd', delayed('topic')), 'precondition_failed', text);
  });

  it('asks for permissions in order', () => {
    const { catalog } = testAmqpCatalog();
    const asked: string[] = [];
    const note = (what: string) => (kind: string, name: string) => asked.push(`${what} ${kind} ${name}`);
    const caller = {
      permissions: { checkConfigure: note('configure'), checkRead: note('read'), checkWrite: note('write') },
    };
    exchange(catalog, 'x', { arguments: table({ 'alternate-exchange': 'a' }) }, caller);
    assert.deepEqual(asked.splice(0), ['configure exchange x', 'read exchange x', 'write exchange a']);
    catalog.deleteExchange({ vhost: '/', name: 'x' }, caller);
    assert.deepEqual(asked, ['configure exchange x']);
  });

  it('stops at the limit of the node', () => {
    const { catalog } = testAmqpCatalog({ settings: { exchangesMax: 1 } });
    exchange(catalog, 'x');
    const text = "exchange 'y' in vhost '/' would be one more than this node's limit of 1 exchanges";
    refuses(() => exchange(catalog, 'y'), 'limit_exceeded', text);
    catalog.deleteExchange({ vhost: '/', name: 'x' });
    exchange(catalog, 'y');
  });
});

describe('every vhost', () => {
  it('has these exchanges from the start', () => {
    const { catalog } = testAmqpCatalog();
    catalog.putVhost('v');
    for (const vhost of ['/', 'v']) {
      assert.deepEqual(
        [...catalog.exchanges(vhost)].map(
          ({ name, type, internal }) => `${name} ${type}${internal ? ' internal' : ''}`,
        ),
        [
          ' direct',
          'amq.direct direct',
          'amq.fanout fanout',
          'amq.headers headers',
          'amq.match headers',
          'amq.rabbitmq.trace topic internal',
          'amq.topic topic',
        ],
      );
    }
  });
});

describe('deleting an exchange', () => {
  it('takes its bindings along, from and to it', () => {
    const { catalog } = testAmqpCatalog();
    exchange(catalog, 'x');
    queue(catalog, 'q');
    catalog.bind(binding('x', 'q'));
    catalog.bind(binding('amq.fanout', 'x:x'));
    assert.equal(catalog.deleteExchange({ vhost: '/', name: 'x' }), true);
    assert.deepEqual([...catalog.bindings('/')], []);
    assert.deepEqual([...catalog.bindingsTo('/', 'queue', 'q')], []);
    assert.equal(catalog.deleteExchange({ vhost: '/', name: 'x' }), false);
  });

  it('can depend on nothing being bound to it', () => {
    const { catalog } = testAmqpCatalog();
    exchange(catalog, 'x');
    queue(catalog, 'q');
    const when = { vhost: '/', name: 'x', ifUnused: true };
    catalog.bind(binding('x', 'q'));
    refuses(() => catalog.deleteExchange(when), 'precondition_failed', "exchange 'x' in vhost '/' in use");
    catalog.unbind(binding('x', 'q'));
    catalog.bind(binding('amq.fanout', 'x:x'));
    assert.equal(catalog.deleteExchange(when), true);
  });

  it('is refused for those that are always there', () => {
    const { catalog } = testAmqpCatalog();
    const deletion = (name: string) => () => catalog.deleteExchange({ vhost: '/', name });
    refuses(deletion(''), 'access_refused', ON_DEFAULT);
    for (const name of ['amq.direct', 'amq.nope']) {
      refuses(deletion(name), 'access_refused', `deletion of system exchange '${name}' in vhost '/' not allowed`);
    }
  });
});

describe('an exchange that deletes itself', () => {
  const temporary = { autoDelete: true };

  it('goes with its last binding, and not before it had one', () => {
    const { catalog } = testAmqpCatalog();
    exchange(catalog, 'x', temporary);
    queue(catalog, 'q');
    queue(catalog, 'q2');
    catalog.bind(binding('amq.fanout', 'x:x'));
    catalog.unbind(binding('amq.fanout', 'x:x'));
    catalog.bind(binding('x', 'q'));
    catalog.bind(binding('x', 'q2'));
    catalog.unbind(binding('x', 'q'));
    assert.notEqual(catalog.exchange('/', 'x'), undefined);
    catalog.deleteQueue({ vhost: '/', name: 'q2' });
    assert.equal(catalog.exchange('/', 'x'), undefined);
  });

  it('takes a whole chain of its like along, however long', () => {
    const length = 20_000;
    const { catalog } = testAmqpCatalog({ settings: { exchangesMax: length, bindingsMax: length } });
    queue(catalog, 'q');
    for (let i = 0; i < length; i += 1) {
      exchange(catalog, `x${i}`, temporary);
      catalog.bind(binding(`x${i}`, i === 0 ? 'q' : `x:x${i - 1}`));
    }
    catalog.deleteQueue({ vhost: '/', name: 'q' });
    assert.ok([...catalog.exchanges('/')].every(({ predeclared }) => predeclared));
  });
});
