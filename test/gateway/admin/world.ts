/** A whole node in memory with its management API, asked without sockets, and AMQP clients beside it. */
import assert from 'node:assert/strict';
import { resolveSettings } from '../../../src/config/resolve.ts';
import { Management } from '../../../src/server/management.ts';
import type { Answer } from '../../support/http-answers.ts';
import { HttpClientEnd, type Request } from '../../support/http-client-end.ts';
import { AmqpWorld } from '../amqp/world.ts';

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Parsed, if it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly json: any;
}

export interface RequestOptions {
  /** With the password of the same name, but for guest. */
  readonly user?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** As it is; everything else is sent as JSON. */
  readonly raw?: string | Buffer;
  readonly remoteAddress?: string;
}

/** Real turns of the event loop that an answer may take before nobody believes in it any more. */
const TURNS_MAX = 100_000;

const SYSTEM = { pid: 4711, memoryBytes: 123_456_789, processors: 2, runtime: 'Node.js 20.0.0' };

export class AdminWorld {
  readonly amqp: AmqpWorld;
  freeDiskBytes = 1_000_000_000;
  fatal: Error | undefined;
  #management: Management | undefined;
  readonly #flags: Readonly<Record<string, string>>;

  private constructor(amqp: AmqpWorld, flags: Readonly<Record<string, string>>) {
    this.amqp = amqp;
    this.#flags = flags;
  }

  static async start(flags: Readonly<Record<string, string>> = {}): Promise<AdminWorld> {
    const world = new AdminWorld(await AmqpWorld.start(flags), flags);
    await world.#serve();
    return world;
  }

  async #serve(): Promise<void> {
    const settings = resolveSettings({ flags: this.#flags, env: {} });
    this.#management = new Management({
      node: this.amqp.node.running,
      settings,
      version: '1.2.3',
      listeners: () => [{ protocol: 'amqp', host: '127.0.0.1', port: 5672 }],
      system: () => SYSTEM,
      freeDiskBytes: async () => this.freeDiskBytes,
      onFatal: (error) => {
        this.fatal ??= error;
      },
    });
    await this.scheduler.settle();
  }

  get management(): Management {
    assert.ok(this.#management !== undefined);
    return this.#management;
  }

  get scheduler() {
    return this.amqp.node.scheduler;
  }

  /** Ends the node as a power cut would, and starts it again on what was kept. */
  async restart(): Promise<void> {
    await this.amqp.node.restart();
    await this.#serve();
  }

  async request(method: string, path: string, body?: unknown, options: RequestOptions = {}): Promise<Response> {
    return await this.settled(this.begin(method, path, body, options));
  }

  /** The answer comes when the node is driven on. */
  async begin(method: string, path: string, body?: unknown, options: RequestOptions = {}): Promise<Response> {
    const { user = 'guest', headers = {}, raw, remoteAddress } = options;
    const answer = await this.#send(
      {
        method,
        target: path,
        headers: { authorization: basic(user, user), 'content-type': 'application/json', ...headers },
        body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
      },
      remoteAddress,
    );
    const { status, headers: answered, body: text } = answer;
    const isJson = answered['content-type'] === 'application/json' && method !== 'HEAD';
    return { status, headers: answered, text, json: isJson ? JSON.parse(text) : undefined };
  }

  /** With nothing but what it says: no login. */
  async bare(request: Request, remoteAddress?: string): Promise<Answer> {
    return await this.settled(this.#send(request, remoteAddress));
  }

  /** Each request has a connection of its own. */
  async #send(request: Request, remoteAddress: string | undefined): Promise<Answer> {
    const client = this.connect(remoteAddress);
    const answer = await client.ask(request);
    client.hangUp();
    return answer;
  }

  connect(remoteAddress?: string): HttpClientEnd {
    return new HttpClientEnd(this.management.server.accept, remoteAddress);
  }

  /** Drives the node until the promise has settled; no timer goes off. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const done = () => {
      isSettled = true;
    };
    promise.then(done, done);
    for (let turn = 0; !isSettled; turn++) {
      assert.ok(turn < TURNS_MAX, 'the answer does not come');
      await this.scheduler.settle(() => isSettled);
    }
    return await promise;
  }

  /** The answer must be the one that is expected. */
  async expect(
    status: number,
    method: string,
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<Response> {
    const response = await this.request(method, path, body, options);
    assert.equal(response.status, status, `${method} ${path}: ${response.text}`);
    return response;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  async get(path: string, options?: RequestOptions): Promise<any> {
    return (await this.expect(200, 'GET', path, undefined, options)).json;
  }

  /** A user with its own name as password, and all permissions in the vhosts. */
  async user(name: string, tags: string, vhosts: readonly string[] = ['%2F'], pattern = '.*'): Promise<void> {
    await this.expect(201, 'PUT', `/api/users/${name}`, { password: name, tags });
    for (const vhost of vhosts) {
      const permissions = { configure: pattern, write: pattern, read: pattern };
      await this.expect(201, 'PUT', `/api/permissions/${vhost}/${name}`, permissions);
    }
  }

  async publish(queue: string, payload: string, properties: object = {}): Promise<void> {
    const body = { properties, routing_key: queue, payload, payload_encoding: 'string' };
    const { json } = await this.expect(200, 'POST', '/api/exchanges/%2F/amq.default/publish', body);
    assert.deepEqual(json, { routed: true });
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
