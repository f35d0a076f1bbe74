import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PolicyDefinition } from '../../../src/catalog/amqp/policy.ts';
import { type QueueType, queueSettings } from '../../../src/catalog/amqp/queue-settings.ts';
import { table } from './support.ts';

function settings(type: QueueType, args: Parameters<typeof table>[0] = {}, policy: PolicyDefinition = {}) {
  return queueSettings({ type, durable: true, exclusive: false, autoDelete: false }, table(args), policy);
}

describe('the settings of a queue', () => {
  it('are no limits without arguments and policies', () => {
    assert.deepEqual(settings('classic'), {
      type: 'classic',
      durable: true,
      exclusive: false,
      autoDelete: false,
      messageTtlMs: undefined,
      expiresMs: undefined,
      maxLength: undefined,
      maxLengthBytes: undefined,
      overflow: 'drop-head',
      deadLetterExchange: undefined,
      deadLetterRoutingKey: undefined,
      maxPriority: 0,
      singleActiveConsumer: false,
      deliveryLimit: undefined,
      streamMaxAgeMs: undefined,
      streamMaxLengthBytes: undefined,
      streamSegmentBytes: undefined,
      retentionMs: undefined,
      redriveQueue: undefined,
      redriveReceives: undefined,
      fifo: undefined,
      encrypted: false,
    });
  });

  it('take the smaller of two limits', () => {
    const limits = { 'message-ttl': 5, expires: 50, 'max-length': 500, 'max-length-bytes': 5000 };
    const args = { 'x-message-ttl': 6, 'x-expires': 40, 'x-max-length': 600, 'x-max-length-bytes': 4000 };
    const { messageTtlMs, expiresMs, maxLength, maxLengthBytes } = settings('quorum', args, limits);
    assert.deepEqual([messageTtlMs, expiresMs, maxLength, maxLengthBytes], [5, 40, 500, 4000]);
  });

  it('take an argument’s word before a policy’s', () => {
    const policy = { overflow: 'reject-publish', 'dead-letter-exchange': 'p', 'dead-letter-routing-key': 'pk' };
    const { overflow, deadLetterExchange, deadLetterRoutingKey } = settings(
      'classic',
      { 'x-dead-letter-exchange': '' },
      policy,
    );
    assert.deepEqual([overflow, deadLetterExchange, deadLetterRoutingKey], ['reject-publish', '', 'pk']);
    assert.equal(settings('classic', { 'x-overflow': 'reject-publish-dlx' }, policy).overflow, 'reject-publish-dlx');
  });

  it('limit deliveries in quorum queues, unless switched off', () => {
    const limit = (args: Parameters<typeof table>[0], policy: PolicyDefinition = {}) =>
      settings('quorum', args, policy).deliveryLimit;
    assert.equal(limit({}), 20);
    assert.equal(limit({ 'x-delivery-limit': -1 }), undefined);
    assert.equal(limit({ 'x-delivery-limit': 5 }, { 'delivery-limit': 3 }), 3);
    assert.equal(limit({ 'x-delivery-limit': -1 }, { 'delivery-limit': 30 }), 30);
    assert.equal(limit({}, { 'delivery-limit': -1 }), undefined);
    assert.equal(settings('classic', {}, { 'delivery-limit': 3 }).deliveryLimit, undefined);
  });

  it('of a stream are those of its log', () => {
    const args = { 'x-max-age': '7D', 'x-max-length-bytes': 10, 'x-stream-max-segment-size-bytes': 7 };
    const policy = { 'max-age': '12h', 'max-length-bytes': 5, 'stream-max-segment-size-bytes': 6, 'message-ttl': 1 };
    const stream = settings('stream', args, policy);
    assert.deepEqual(
      [stream.streamMaxAgeMs, stream.streamMaxLengthBytes, stream.streamSegmentBytes, stream.messageTtlMs],
      [43_200_000, 5, 7, undefined],
    );
    assert.deepEqual([stream.maxLengthBytes, settings('stream', {}, policy).streamSegmentBytes], [undefined, 6]);
  });
});
