/** `/api/aliveness-test/{vhost}`: declares a queue, publishes to it and takes the message back, as the requester. */

import { EMPTY_TABLE } from '../../../message/field-table.ts';
import { type Answer, json, unavailable } from '../answer.ts';
import { type Call, param } from '../call.ts';
import { propertiesOf } from '../message-properties.ts';
import { resource } from '../resource.ts';

export const ALIVENESS_TEST = resource('/aliveness-test/:vhost', { GET: ['vhost', testAliveness] });

const QUEUE = 'aliveness-test';
const BODY = Buffer.from('test_message');

async function testAliveness(call: Call): Promise<Answer> {
  const { catalog, amqp, queues } = call.services;
  const vhost = param(call, 'vhost');
  const permissions = call.requester.permissionsIn(vhost);
  const wanted = { vhost, name: QUEUE, durable: false, autoDelete: false, exclusive: false, arguments: EMPTY_TABLE };
  const { queue } = catalog.declareQueue(wanted, { permissions });
  const publication = { vhost, exchange: '', routingKey: QUEUE, properties: propertiesOf({}), body: BODY };
  const published = amqp.publish(publication, call.requester.user);
  if (published.outcome === 'refused') return failed(published.text);
  if (published.outcome !== 'routed') return failed('the message that was published was not taken');
  permissions.checkRead('queue', QUEUE);
  const got = await queues.get(queue.id, true);
  return got === undefined ? failed('the message that was published did not come back') : json({ status: 'ok' });
}

function failed(reason: string): Answer {
  return unavailable({ status: 'failed', reason });
}
