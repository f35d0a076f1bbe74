/** `/api/whoami`: the user that asks. */
import { type Answer, json } from '../answer.ts';
import type { Call } from '../call.ts';
import { resource } from '../resource.ts';

export const WHOAMI = resource('/whoami', { GET: ['management', whoami] });

function whoami({ requester: { user } }: Call): Answer {
  return json({ name: user.name, tags: user.tags });
}
