/**
 * `POST /api/queues/{vhost}/{name}/actions`: RabbitMQ synchronises mirrors by it. Here nothing is mirrored, so a known action has
 * nothing to do.
 */
import { type Answer, NO_CONTENT } from '../answer.ts';
import { badRequest } from '../api-error.ts';
import { bodyFields, requiredText } from '../body.ts';
import type { Call } from '../call.ts';
import { resource } from '../resource.ts';
import { existingQueue } from './queues.ts';

export const QUEUE_ACTIONS = resource('/queues/:vhost/:name/actions', { POST: ['administrator', act] });

const ACTIONS: readonly string[] = ['sync', 'cancel_sync'];

function act(call: Call): Answer {
  existingQueue(call);
  const action = requiredText(bodyFields(call.body), 'action');
  if (!ACTIONS.includes(action)) throw badRequest(`unknown action '${action}'`);
  return NO_CONTENT;
}
