/** `DELETE /api/queues/{vhost}/{name}/contents`: drops what is ready. What consumers have in hand stays theirs. */
import { type Answer, NO_CONTENT } from '../answer.ts';
import { badRequest } from '../api-error.ts';
import type { Call } from '../call.ts';
import { resource } from '../resource.ts';
import { existingQueue } from './queues.ts';

export const QUEUE_CONTENTS = resource('/queues/:vhost/:name/contents', { DELETE: ['vhost', purge] });

function purge(call: Call): Answer {
  const { catalog, queues } = call.services;
  const { vhost, name } = existingQueue(call);
  const permissions = call.requester.permissionsIn(vhost);
  permissions.checkRead('queue', name);
  const { id, settings } = catalog.requireQueue(vhost, name, { permissions });
  if (settings.type === 'stream') {
    throw badRequest(`queue.purge not supported by stream queues queue '${name}' in vhost '${vhost}'`);
  }
  queues.purge(id);
  return NO_CONTENT;
}
