/** What is asked of every RabbitMQ and has the same answer on every node of ours. */
import { type Answer, json, NO_CONTENT } from '../answer.ts';
import { resource } from '../resource.ts';

/** Of the management plugin; nothing extends this one. */
export const EXTENSIONS = resource('/extensions', { GET: ['management', none] });
/** What a cluster of mixed versions can agree to use: a matter that does not come up. */
export const FEATURE_FLAGS = resource('/feature-flags', { GET: ['monitoring', none] });
export const DEPRECATED_FEATURES = resource('/deprecated-features', { GET: ['monitoring', none] });
export const DEPRECATED_FEATURES_USED = resource('/deprecated-features/used', { GET: ['monitoring', none] });
export const FEDERATION_LINKS = resource('/federation-links', { GET: ['monitoring', none] });
/** There is one node: every queue is where it should be. */
export const REBALANCE = resource('/rebalance/queues', { POST: ['administrator', nothingToDo] });
/** OAuth 2, which is not offered. */
export const AUTH = resource('/auth', { GET: ['management', noOauth] });

function none(): Answer {
  return json([]);
}

function nothingToDo(): Answer {
  return NO_CONTENT;
}

function noOauth(): Answer {
  return json({ oauth_enabled: false });
}
