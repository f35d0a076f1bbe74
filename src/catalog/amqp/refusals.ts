/** RabbitMQ's words for what it refuses, without the reply code's name in front. */
import { DomainError } from '../../base/errors.ts';

export type ResourceKind = 'queue' | 'exchange';

/** How texts name a thing: `queue 'q' in vhost '/'`. */
export function resource(kind: ResourceKind, vhost: string, name: string): string {
  return `${kind} '${name}' in vhost '${vhost}'`;
}

export function noSuchResource(kind: ResourceKind, vhost: string, name: string): DomainError {
  return new DomainError('not_found', `no ${resource(kind, vhost, name)}`);
}

export function noSuchVhost(vhost: string): DomainError {
  return new DomainError('not_found', `vhost '${vhost}' not found`);
}

export function accessRefused(text: string): DomainError {
  return new DomainError('access_refused', text);
}

export function preconditionFailed(text: string): DomainError {
  return new DomainError('precondition_failed', text);
}

export function invalidRequest(text: string): DomainError {
  return new DomainError('invalid_request', text);
}

export function notOnDefaultExchange(): DomainError {
  return accessRefused('operation not permitted on the default exchange');
}

export function limitExceeded(what: string, max: number, things: string): DomainError {
  return new DomainError('limit_exceeded', `${what} would be one more than this node's limit of ${max} ${things}`);
}

export function lockedQueue(vhost: string, name: string): DomainError {
  const text =
    `cannot obtain exclusive access to locked ${resource('queue', vhost, name)}. ` +
    'It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.';
  return new DomainError('resource_locked', text);
}
