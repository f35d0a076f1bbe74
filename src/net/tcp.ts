/** TCP listeners. */
import { createServer } from 'node:net';
import { attach, attachShared, type Listener, listen, SOCKET_OPTIONS } from './socket.ts';
import type { Accept } from './transport.ts';

export interface TcpOptions {
  /** Chunks are there during `data` only: whoever handles them copies what he wants of them later. */
  readonly sharedReads: boolean;
}

/** Listens on `host`; port 0 picks a free one. Rejects with a message that names the address. */
export function listenTcp(host: string, port: number, accept: Accept, { sharedReads }: TcpOptions): Promise<Listener> {
  const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: sharedReads }, (socket) => {
    if (sharedReads) attachShared(socket, accept);
    else attach(socket, accept);
  });
  return listen(server, host, port);
}
