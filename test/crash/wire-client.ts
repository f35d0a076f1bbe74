/**
 * A Kafka connection of the tests' own, over the project's codecs: requests may be pipelined, responses come back as promises.
 * A connection that is lost rejects all that is pending with `ConnectionLost`, so that a caller knows what it doesn't know.
 */
import { connect, type Socket } from 'node:net';
import type { Message } from '../../src/base/schema/message.ts';
import { Writer } from '../../src/base/schema/writer.ts';
import {
  requestHeader,
  requestHeaderVersion,
  responseHeader,
  responseHeaderVersion,
} from '../../src/gateway/kafka/protocol/headers.ts';
import { FrameReader } from '../../src/net/frame-reader.ts';

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The two messages of an API. */
export interface Api<Request, Response> {
  readonly request: Message<unknown, Request>;
  readonly response: Message<Response, never>;
}

interface Pending {
  decode(frame: Buffer): void;
  fail(error: Error): void;
}

const writer = new Writer();
const RESPONSE_BYTES_MAX = 256 * 1024 * 1024;

export function encodeRequest<Request>(
  api: Api<Request, unknown>,
  version: number,
  correlationId: number,
  body: Request,
): Buffer {
  const { request } = api;
  writer.beginFrame();
  requestHeader.encode(
    writer,
    { requestApiKey: request.apiKey ?? -1, requestApiVersion: version, correlationId, clientId: 'test' },
    requestHeaderVersion(request as Message<unknown, never>, version),
  );
  request.encode(writer, body, version);
  return Buffer.concat(writer.finish());
}

export function decodeResponse<Response>(api: Api<never, Response>, version: number, frame: Buffer): Response {
  const { response } = api;
  const { end } = responseHeader.decodePrefix(frame, 0, frame.length, responseHeaderVersion(response, version));
  return response.decode(frame, end, frame.length, version);
}

export class WireClient {
  readonly closed: Promise<void>;
  #correlationId = 0;
  #lost = false;
  readonly #pending = new Map<number, Pending>();
  readonly #frames = new FrameReader(RESPONSE_BYTES_MAX);

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#lost = true;
        for (const pending of this.#pending.values()) pending.fail(new ConnectionLost('the connection was lost'));
        this.#pending.clear();
        resolve();
      });
    });
  }

  /** Rejects with `ConnectionLost` when nobody listens. */
  static open(port: number): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      const failed = () => reject(new ConnectionLost('nobody listens'));
      socket.once('error', failed);
      socket.once('connect', () => {
        socket.off('error', failed);
        resolve(new WireClient(socket));
      });
    });
  }

  get isLost(): boolean {
    return this.#lost;
  }

  request<Request, Response>(api: Api<Request, Response>, version: number, body: Request): Promise<Response> {
    this.#correlationId += 1;
    const correlationId = this.#correlationId;
    return new Promise((resolve, reject) => {
      if (this.#lost) {
        reject(new ConnectionLost('the connection was lost before'));
        return;
      }
      this.#pending.set(correlationId, {
        decode: (frame) => resolve(decodeResponse(api as Api<never, Response>, version, frame)),
        fail: reject,
      });
      this.socket.write(encodeRequest(api, version, correlationId, body));
    });
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#frames.push(chunk);
    for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
      const correlationId = frame.readInt32BE(0);
      const pending = this.#pending.get(correlationId);
      if (pending === undefined) throw new Error(`a response to request ${correlationId}, which was not sent`);
      this.#pending.delete(correlationId);
      pending.decode(frame);
    }
  }
}
