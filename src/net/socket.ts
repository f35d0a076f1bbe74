/**
 * Sockets of Node as transports, encrypted or not. Writes are corked so that all responses of one turn of the event loop leave
 * in one `writev`.
 */
import type { Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Accept, PeerCertificate, Transport } from './transport.ts';

/** For every socket that is accepted. */
export const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, highWaterMark: 1024 * 1024 } as const;

const BACKLOG = 1024;

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

  write(buffers: readonly Buffer[]): void {
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
    for (const buffer of buffers) socket.write(buffer);
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
  // A reset by the peer is an error here and a close in the next event, which is all that matters.
  socket.on('error', () => {});
  const handler = accept(new SocketTransport(socket, peerCertificate));
  if (handler === undefined) {
    socket.destroy();
    return;
  }
  socket.on('data', (chunk) => handler.data(chunk));
  socket.on('drain', () => handler.drained());
  socket.on('end', () => socket.end());
  socket.on('close', () => handler.closed());
}
