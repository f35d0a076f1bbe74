/** TCP listeners. Writes are corked so that all responses of one turn of the event loop leave in one `writev`. */
import { createServer, type Server, type Socket } from 'node:net';
import { withSharedReads } from './shared-reads.ts';
import type { Accept, Transport, TransportHandler } from './transport.ts';

class TcpTransport implements Transport {
  readonly remoteAddress: string;
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress ?? '';
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  write(buffers: readonly Buffer[], taken?: () => void): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    if (!this.#corked) {
      this.#corked = true;
      socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        socket.uncork();
      });
    }
    // Writes complete in order: when the last one has, so have those before it.
    const last = taken === undefined ? undefined : buffers.at(-1);
    for (const buffer of buffers) {
      if (buffer === last) socket.write(buffer, (error) => !error && taken?.());
      else socket.write(buffer);
    }
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

export interface TcpListener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting; connections that exist are the caller's to close. */
  close(): Promise<void>;
}

const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, highWaterMark: 1024 * 1024 };

export interface TcpOptions {
  /** Chunks are there during `data` only: whoever handles them copies what he wants of them later. */
  readonly sharedReads: boolean;
}

/** Listens on `host`; port 0 picks a free one. Rejects with a message that names the address. */
export function listenTcp(host: string, port: number, accept: Accept, options: TcpOptions): Promise<TcpListener> {
  const { sharedReads } = options;
  const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: sharedReads }, (socket) => {
    if (sharedReads) attachShared(socket, accept);
    else attach(socket, accept);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another process listens there' : error.message;
      reject(new Error(`cannot listen on ${host}:${port}: ${reason}`));
    });
    server.listen({ host, port, backlog: 1024 }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ host, port: bound, close: () => closeServer(server) });
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function attach(socket: Socket, accept: Accept): void {
  const handler = serve(socket, accept);
  if (handler !== undefined) socket.on('data', (chunk) => handler.data(chunk));
}

function attachShared(accepted: Socket, accept: Accept): void {
  const socket = withSharedReads(accepted, (chunk) => handler?.data(chunk));
  const handler = serve(socket, accept);
  if (handler !== undefined) socket.resume();
}

/** Connects all but the data. Undefined when nobody wants the connection: it is closed. */
function serve(socket: Socket, accept: Accept): TransportHandler | undefined {
  // A reset by the peer is an error here and a close in the next event, which is all that matters.
  socket.on('error', () => {});
  const handler = accept(new TcpTransport(socket));
  if (handler === undefined) {
    socket.destroy();
    return undefined;
  }
  socket.on('drain', () => handler.drained());
  socket.on('end', () => socket.end());
  socket.on('close', () => handler.closed());
  return handler;
}
