/** Class 10: the handshake and the life of a connection (AMQP 0-9-1 §1.4; blocked and update-secret are RabbitMQ's). */
import { long, longstr, octet, opaque, reserved, short, shortstr, table } from '../argument.ts';
import { method } from '../method.ts';

export const CONNECTION = {
  'connection.start': method(10, 10, {
    versionMajor: octet(0),
    versionMinor: octet(9),
    serverProperties: table(),
    mechanisms: longstr('PLAIN'),
    locales: longstr('en_US'),
  }),
  'connection.start-ok': method(10, 11, {
    clientProperties: table(),
    mechanism: shortstr('PLAIN'),
    response: opaque(),
    locale: shortstr('en_US'),
  }),
  'connection.secure': method(10, 20, { challenge: opaque() }),
  'connection.secure-ok': method(10, 21, { response: opaque() }),
  'connection.tune': method(10, 30, { channelMax: short(0), frameMax: long(0), heartbeat: short(0) }),
  'connection.tune-ok': method(10, 31, { channelMax: short(0), frameMax: long(0), heartbeat: short(0) }),
  'connection.open': method(10, 40, {
    virtualHost: shortstr('/'),
    capabilities: reserved('shortstr'),
    insist: reserved('bit'),
  }),
  'connection.open-ok': method(10, 41, { knownHosts: reserved('shortstr') }),
  'connection.close': method(10, 50, {
    replyCode: short(),
    replyText: shortstr(''),
    classId: short(),
    methodId: short(),
  }),
  'connection.close-ok': method(10, 51, {}),
  'connection.blocked': method(10, 60, { reason: shortstr('') }),
  'connection.unblocked': method(10, 61, {}),
  'connection.update-secret': method(10, 70, { newSecret: opaque(), reason: shortstr() }),
  'connection.update-secret-ok': method(10, 71, {}),
} as const;
