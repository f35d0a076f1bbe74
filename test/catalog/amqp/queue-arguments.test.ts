/** What RabbitMQ 3.10 said to each of these arguments, or 4.x where the two differ. */
import { describe, it } from 'node:test';
import type { FieldValue } from '../../../src/message/field-table.ts';
import { refuses } from '../support.ts';
import { type QueueOptions, queue, table, testAmqpCatalog } from './support.ts';

type Value = string | number | boolean | FieldValue;
type Case = readonly [name: string, value: Value, complaint: string];

const long = (value: bigint): FieldValue => ({ type: 'int64', value });
const double = (value: number): FieldValue => ({ type: 'double', value });

function declare(fields: Record<string, Value>, options: QueueOptions = {}) {
  return () => queue(testAmqpCatalog().catalog, 'q', { ...options, arguments: table(fields) });
}

function refusesEach(type: string, cases: readonly Case[]): void {
  for (const [name, value, complaint] of cases) {
    const text = `invalid arg '${name}' for queue 'q' in vhost '/': ${complaint}`;
    refuses(declare({ 'x-queue-type': type, [name]: value }), 'precondition_failed', text);
  }
}

const noInteger = (type: string) => `"expected integer, got ${type}"`;

describe('the arguments of a queue', () => {
  it('of every kind have their types', () => {
    refusesEach('classic', [
      ['x-message-ttl', 'a', noInteger('longstr')],
      ['x-message-ttl', true, noInteger('bool')],
      ['x-message-ttl', double(1.5), noInteger('double')],
      ['x-message-ttl', { type: 'void' }, noInteger('void')],
      ['x-message-ttl', { type: 'table', value: new Map() }, noInteger('table')],
      ['x-message-ttl', { type: 'array', value: [] }, noInteger('array')],
      ['x-message-ttl', { type: 'timestamp', value: 5n }, noInteger('timestamp')],
      ['x-expires', 'a', noInteger('longstr')],
      ['x-max-length', 'a', noInteger('longstr')],
      ['x-max-length-bytes', 'a', noInteger('longstr')],
      ['x-max-priority', 'a', noInteger('longstr')],
      ['x-queue-version', 'a', noInteger('longstr')],
      ['x-overflow', 1, '{unacceptable_type,signedint}'],
      ['x-queue-mode', 1, '{unacceptable_type,signedint}'],
      ['x-single-active-consumer', 'true', '{unacceptable_type,longstr}'],
    ]);
    refusesEach('quorum', [
      ['x-delivery-limit', 'a', noInteger('longstr')],
      ['x-queue-leader-locator', 1, '{unacceptable_type,signedint}'],
    ]);
    refusesEach('stream', [
      ['x-max-age', 1, '{unacceptable_type,signedint}'],
      ['x-stream-max-segment-size-bytes', 'a', noInteger('longstr')],
      ['x-initial-cluster-size', 'a', noInteger('longstr')],
    ]);
    const type = "invalid arg 'x-queue-type' for queue 'q' in vhost '/': {unacceptable_type,signedint}";
    refuses(declare({ 'x-queue-type': 1 }), 'precondition_failed', type);
  });

  it('of every kind have their ranges', () => {
    refusesEach('classic', [
      ['x-message-ttl', -1, '{value_negative,-1}'],
      ['x-message-ttl', long(-(2n ** 62n)), `{value_negative,${-(2n ** 62n)}}`],
      ['x-message-ttl', long(2n ** 40n), '{value_too_large,1099511627776}'],
      ['x-message-ttl', long(2n ** 62n), `{value_too_large,${2n ** 62n}}`],
      ['x-expires', 0, '{value_zero,0}'],
      ['x-expires', long(0n), '{value_zero,0}'],
      ['x-expires', -1, '{value_negative,-1}'],
      ['x-expires', long(2n ** 40n), '{value_too_large,1099511627776}'],
      ['x-max-length', -1, '{value_negative,-1}'],
      ['x-max-length-bytes', -1, '{value_negative,-1}'],
      ['x-max-priority', -1, '{value_negative,-1}'],
      ['x-max-priority', 256, '{max_value_exceeded,256}'],
      ['x-overflow', 'foo', 'invalid_overflow'],
      ['x-queue-mode', 'foo', `"unsupported queue mode 'foo'"`],
      ['x-queue-version', 3, `"unsupported queue version '3'"`],
    ]);
    refusesEach('quorum', [
      ['x-dead-letter-strategy', 'foo', 'invalid_dlx_strategy'],
      ['x-quorum-initial-group-size', 0, '{value_zero,0}'],
      ['x-queue-leader-locator', 'foo', 'invalid_queue_locator_arg'],
    ]);
    refusesEach('stream', [
      ['x-max-age', '1Z', 'invalid_max_age'],
      ['x-max-age', '10', 'invalid_max_age'],
      ['x-max-age', 'D', 'invalid_max_age'],
      ['x-max-age', '0D', 'invalid_max_age'],
      ['x-max-age', '-1D', 'invalid_max_age'],
      ['x-stream-max-segment-size-bytes', -1, '{value_negative,-1}'],
      ['x-initial-cluster-size', 0, '{value_zero,0}'],
    ]);
    const type = `invalid arg 'x-queue-type' for queue 'q' in vhost '/': "unsupported queue type 'foo'"`;
    refuses(declare({ 'x-queue-type': 'foo' }), 'precondition_failed', type);
  });

  it('are accepted up to their bounds', () => {
    const zeros = { 'x-message-ttl': 0, 'x-max-length': 0, 'x-max-length-bytes': 0, 'x-max-priority': 0 };
    declare(zeros)();
    declare({ 'x-message-ttl': long(315_360_000_000n), 'x-max-length': long(2n ** 62n), 'x-max-priority': 255 })();
    declare({ 'x-queue-mode': 'lazy', 'x-queue-version': 2, 'x-overflow': 'reject-publish-dlx' })();
    declare({ 'x-queue-type': 'quorum', 'x-delivery-limit': -1, 'x-overflow': 'reject-publish-dlx' })();
    declare({ 'x-foo': 5, 'x-consumer-timeout': -1, bar: { type: 'table', value: new Map() } })();
    declare({ 'x-dead-letter-exchange': 'nowhere' })();
  });

  it('name an exchange for a routing key to go to', () => {
    const text = "invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'";
    refuses(declare({ 'x-dead-letter-exchange': 1 }), 'precondition_failed', text);
    refusesEach('classic', [['x-dead-letter-routing-key', 'k', 'routing_key_but_no_dlx_defined']]);
    refusesEach('classic', [['x-dead-letter-routing-key', 1, '{unacceptable_type,signedint}']]);
    declare({ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'k' })();
  });

  it('belong to the types of queues that know them', () => {
    const foreign = (type: string, name: string, value: Value) => {
      const text = `invalid arg '${name}' for queue 'q' in vhost '/' of queue type rabbit_${type}_queue`;
      refuses(declare({ 'x-queue-type': type, [name]: value }), 'precondition_failed', text);
    };
    foreign('classic', 'x-delivery-limit', 5);
    foreign('classic', 'x-max-in-memory-length', -1);
    foreign('classic', 'x-max-age', '1Z');
    foreign('classic', 'x-dead-letter-strategy', 'at-least-once');
    foreign('quorum', 'x-max-priority', 5);
    foreign('quorum', 'x-queue-mode', 'lazy');
    foreign('quorum', 'x-max-age', '1D');
    foreign('stream', 'x-max-length', 1);
    foreign('stream', 'x-message-ttl', 1);
    foreign('stream', 'x-overflow', 'drop-head');
    foreign('stream', 'x-single-active-consumer', true);
    foreign('stream', 'x-dead-letter-exchange', '');
  });
});

describe('queues that outlive everything', () => {
  it('are durable, and neither exclusive nor deleted with their last consumer', () => {
    for (const type of ['quorum', 'stream']) {
      const is = (property: string, options: QueueOptions) => {
        const text = `invalid property '${property}' for queue 'q' in vhost '/'`;
        refuses(declare({ 'x-queue-type': type }, options), 'precondition_failed', text);
      };
      is('non-durable', { durable: false });
      is('exclusive-owner', { exclusive: true });
      is('auto-delete', { autoDelete: true });
    }
  });
});
