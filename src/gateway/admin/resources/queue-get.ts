/**
 * `POST /api/queues/{vhost}/{name}/get`: looks at messages, or takes them. What becomes of them is settled when all have been read:
 * what is to stay goes back to its old place, and nothing is lost by a failure. Fewer than asked for are answered when there are no
 * more, or when they are too large together.
 */
import { isUtf8 } from 'node:buffer';
import type { LogId } from '../../../base/brand.ts';
import type { MessageId } from '../../../queue/message-id.ts';
import type { Got, Outcome } from '../../../queue/queue.ts';
import { type Answer, json } from '../answer.ts';
import { badRequest } from '../api-error.ts';
import { bodyFields, field, integerField, requireKeys } from '../body.ts';
import { type Call, param } from '../call.ts';
import { propertiesJson } from '../message-properties.ts';
import { resource } from '../resource.ts';

export const QUEUE_GET = resource('/queues/:vhost/:name/get', { POST: ['vhost', get] });

/** What becomes of the messages. */
const ACK_MODES: ReadonlyMap<unknown, Outcome> = new Map([
  ['ack_requeue_true', 'requeued'],
  ['reject_requeue_true', 'requeued'],
  ['ack_requeue_false', 'accepted'],
  ['reject_requeue_false', 'rejected'],
]);

interface Wish {
  readonly count: number;
  readonly outcome: Outcome;
  readonly isBase64: boolean;
  readonly truncate: number | undefined;
}

async function get(call: Call): Promise<Answer> {
  const wish = wishOf(call.body);
  const { catalog } = call.services;
  const vhost = param(call, 'vhost');
  const name = param(call, 'name');
  const permissions = call.requester.permissionsIn(vhost);
  permissions.checkRead('queue', name);
  const { id, settings } = catalog.requireQueue(vhost, name, { permissions });
  if (settings.type === 'stream') {
    throw badRequest(`540 basic.get not supported by stream queues queue '${name}' in vhost '${vhost}'`);
  }
  return json(await take(id, wish, call));
}

function wishOf(body: Buffer): Wish {
  const fields = bodyFields(body);
  requireKeys(fields, 'ackmode', 'count', 'encoding');
  const count = integerField(fields, 'count') ?? 0;
  const truncate = integerField(fields, 'truncate');
  const outcome = ACK_MODES.get(field(fields, 'ackmode'));
  const encoding = field(fields, 'encoding');
  if (count < 0 || (truncate !== undefined && truncate < 0)) throw badRequest('count and truncate are not below 0');
  if (outcome === undefined) {
    throw badRequest(`Unsupported ackmode. Please use one of ${[...ACK_MODES.keys()].join(', ')}.`);
  }
  if (encoding !== 'auto' && encoding !== 'base64') {
    throw badRequest('Unsupported encoding. Please use auto or base64.');
  }
  return { count, outcome, isBase64: encoding === 'base64', truncate };
}

async function take(id: LogId, wish: Wish, { services }: Call): Promise<object[]> {
  const { queues, settings, amqp } = services;
  const taken: object[] = [];
  const ids: MessageId[] = [];
  let bytes = 0;
  try {
    while (taken.length < wish.count && bytes < settings.getBytesMax) {
      const got = await queues.get(id, false);
      if (got === undefined) break;
      ids.push(got.id);
      const { properties, body } = amqp.contentOf(got.message);
      const payload = truncated(body, wish.truncate);
      bytes += payload.length + got.message.properties.length;
      taken.push({
        ...about(got),
        payload_bytes: body.length,
        properties: propertiesJson(properties),
        ...shown(payload, wish),
      });
    }
  } catch (error) {
    queues.settle(id, ids, 'requeued');
    throw error;
  }
  queues.settle(id, ids, wish.outcome);
  return taken;
}

function truncated(body: Buffer, bytes: number | undefined): Buffer {
  return bytes === undefined ? body : body.subarray(0, bytes);
}

function about({ message, deliveries, readyLeft }: Got) {
  return {
    redelivered: deliveries > 0,
    exchange: message.exchange,
    routing_key: message.routingKey,
    message_count: readyLeft,
  };
}

function shown(payload: Buffer, { isBase64 }: Wish) {
  return isBase64 || !isUtf8(payload)
    ? { payload: payload.toString('base64'), payload_encoding: 'base64' }
    : { payload: payload.toString(), payload_encoding: 'string' };
}
