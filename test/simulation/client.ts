/** A Kafka client as far as every script needs one: a connection that comes back, requests, and patience. */
import type { Message } from '../../src/base/schema/message.ts';
import { Writer } from '../../src/base/schema/writer.ts';
import {
  requestHeader,
  requestHeaderVersion,
  responseHeader,
  responseHeaderVersion,
} from '../../src/gateway/kafka/protocol/headers.ts';
import { FrameReader } from '../../src/net/frame-reader.ts';
import { Violation } from './history.ts';
import type { Peer, Wire } from './network.ts';
import type { World } from './world.ts';

/** The connection broke: nobody knows whether the request was carried out. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

interface Call {
  readonly correlationId: number;
  readonly version: number;
  readonly response: Message<unknown, never>;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const FRAME_BYTES_MAX = 16 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 8_000;
const writer = new Writer();

class ClientConnection implements Peer {
  readonly #frames = new FrameReader(FRAME_BYTES_MAX);
  #calls: Call[] = [];
  #wire: Wire | undefined;
  #correlationId = 0;

  constructor(
    private readonly world: World,
    private readonly name: string,
    arrivesInTime: boolean,
  ) {
    this.#wire = world.network.connect(name, this);
    if (this.#wire !== undefined) this.#wire.arrivesInTime = arrivesInTime;
  }

  get isOpen(): boolean {
    return this.#wire !== undefined;
  }

  call<Out, In, Answer>(
    request: Message<Out, In>,
    response: Message<Answer, never>,
    version: number,
    body: In,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<Answer> {
    const wire = this.#wire;
    if (wire === undefined) return Promise.reject(new ConnectionLost());
    this.#correlationId += 1;
    const correlationId = this.#correlationId;
    this.world.trace.say(() => `${this.name} asks ${request.apiKey} v${version} ${toText(body)}`);
    wire.send(encode(request, version, correlationId, this.name, body));
    const timer = this.world.scheduler.setTimer(timeoutMs, () => this.close());
    return new Promise<Answer>((resolve, reject) => {
      this.#calls.push({
        correlationId,
        version,
        response: response as Message<unknown, never>,
        resolve: (value) => {
          timer.cancel();
          resolve(value as Answer);
        },
        reject: (error) => {
          timer.cancel();
          reject(error);
        },
      });
    });
  }

  /** Sends a request that has no response (acks=0). */
  post<Out, In>(request: Message<Out, In>, version: number, body: In): void {
    this.#correlationId += 1;
    this.#wire?.send(encode(request, version, this.#correlationId, this.name, body));
  }

  close(): void {
    this.#wire?.hangUp();
    this.closed();
  }

  data(chunk: Buffer): void {
    this.#frames.push(chunk);
    try {
      for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) this.#answer(frame);
    } catch (error) {
      this.world.fail(error as Error);
    }
  }

  closed(): void {
    this.#wire = undefined;
    const calls = this.#calls;
    this.#calls = [];
    for (const call of calls) call.reject(new ConnectionLost());
  }

  #answer(frame: Buffer): void {
    const call = this.#calls.shift();
    if (call === undefined) throw new Violation(`${this.name} got a response that it did not ask for`);
    const headerVersion = responseHeaderVersion(call.response, call.version);
    const header = responseHeader.decodePrefix(frame, 0, frame.length, headerVersion);
    if (header.value.correlationId !== call.correlationId) {
      throw new Violation(`${this.name} got response ${header.value.correlationId} instead of ${call.correlationId}`);
    }
    const answer = call.response.decode(frame, header.end, frame.length, call.version);
    this.world.trace.say(() => `${this.name} is answered ${toText(answer)}`);
    call.resolve(answer);
  }
}

function encode<Out, In>(
  request: Message<Out, In>,
  version: number,
  correlationId: number,
  clientId: string,
  body: In,
): Buffer {
  writer.beginFrame();
  requestHeader.encode(
    writer,
    { requestApiKey: request.apiKey ?? -1, requestApiVersion: version, correlationId, clientId },
    requestHeaderVersion(request as Message<unknown, never>, version),
  );
  request.encode(writer, body, version);
  return Buffer.concat(writer.finish());
}

/** For traces: bytes are told by their length. */
function toText(message: unknown): string {
  return JSON.stringify(message, (_key, value: unknown) => {
    const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
    return type === 'Buffer' && Array.isArray(data) ? `${data.length} bytes` : value;
  });
}

const RECONNECT_MS = 20;

export class Client {
  #connection: ClientConnection | undefined;
  /** What it is doing, for a run that never ends. */
  doing = 'nothing';

  constructor(
    readonly world: World,
    readonly name: string,
    /** What it sent on a connection that broke never arrives after what it sends on the next. */
    private readonly arrivesInTime = false,
  ) {}

  get random() {
    return this.world.scheduler.random;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.world.scheduler.setTimer(ms, resolve));
  }

  /** An open connection, after as many attempts as it takes. */
  async connection(): Promise<ClientConnection> {
    while (this.#connection === undefined || !this.#connection.isOpen) {
      const connection = new ClientConnection(this.world, this.name, this.arrivesInTime);
      if (connection.isOpen) this.#connection = connection;
      else await this.sleep(RECONNECT_MS + this.random.below(RECONNECT_MS));
    }
    return this.#connection;
  }

  disconnect(): void {
    this.#connection?.close();
  }

  /** One request on the present connection. Rejects with `ConnectionLost`. */
  async call<Out, In, Answer>(
    request: Message<Out, In>,
    response: Message<Answer, never>,
    version: number,
    body: In,
  ): Promise<Answer> {
    const connection = await this.connection();
    return connection.call(request, response, version, body);
  }

  /** Repeats `attempt` until it answers something; a lost connection is one more reason to repeat. */
  async insist<T>(doing: string, attempt: () => Promise<T | undefined>): Promise<T> {
    this.doing = doing;
    for (;;) {
      try {
        const answer = await attempt();
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
      }
      await this.sleep(5 + this.random.below(30));
    }
  }
}
