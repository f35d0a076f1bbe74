/**
 * The payload of a method frame for every method, worked out by hand from the specification and RabbitMQ's extensions of
 * it. Spaces stand between arguments; reserved arguments have their default, bits share an octet.
 */
import type { MethodInput, MethodName } from '../../../../src/gateway/amqp/protocol/methods.ts';
import type { FieldTable } from '../../../../src/message/field-table.ts';

export interface Golden<N extends MethodName = MethodName> {
  readonly name: N;
  readonly args: MethodInput<N>;
  readonly hex: string;
}

const table: FieldTable = new Map([['k', { type: 'int8', value: 5 }]]);
const tableHex = '00000004 01 6b 62 05';
const secret = Buffer.from([0x00, 0xff, 0x61]);
const secretHex = '00000003 00ff61';

function golden<N extends MethodName>(name: N, args: MethodInput<N>, hex: string): Golden<N> {
  return { name, args, hex };
}

const connection = [
  golden(
    'connection.start',
    { versionMajor: 0, versionMinor: 9, serverProperties: table, mechanisms: 'PLAIN', locales: 'en_US' },
    `000a000a 00 09 ${tableHex} 00000005 504c41494e 00000005 656e5f5553`,
  ),
  golden(
    'connection.start-ok',
    { clientProperties: table, mechanism: 'PLAIN', response: secret, locale: 'en_US' },
    `000a000b ${tableHex} 05 504c41494e ${secretHex} 05 656e5f5553`,
  ),
  golden('connection.secure', { challenge: secret }, `000a0014 ${secretHex}`),
  golden('connection.secure-ok', { response: secret }, `000a0015 ${secretHex}`),
  golden('connection.tune', { channelMax: 2047, frameMax: 131072, heartbeat: 60 }, '000a001e 07ff 00020000 003c'),
  golden(
    'connection.tune-ok',
    { channelMax: 65535, frameMax: 0xffff_ffff, heartbeat: 0 },
    '000a001f ffff ffffffff 0000',
  ),
  golden('connection.open', { virtualHost: '/' }, '000a0028 01 2f 00 00'),
  golden('connection.open-ok', {}, '000a0029 00'),
  golden(
    'connection.close',
    { replyCode: 200, replyText: 'bye', classId: 10, methodId: 50 },
    '000a0032 00c8 03 627965 000a 0032',
  ),
  golden('connection.close-ok', {}, '000a0033'),
  golden('connection.blocked', { reason: 'disk' }, '000a003c 04 6469736b'),
  golden('connection.unblocked', {}, '000a003d'),
  golden('connection.update-secret', { newSecret: secret, reason: 'r' }, `000a0046 ${secretHex} 01 72`),
  golden('connection.update-secret-ok', {}, '000a0047'),
];

const channel = [
  golden('channel.open', {}, '0014000a 00'),
  golden('channel.open-ok', {}, '0014000b 00000000'),
  golden('channel.flow', { active: true }, '00140014 01'),
  golden('channel.flow-ok', { active: false }, '00140015 00'),
  golden(
    'channel.close',
    { replyCode: 404, replyText: 'no', classId: 50, methodId: 10 },
    '00140028 0194 02 6e6f 0032 000a',
  ),
  golden('channel.close-ok', {}, '00140029'),
  golden(
    'access.request',
    { realm: '/data', exclusive: false, passive: true, active: false, write: true, read: true },
    '001e000a 05 2f64617461 1a',
  ),
  golden('access.request-ok', { ticket: 1 }, '001e000b 0001'),
];

const exchange = [
  golden(
    'exchange.declare',
    {
      exchange: 'x',
      type: 'topic',
      passive: false,
      durable: true,
      autoDelete: false,
      internal: true,
      nowait: false,
      arguments: table,
    },
    `0028000a 0000 01 78 05 746f706963 0a ${tableHex}`,
  ),
  golden('exchange.declare-ok', {}, '0028000b'),
  golden('exchange.delete', { exchange: 'x', ifUnused: true, nowait: true }, '00280014 0000 01 78 03'),
  golden('exchange.delete-ok', {}, '00280015'),
  golden(
    'exchange.bind',
    { destination: 'd', source: 's', routingKey: 'r.#', nowait: true, arguments: table },
    `0028001e 0000 01 64 01 73 03 722e23 01 ${tableHex}`,
  ),
  golden('exchange.bind-ok', {}, '0028001f'),
  golden(
    'exchange.unbind',
    { destination: 'd', source: 's', routingKey: '', nowait: false, arguments: new Map() },
    '00280028 0000 01 64 01 73 00 00 00000000',
  ),
  golden('exchange.unbind-ok', {}, '00280033'),
];

const queue = [
  golden(
    'queue.declare',
    {
      queue: 'q',
      passive: true,
      durable: false,
      exclusive: true,
      autoDelete: true,
      nowait: false,
      arguments: table,
    },
    `0032000a 0000 01 71 0d ${tableHex}`,
  ),
  golden('queue.declare-ok', { queue: 'q', messageCount: 7, consumerCount: 258 }, '0032000b 01 71 00000007 00000102'),
  golden(
    'queue.bind',
    { queue: 'q', exchange: 'x', routingKey: 'r', nowait: false, arguments: table },
    `00320014 0000 01 71 01 78 01 72 00 ${tableHex}`,
  ),
  golden('queue.bind-ok', {}, '00320015'),
  golden('queue.purge', { queue: 'q', nowait: true }, '0032001e 0000 01 71 01'),
  golden('queue.purge-ok', { messageCount: 1 }, '0032001f 00000001'),
  golden('queue.delete', { queue: 'q', ifUnused: false, ifEmpty: true, nowait: true }, '00320028 0000 01 71 06'),
  golden('queue.delete-ok', { messageCount: 0x0102_0304 }, '00320029 01020304'),
  golden(
    'queue.unbind',
    { queue: 'q', exchange: 'x', routingKey: 'é', arguments: table },
    `00320032 0000 01 71 01 78 02 c3a9 ${tableHex}`,
  ),
  golden('queue.unbind-ok', {}, '00320033'),
];

const basic = [
  golden('basic.qos', { prefetchSize: 0, prefetchCount: 300, global: true }, '003c000a 00000000 012c 01'),
  golden('basic.qos-ok', {}, '003c000b'),
  golden(
    'basic.consume',
    {
      queue: 'q',
      consumerTag: 'c',
      noLocal: false,
      noAck: true,
      exclusive: false,
      nowait: true,
      arguments: table,
    },
    `003c0014 0000 01 71 01 63 0a ${tableHex}`,
  ),
  golden('basic.consume-ok', { consumerTag: 'c' }, '003c0015 01 63'),
  golden('basic.cancel', { consumerTag: 'c', nowait: false }, '003c001e 01 63 00'),
  golden('basic.cancel-ok', { consumerTag: 'c' }, '003c001f 01 63'),
  golden(
    'basic.publish',
    { exchange: 'x', routingKey: 'a.b', mandatory: true, immediate: false },
    '003c0028 0000 01 78 03 612e62 01',
  ),
  golden(
    'basic.return',
    { replyCode: 312, replyText: 'NO_ROUTE', exchange: 'x', routingKey: 'r' },
    '003c0032 0138 08 4e4f5f524f555445 01 78 01 72',
  ),
  golden(
    'basic.deliver',
    { consumerTag: 'c', deliveryTag: 0x1_0000_0002, redelivered: true, exchange: 'x', routingKey: 'r' },
    '003c003c 01 63 0000000100000002 01 01 78 01 72',
  ),
  golden('basic.get', { queue: 'q', noAck: true }, '003c0046 0000 01 71 01'),
  golden(
    'basic.get-ok',
    { deliveryTag: 3, redelivered: false, exchange: '', routingKey: 'q', messageCount: 9 },
    '003c0047 0000000000000003 00 00 01 71 00000009',
  ),
  golden('basic.get-empty', {}, '003c0048 00'),
  golden('basic.ack', { deliveryTag: Number.MAX_SAFE_INTEGER, multiple: true }, '003c0050 001fffffffffffff 01'),
  golden('basic.reject', { deliveryTag: 1, requeue: true }, '003c005a 0000000000000001 01'),
  golden('basic.recover-async', { requeue: true }, '003c0064 01'),
  golden('basic.recover', { requeue: false }, '003c006e 00'),
  golden('basic.recover-ok', {}, '003c006f'),
  golden('basic.nack', { deliveryTag: 5, multiple: false, requeue: true }, '003c0078 0000000000000005 02'),
];

const transaction = [
  golden('tx.select', {}, '005a000a'),
  golden('tx.select-ok', {}, '005a000b'),
  golden('tx.commit', {}, '005a0014'),
  golden('tx.commit-ok', {}, '005a0015'),
  golden('tx.rollback', {}, '005a001e'),
  golden('tx.rollback-ok', {}, '005a001f'),
  golden('confirm.select', { nowait: true }, '0055000a 01'),
  golden('confirm.select-ok', {}, '0055000b'),
];

export const GOLDEN: readonly Golden[] = [...connection, ...channel, ...exchange, ...queue, ...basic, ...transaction];

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}
