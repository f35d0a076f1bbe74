/** One name is a queue or a topic, never both, whichever protocol comes first. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apis } from '../../src/gateway/kafka/protocol/apis.ts';
import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { AmqpWorld, closed, declare } from '../gateway/amqp/world.ts';

async function createTopic(world: AmqpWorld, name: string) {
  const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const request = { topics: [topic], timeoutMs: 1000, validateOnly: false };
  const answer = await world.node.connect().request(apis.createTopics, 7, request);
  const { topics } = answer as { readonly topics: readonly { errorCode: number; errorMessage: string | null }[] };
  assert.ok(topics[0] !== undefined);
  return topics[0];
}

describe('a name', () => {
  it('of a queue is refused to topics until the queue is gone', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'orders');
    const refused = await createTopic(world, 'orders');
    assert.equal(refused.errorCode, ErrorCode.INVALID_TOPIC_EXCEPTION);
    assert.equal(refused.errorMessage, "'orders' is a queue: choose another name, or delete the queue.");
    await client.call(1, 'queue.delete', { queue: 'orders' });
    assert.equal((await createTopic(world, 'orders')).errorCode, ErrorCode.NONE);
  });

  it('of a topic is refused to queues', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    assert.equal((await createTopic(world, 'clicks')).errorCode, ErrorCode.NONE);
    const refused = await client.call(1, 'queue.declare', { queue: 'clicks', durable: true });
    assert.match(closed(refused), /^channel 406 PRECONDITION_FAILED - .*clicks.*topic/);
  });
});
