/** `/api/health/checks/…`: 200 if all is well, 503 if not, with what is amiss. */
import { type Answer, json, unavailable } from '../answer.ts';
import { badRequest } from '../api-error.ts';
import { type Call, param } from '../call.ts';
import { type Handler, resource } from '../resource.ts';

export const CHECK_ALARMS = check('alarms', checkAlarms);
export const CHECK_LOCAL_ALARMS = check('local-alarms', checkAlarms);
export const CHECK_CERTIFICATES = check('certificate-expiration/:within/:unit', checkCertificates);
export const CHECK_PORT = check('port-listener/:port', checkPort);
export const CHECK_PROTOCOL = check('protocol-listener/:protocol', checkProtocol);
export const CHECK_VHOSTS = check('virtual-hosts', allIsWell);
export const CHECK_MIRRORS = check('node-is-mirror-sync-critical', singleNode);
export const CHECK_QUORUM = check('node-is-quorum-critical', singleNode);
export const CHECK_SERVICE = check('is-in-service', allIsWell);
export const CHECK_READY = check('ready-to-serve-clients', allIsWell);
/** RabbitMQ's older check of everything. */
export const CHECK_NODE = resource('/healthchecks/node', { GET: ['management', checkAlarms] });

const DAY_MS = 86_400_000;
const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['days', DAY_MS],
  ['weeks', 7 * DAY_MS],
  ['months', 30 * DAY_MS],
  ['years', 365 * DAY_MS],
]);

/** RabbitMQ's names for a protocol that has several. */
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['amqp091', 'amqp'],
  ['amqp0.9.1', 'amqp'],
  ['amqp-0-9-1', 'amqp'],
  ['amqps', 'amqp/ssl'],
]);

function check(path: string, handle: Handler) {
  return resource(`/health/checks/${path}`, { GET: ['management', handle] });
}

/** A node that answers serves. */
function allIsWell(): Answer {
  return json({ status: 'ok' });
}

function singleNode(): Answer {
  return json({ status: 'ok', reason: 'single node cluster' });
}

function checkAlarms({ services: { node } }: Call): Answer {
  if (node.hasSpace) return allIsWell();
  const alarms = [{ node: node.name, resource: 'disk' }];
  return unavailable({ status: 'failed', reason: 'There are alarms in effect in the cluster', alarms });
}

function checkCertificates(call: Call): Answer {
  const { node, clock } = call.services;
  const unitMs = UNITS_MS.get(param(call, 'unit'));
  const within = param(call, 'within');
  if (!/^\d{1,6}$/.test(within)) throw badRequest('Invalid expiration value.');
  if (unitMs === undefined) {
    throw badRequest(`Time unit not recognised. Supported units: ${[...UNITS_MS.keys()].join(', ')}.`);
  }
  const untilMs = clock.nowMs() + Number(within) * unitMs;
  const expired = node
    .listeners()
    .filter(({ certificateEndsAtMs = Number.POSITIVE_INFINITY }) => certificateEndsAtMs < untilMs);
  if (expired.length === 0) return allIsWell();
  return unavailable({
    status: 'failed',
    reason: 'Certificates expiring',
    expired: expired.map(({ protocol, port, host }) => ({ node: node.name, protocol, interface: host, port })),
  });
}

function checkPort(call: Call): Answer {
  const port = Number(/^\d{1,5}$/.exec(param(call, 'port'))?.[0]);
  if (Number.isNaN(port)) throw badRequest('Invalid port');
  const ports = call.services.node.listeners().map((listener) => listener.port);
  if (ports.includes(port)) return json({ status: 'ok', port });
  return unavailable({ status: 'failed', reason: 'No active listener', missing: port, ports });
}

function checkProtocol(call: Call): Answer {
  const asked = param(call, 'protocol');
  const protocol = PROTOCOLS.get(asked) ?? asked;
  const protocols = call.services.node.listeners().map((listener) => listener.protocol);
  if (protocols.includes(protocol)) return json({ status: 'ok', protocol });
  return unavailable({ status: 'failed', reason: 'No active listener', missing: asked, protocols });
}
