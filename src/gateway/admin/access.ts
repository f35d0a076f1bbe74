/**
 * Who may do what: each method of each resource names one of these rules, which are RabbitMQ's. A vhost that does not exist is no
 * secret: whoever may use the API is told that it is not there.
 */
import { notAuthorised, objectNotFound } from './api-error.ts';
import type { Call } from './call.ts';

type Rule = (call: Call) => boolean;

const NOT_THE_OBJECT = 'User not authorised to access object';
const NOT_THE_VHOST = 'User not authorised to access virtual host';

const RULES = {
  /** Whoever has one of the tags that this API asks for. */
  management: { allows: () => true, reason: 'Not management user' },
  monitoring: { allows: ({ requester }) => requester.isMonitor, reason: 'Not monitor user' },
  administrator: { allows: ({ requester }) => requester.isAdministrator, reason: 'Not administrator user' },
  /** What holds for the whole node and is neither users nor vhosts. */
  policymaker: { allows: ({ requester }) => requester.isPolicymaker, reason: NOT_THE_OBJECT },
  /** What policymakers set in vhosts they may use. */
  policies: {
    allows: (call) => call.requester.isAdministrator || (call.requester.isPolicymaker && isUsable(call)),
    reason: NOT_THE_OBJECT,
  },
  /** What is in a vhost, for those that may use it. */
  vhost: { allows: (call) => call.requester.isAdministrator || isUsable(call), reason: NOT_THE_VHOST },
  /** A vhost itself, which monitoring may see too. */
  vhostVisible: { allows: (call) => call.requester.isMonitor || isUsable(call), reason: NOT_THE_VHOST },
} as const satisfies Record<string, { readonly allows: Rule; readonly reason: string }>;

export type Access = keyof typeof RULES;

function isUsable({ params, requester, services }: Call): boolean {
  const { vhost } = params;
  return vhost === undefined || services.catalog.vhost(vhost) === undefined || requester.mayUse(vhost);
}

/** @throws ApiError 401 */
export function checkAccess(access: Access, call: Call): void {
  if (!call.requester.isManagement) throw notAuthorised(RULES.management.reason);
  const { allows, reason } = RULES[access];
  if (!allows(call)) throw notAuthorised(reason);
}

/** Connections and channels are their user's; monitoring sees all, administrators may close all. @throws ApiError 401 */
export function checkOwner({ requester, method }: Call, user: string): void {
  if (requester.name === user) return;
  if (method === 'DELETE' ? requester.isAdministrator : requester.isMonitor) return;
  throw notAuthorised(NOT_THE_OBJECT);
}

/** Vhosts whose contents the requester sees in lists: its own, or all for an administrator. */
function usableVhosts({ services, requester }: Call): string[] {
  const names = Array.from(services.catalog.vhosts(), ({ name }) => name);
  return requester.isAdministrator ? names : names.filter((name) => requester.mayUse(name));
}

/** Vhosts that the requester knows of: monitoring knows of all. */
export function visibleVhosts({ services, requester }: Call): string[] {
  const names = Array.from(services.catalog.vhosts(), ({ name }) => name);
  return requester.isMonitor ? names : names.filter((name) => requester.mayUse(name));
}

/** The vhost that the address names, or else all those the requester may use. @throws ApiError 404 */
export function vhostsOf(call: Call): string[] {
  const { vhost } = call.params;
  if (vhost === undefined) return usableVhosts(call);
  if (call.services.catalog.vhost(vhost) === undefined) throw objectNotFound();
  return [vhost];
}
