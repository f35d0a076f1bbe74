/**
 * Sockets of Node as transports, encrypted or not. What is written to a socket in one turn of the event loop leaves in one `writev`
 * at its end, after what all sockets had to say was read: a client that sleeps is then woken once for many answers.
 */
import type { Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { withSharedReads } from './shared-reads.ts';
import type { Accept, PeerCertificate, Transport } from './transport.ts';

/** For every socket that is accepted. */
export const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, highWaterMark: 1024 * 1024 } as const;

const BACKLOG = 1024;
/** How long a client that was told the end may be silent without ending its side. */
const HALF_OPEN_MS = 10_000;

/** Those with something written in this turn of the event loop. */
let corked: SocketTransport[] = [];

function uncorkAll(): void {
  const transports = corked;
  corked = [];
  for (const transport of transports) transport.uncork();
}

class SocketTransport implements Transport {
  readonly remoteAddress: string;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly encrypted: boolean;
  readonly peerCertificate: PeerCertificate | undefined;
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket, peerCertificate: PeerCertificate | undefined) {
    this.#socket = socket;
    this.encrypted = socket instanceof TLSSocket;
    this.peerCertificate = peerCertificate;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.remotePort = socket.remotePort;
    this.localAddress = socket.localAddress;
    this.localPort = socket.localPort;
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
      if (corked.push(this) === 1) setImmediate(uncorkAll);
    }
    // Writes complete in order: when the last one has, so have those before it.
    const last = taken === undefined ? undefined : buffers.at(-1);
    for (const buffer of buffers) {
      if (buffer === last) socket.write(buffer, (error) => !error && taken?.());
      else socket.write(buffer);
    }
  }

  uncork(): void {
    this.#corked = false;
    this.#socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
    // Nobody wants to read any more, but without reading the client's end is never seen.
    this.#socket.resume();
    this.#socket.setTimeout(HALF_OPEN_MS, () => this.#socket.destroy());
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting; connections that exist are the caller's to close. */
  close(): Promise<void>;
}

/** Listens on `host`; port 0 picks a free one. Rejects with a message that names the address. */
export function listen(server: Server, host: string, port: number): Promise<Listener> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another process listens there' : error.message;
      reject(new Error(`cannot listen on ${host}:${port}: ${reason}`));
    });
    server.listen({ host, port, backlog: BACKLOG }, () => {
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

/** Hands the socket to whoever takes connections. */
export function attach(socket: Socket, accept: Accept, peerCertificate?: PeerCertificate): void {
  const receive = serve(socket, accept, peerCertificate);
  if (receive !== undefined) socket.on('data', receive);
}

/** The same of a socket that is paused, with chunks that are there during `data` only. */
export function attachShared(accepted: Socket, accept: Accept): void {
  const socket = withSharedReads(accepted, (chunk) => receive?.(chunk));
  const receive = serve(socket, accept, undefined);
  if (receive !== undefined) socket.resume();
}

/** Connects all but the data, for which it answers the receiver. Undefined when nobody wants the connection: it is closed. */
function serve(
  socket: Socket,
  accept: Accept,
  peerCertificate: PeerCertificate | undefined,
): ((chunk: Buffer) => void) | undefined {
  // A reset by the peer is an error here and a close in the next event, which is all that matters.
  socket.on('error', () => {});
  const handler = accept(new SocketTransport(socket, peerCertificate));
  if (handler === undefined) {
    socket.destroy();
    return undefined;
  }
  socket.on('drain', () => handler.drained());
  socket.on('end', () => socket.end());
  socket.on('close', () => handler.closed());
  return (chunk) => {
    if (!socket.writableEnded) handler.data(chunk);
  };
}
