/** `/api/auth/attempts/{node}`: how many logins to this API there were; those of other protocols are in the log. */
import { type Answer, json, NO_CONTENT } from '../answer.ts';
import { objectNotFound } from '../api-error.ts';
import { type Call, param } from '../call.ts';
import { resource } from '../resource.ts';

export const AUTH_ATTEMPTS = resource('/auth/attempts/:node', {
  GET: ['monitoring', showAttempts],
  DELETE: ['monitoring', reset],
});
/** By source nothing is counted: sources are without number. */
export const AUTH_ATTEMPTS_BY_SOURCE = resource('/auth/attempts/:node/source', {
  GET: ['monitoring', none],
  DELETE: ['monitoring', reset],
});

function showAttempts(call: Call): Answer {
  const { attempts } = call.services;
  checkNode(call);
  return json([
    {
      protocol: 'http',
      auth_attempts: attempts.total,
      auth_attempts_failed: attempts.failed,
      auth_attempts_succeeded: attempts.succeeded,
    },
  ]);
}

function none(call: Call): Answer {
  checkNode(call);
  return json([]);
}

function reset(call: Call): Answer {
  checkNode(call);
  call.services.attempts.reset();
  return NO_CONTENT;
}

function checkNode(call: Call): void {
  if (param(call, 'node') !== call.services.node.name) throw objectNotFound();
}
