/**
 * The steps by which a connection is opened (AMQP 0-9-1 §2.2.4): who the client is, what both sides can take, which vhost. Each
 * step checks what the client answered and gives what the next one needs. None changes anything.
 */
import { DomainError } from '../../base/errors.ts';
import { decodeFieldTable } from '../../message/field-table-codec.ts';
import type { Transport } from '../../net/transport.ts';
import type { Credentials } from '../../security/credentials.ts';
import { amqplainCredentials } from '../../security/sasl/amqplain.ts';
import { anonymousCredentials } from '../../security/sasl/anonymous.ts';
import { externalCredentials } from '../../security/sasl/external.ts';
import { type Mechanism, offeredMechanisms } from '../../security/sasl/mechanisms.ts';
import { plainCredentials } from '../../security/sasl/plain.ts';
import { AmqpError } from './errors.ts';
import { FRAME_MIN_SIZE } from './protocol/constants.ts';
import type { DecodedMethod, MethodInput } from './protocol/methods.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import { serverProperties } from './server-properties.ts';
import type { AmqpServices, AmqpSettings } from './services.ts';
import type { Login } from './session.ts';

export interface Tuned {
  readonly channelMax: number;
  readonly frameMax: number;
  readonly heartbeatMs: number;
}

export function startMethod(transport: Transport, { settings, sasl }: AmqpServices): MethodInput<'connection.start'> {
  return {
    serverProperties: serverProperties(settings.productVersion),
    mechanisms: offeredMechanisms(transport.encrypted === true, sasl).join(' '),
  };
}

/** @throws AmqpError; DomainError access_refused, with a reason that is for the log alone */
export function logIn(
  request: DecodedMethod<'connection.start-ok'>,
  transport: Transport,
  services: AmqpServices,
): Login {
  const { mechanism, clientProperties } = request;
  const user = services.security.login(credentials(request, transport, services), transport.remoteAddress);
  return { user, mechanism, clientProperties };
}

function credentials(
  { mechanism, response }: DecodedMethod<'connection.start-ok'>,
  transport: Transport,
  { sasl }: AmqpServices,
): Credentials {
  const offered: readonly string[] = offeredMechanisms(transport.encrypted === true, sasl);
  if (!offered.includes(mechanism)) {
    throw new AmqpError(ReplyCode.COMMAND_INVALID, `unknown authentication mechanism '${mechanism}'`);
  }
  try {
    switch (mechanism as Mechanism) {
      case 'PLAIN':
        return plainCredentials(response);
      case 'AMQPLAIN':
        return amqplain(response);
      case 'EXTERNAL':
        return externalCredentials(transport.peerCertificate, sasl);
      case 'ANONYMOUS':
        return anonymousCredentials(sasl);
    }
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'invalid_request') throw error;
    throw new AmqpError(ReplyCode.SYNTAX_ERROR, error.message);
  }
}

function amqplain(response: Buffer): Credentials {
  const fields = decodeFieldTable(response, 0, response.length);
  const login = fields.get('LOGIN');
  const password = fields.get('PASSWORD');
  return amqplainCredentials(
    login?.type === 'longstr' ? login.value : undefined,
    password?.type === 'longstr' || password?.type === 'binary' ? password.value : undefined,
  );
}

/** What a client is told that could not log in: no more than this, lest it learn which users there are. */
export function loginRefusal(mechanism: string): AmqpError {
  const text = `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`;
  return new AmqpError(ReplyCode.ACCESS_REFUSED, text);
}

export function tuneMethod({ channelMax, frameBytesMax, heartbeatMs }: AmqpSettings): MethodInput<'connection.tune'> {
  return { channelMax, frameMax: frameBytesMax, heartbeat: Math.ceil(heartbeatMs / 1000) };
}

/** @throws AmqpError if the client wants more than it may have; asking for no limit is asking for more */
export function tune(request: DecodedMethod<'connection.tune-ok'>, settings: AmqpSettings): Tuned {
  const { channelMax, frameMax, heartbeat } = request;
  checkTuned('frame_max', frameMax, FRAME_MIN_SIZE, settings.frameBytesMax);
  checkTuned('channel_max', channelMax, 1, settings.channelMax);
  return { channelMax, frameMax, heartbeatMs: heartbeat * 1000 };
}

function checkTuned(name: 'frame_max' | 'channel_max', value: number, min: number, max: number): void {
  const detail = name === 'channel_max' && value === 0 ? ' (no limit)' : '';
  if (value === 0 || value > max) refuse('higher', 'maximum', max);
  if (value < min) refuse('lower', 'minimum', min);

  function refuse(how: string, which: string, limit: number): never {
    const text = `negotiated ${name} = ${value}${detail} is ${how} than the ${which} allowed value (${limit})`;
    throw new AmqpError(ReplyCode.NOT_ALLOWED, text, 'connection.tune');
  }
}

/** @param countOpen how many connections to that vhost there are. @throws DomainError not_allowed */
export function checkVhost(name: string, user: string, services: AmqpServices, countOpen: () => number): void {
  const { limits } = services.catalog.requireVhost(name);
  if (limits.maxConnections !== undefined && countOpen() >= limits.maxConnections) {
    const reason = `connection limit (${limits.maxConnections}) is reached`;
    throw new DomainError('not_allowed', `access to vhost '${name}' refused for user '${user}': ${reason}`);
  }
  services.security.checkVhostAccess(user, name);
}
