/**
 * What a request is for, who asks, and whether they may: all that can be known before its body is there. Refuses, in this order,
 * addresses that are none or lead nowhere (400, 404), methods that are not served there (405), everything once the node is stopping
 * (503), who does not log in or may not (401), and vhosts that do not exist (404).
 */
import type { HttpRequestHead } from '../../net/http/message.ts';
import { checkAccess } from './access.ts';
import { ApiError, objectNotFound } from './api-error.ts';
import type { Call } from './call.ts';
import { Query } from './query.ts';
import { type Requester, requesterOf } from './requester.ts';
import { allowedMethods, type Handler, operationOf } from './resource.ts';
import { RESOURCES } from './resources.ts';
import { type Route, Router } from './router.ts';
import type { AdminServices } from './services.ts';

export interface Admitted {
  /** Without the body. */
  readonly call: Call;
  readonly handle: Handler;
}

const NONE = Buffer.alloc(0);

export class Admission {
  readonly #services: AdminServices;
  readonly #router = new Router(RESOURCES);
  #isFrozen = false;

  constructor(services: AdminServices) {
    this.#services = services;
  }

  /** Nobody is admitted from now on. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** The methods of what is at the address, for whoever asks. @throws ApiError */
  allowed(target: string): string {
    const [first] = this.#routes(pathOf(target));
    return allowedMethods(first.resource);
  }

  /** @throws ApiError */
  admit(request: HttpRequestHead, remoteAddress: string): Admitted {
    const { method, target, headers } = request;
    const path = pathOf(target);
    const routes = this.#routes(path);
    // Of two resources at one address the second has its turn where the first has not the method.
    const served = routes.find(({ resource }) => operationOf(resource, method) !== undefined) ?? routes[0];
    const { access, handle } = operationOf(served.resource, method) ?? refuseMethod(served);
    if (this.#isFrozen) throw new ApiError(503, 'service_unavailable', 'the node is stopping');
    const call: Call = {
      services: this.#services,
      requester: this.#login(request, remoteAddress),
      method: method === 'HEAD' ? 'GET' : method,
      params: served.params,
      query: new Query(target.slice(path.length + 1)),
      body: NONE,
      header: (name) => [headers[name]].flat()[0],
    };
    checkAccess(access, call);
    this.#checkVhost(call);
    return { call, handle };
  }

  #routes(path: string): [Route, ...Route[]] {
    const [first, ...others] = this.#router.routes(path);
    if (first === undefined) throw objectNotFound();
    return [first, ...others];
  }

  #login({ headers }: HttpRequestHead, remoteAddress: string): Requester {
    const { attempts, security, logger } = this.#services;
    const [authorization] = [headers.authorization].flat();
    try {
      const requester = requesterOf(authorization, remoteAddress, security);
      attempts.succeeded += 1;
      return requester;
    } catch (error) {
      if (authorization !== undefined) {
        attempts.failed += 1;
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        logger.warn({ client: remoteAddress, reason: String(cause) }, 'refused a login to the management API');
      }
      throw error;
    }
  }

  #checkVhost({ params: { vhost }, method }: Call): void {
    if (vhost === undefined || this.#services.catalog.vhost(vhost) !== undefined) return;
    if (method === 'PUT' || method === 'POST') throw new ApiError(404, 'not_found', 'vhost_not_found');
    throw objectNotFound();
  }
}

function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

function refuseMethod({ resource }: Route): never {
  const allow = allowedMethods(resource);
  throw new ApiError(405, 'method_not_allowed', `allowed here: ${allow}`, { allow });
}
