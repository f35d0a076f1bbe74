/** `/api/connections`: who is connected. Users see and close their own; monitoring sees all, administrators close all. */
import { checkOwner } from '../access.ts';
import type { ConnectionView } from '../amqp-port.ts';
import { type Answer, json, NO_CONTENT } from '../answer.ts';
import { objectNotFound } from '../api-error.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { rangeOf } from '../rates/range.ts';
import { resource } from '../resource.ts';
import { connectionFacts } from './connection-facts.ts';

export const CONNECTIONS = resource('/connections', { GET: ['management', listConnections] });
export const CONNECTIONS_OF_VHOST = resource('/vhosts/:vhost/connections', { GET: ['vhostVisible', listConnections] });
export const CONNECTIONS_OF_USER = resource('/connections/username/:user', {
  GET: ['management', listOfUser],
  DELETE: ['management', closeOfUser],
});
export const CONNECTION = resource('/connections/:name', {
  GET: ['management', showConnection],
  DELETE: ['management', closeConnection],
});

const CLOSED = 'Closed via management plugin';

function listConnections(call: Call): Promise<Answer> {
  return answer(call, visibleConnections(call));
}

/** Of the vhost that the address names, if it names one. */
export function* visibleConnections({ services, requester, params: { vhost } }: Call): Iterable<ConnectionView> {
  for (const connection of services.amqp.connections()) {
    if (vhost !== undefined && connection.vhost !== vhost) continue;
    if (requester.isMonitor || connection.user === requester.name) yield connection;
  }
}

function listOfUser(call: Call): Promise<Answer> {
  const user = param(call, 'user');
  checkOwner(call, user);
  return answer(
    call,
    [...visibleConnections(call)].filter((connection) => connection.user === user),
  );
}

function answer(call: Call, items: Iterable<ConnectionView>): Promise<Answer> {
  return list(call, {
    items,
    facts: (connection) => connectionFacts(connection, call.services),
    key: ({ vhost, name }) => [vhost, name],
    name: ({ name }) => name,
  });
}

/** The connection that the address names. @throws ApiError 404, 401 */
export function existingConnection(call: Call): ConnectionView {
  const connection = call.services.amqp.connectionNamed(param(call, 'name'));
  if (connection === undefined) throw objectNotFound();
  checkOwner(call, connection.user);
  return connection;
}

function showConnection(call: Call): Answer {
  return json(connectionFacts(existingConnection(call), call.services, rangeOf(call, 'data_rates')));
}

function closeConnection(call: Call): Answer {
  const { name } = existingConnection(call);
  call.services.amqp.closeConnection(name, call.header('x-reason') ?? CLOSED);
  return NO_CONTENT;
}

function closeOfUser(call: Call): Answer {
  const { amqp } = call.services;
  const user = param(call, 'user');
  checkOwner(call, user);
  for (const connection of [...amqp.connections()]) {
    if (connection.user === user) amqp.closeConnection(connection.name, call.header('x-reason') ?? CLOSED);
  }
  return NO_CONTENT;
}
