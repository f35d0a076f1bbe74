/** Queues, exchanges and what routes between them. Part of the settings table; see `settings.ts`. */
import { integer } from '../setting.ts';
import { KIB, MIB, SECOND } from './quantities.ts';

export const QUEUES_SETTINGS = {
  settleDelayMs: integer({
    flag: 'queue-settle-delay-ms',
    unit: 'ms',
    default: 100,
    min: 0,
    max: 60 * SECOND,
    doc: 'How long an acknowledgement may wait before it is written. A crash within this time delivers the message again.',
  }),
  unwrittenBytesMax: integer({
    flag: 'queue-memory-bytes-max',
    unit: 'bytes',
    default: 256 * MIB,
    min: MIB,
    doc: 'Memory for messages that need not be on the disk, of all queues. Beyond it they are written there.',
  }),
  laneUnwrittenBytesMax: integer({
    flag: 'queue-memory-bytes-max-per-queue',
    unit: 'bytes',
    default: 32 * MIB,
    min: 64 * KIB,
    doc: 'The same for one queue, and for each priority of one that has priorities.',
  }),
  delayedMax: integer({
    flag: 'delayed-messages-max',
    default: 1_000_000,
    min: 0,
    max: 100_000_000,
    doc: 'Messages that wait in exchanges of type x-delayed-message. More are refused.',
  }),
  vhostsMax: integer({
    flag: 'vhosts-max',
    default: 1000,
    min: 1,
    max: 1_000_000,
    doc: 'Vhosts. More are refused.',
  }),
  exchangesMax: integer({
    flag: 'exchanges-max',
    default: 100_000,
    min: 0,
    max: 10_000_000,
    doc: 'Exchanges in all vhosts, predeclared ones not counted. More are refused.',
  }),
  queuesMax: integer({
    flag: 'queues-max',
    default: 100_000,
    min: 0,
    max: 10_000_000,
    doc: 'Queues in all vhosts. More are refused.',
  }),
  bindingsMax: integer({
    flag: 'bindings-max',
    default: 1_000_000,
    min: 0,
    max: 100_000_000,
    doc: 'Bindings in all vhosts. More are refused.',
  }),
  policiesMax: integer({
    flag: 'policies-max',
    default: 10_000,
    min: 0,
    max: 1_000_000,
    doc: 'Policies, and as many operator policies. More are refused.',
  }),
  argumentBytesMax: integer({
    flag: 'argument-bytes-max',
    unit: 'bytes',
    default: 64 * KIB,
    min: 256,
    max: 16 * MIB,
    doc: 'Arguments of one exchange, queue or binding. More are refused.',
  }),
  streamUnpackedBytesMax: integer({
    flag: 'stream-unpacked-bytes-max',
    unit: 'bytes',
    default: 64 * MIB,
    min: MIB,
    doc: 'Memory for compressed batches of Kafka producers while AMQP consumers read them as a stream, of all consumers. Beyond it they are unpacked again; a batch that unpacks to more than half of it is not shown.',
  }),
  cachedRoutesMax: integer({
    flag: 'cached-routes-max',
    default: 100_000,
    min: 0,
    max: 10_000_000,
    doc: 'Routing keys whose queues are remembered. Beyond it they are looked up again.',
  }),
};
