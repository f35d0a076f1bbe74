/** `POST /api/exchanges/{vhost}/{name}/publish`: one message, as an AMQP client of the same user would publish it. */
import { type Answer, json } from '../answer.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { bodyFields, type Fields, field, objectField, requiredText, requireKeys } from '../body.ts';
import { type Call, exchangeParam, param } from '../call.ts';
import { propertiesOf } from '../message-properties.ts';
import { resource } from '../resource.ts';

export const EXCHANGE_PUBLISH = resource('/exchanges/:vhost/:name/publish', { POST: ['vhost', publish] });

function publish(call: Call): Answer {
  const fields = bodyFields(call.body);
  requireKeys(fields, 'routing_key', 'properties', 'payload', 'payload_encoding');
  const publication = {
    vhost: param(call, 'vhost'),
    exchange: exchangeParam(call, 'name'),
    routingKey: requiredText(fields, 'routing_key'),
    properties: propertiesOf(objectField(fields, 'properties') ?? {}),
    body: payloadOf(fields),
  };
  const result = call.services.amqp.publish(publication, call.requester.user);
  switch (result.outcome) {
    case 'refused':
      throw badRequest(result.text);
    case 'unavailable':
      throw new ApiError(503, 'service_unavailable', 'the node takes no messages now: its disk is full or too slow');
    case 'full':
      throw badRequest('rejected Unable to publish message. Check queue limits.');
    default:
      return json({ routed: result.outcome === 'routed' });
  }
}

function payloadOf(fields: Fields): Buffer {
  const payload = field(fields, 'payload');
  const encoding = field(fields, 'payload_encoding');
  if (typeof payload !== 'string') throw badRequest('payload_not_string');
  if (encoding === 'string') return Buffer.from(payload);
  if (encoding !== 'base64') throw badRequest('unsupported payload_encoding: there are string and base64');
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(payload)) throw badRequest('the payload is not base64');
  return Buffer.from(payload, 'base64');
}
