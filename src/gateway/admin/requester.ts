/** Who asks: a user that has logged in with HTTP basic authentication, and what its tags let it see and do. */
import { DomainError } from '../../base/errors.ts';
import { Permissions } from '../../security/permissions.ts';
import type { Security } from '../../security/security.ts';
import type { User } from '../../security/user.ts';
import { ApiError, badRequest } from './api-error.ts';

const CHALLENGE = { 'www-authenticate': 'Basic realm="RabbitMQ Management"' };

/** A longer header is nobody's. */
const CREDENTIALS_CHARS_MAX = 4096;

export class Requester {
  readonly user: User;
  readonly #security: Security;
  readonly #permissions = new Map<string, Permissions>();

  constructor(user: User, security: Security) {
    this.user = user;
    this.#security = security;
  }

  get name(): string {
    return this.user.name;
  }

  get isAdministrator(): boolean {
    return this.#has('administrator');
  }

  /** Sees everything that happens. */
  get isMonitor(): boolean {
    return this.#has('administrator', 'monitoring');
  }

  get isPolicymaker(): boolean {
    return this.#has('administrator', 'policymaker');
  }

  /** May use this API at all. */
  get isManagement(): boolean {
    return this.#has('administrator', 'monitoring', 'policymaker', 'management');
  }

  mayUse(vhost: string): boolean {
    return this.#security.grants(this.user.name, vhost)?.permissions !== undefined;
  }

  /** For the catalog to ask. */
  permissionsIn(vhost: string): Permissions {
    let permissions = this.#permissions.get(vhost);
    if (permissions === undefined) {
      permissions = new Permissions(this.#security, this.user.name, vhost);
      this.#permissions.set(vhost, permissions);
    }
    return permissions;
  }

  #has(...tags: readonly string[]): boolean {
    return this.user.tags.some((tag) => tags.includes(tag));
  }
}

/** @throws ApiError: 401 that asks for a login or refuses it, 400 for a header that is none */
export function requesterOf(authorization: string | undefined, remoteAddress: string, security: Security): Requester {
  const [, scheme = '', encoded = ''] = /^(\S+) +(\S+) *$/.exec(authorization ?? '') ?? [];
  if (authorization === undefined) throw unauthorized('Login is required');
  if (scheme.toLowerCase() !== 'basic' || encoded.length > CREDENTIALS_CHARS_MAX) throw unauthorized('Login failed');
  const [username, password] = credentials(encoded);
  try {
    return new Requester(security.login({ type: 'password', username, password }, remoteAddress), security);
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'access_refused') throw error;
    throw unauthorized('Login failed', error);
  }
}

function credentials(encoded: string): [username: string, password: string] {
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) throw badRequest('the authorization header holds no user name and password');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function unauthorized(reason: string, cause?: DomainError): ApiError {
  const error = new ApiError(401, 'not_authorized', reason, CHALLENGE);
  error.cause = cause;
  return error;
}
