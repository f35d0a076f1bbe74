/** TCP listeners. */
import { createServer, type Socket } from 'node:net';
import { withSharedReads } from './shared-reads.ts';
import { attach, type Listener, listen, SOCKET_OPTIONS, serve } from './socket.ts';
import type { Accept } from './transport.ts';

export interface TcpOptions {
  /** Chunks are there during `data` only: whoever handles them copies what he wants of them later. */
  readonly sharedReads: boolean;
}

/** Listens on `host`; port 0 picks a free one. Rejects with a message that names the address. */
export function listenTcp(host: string, port: number, accept: Accept, options: TcpOptions): Promise<Listener> {
  const { sharedReads } = options;
  const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: sharedReads }, (socket) => {
    if (sharedReads) attachShared(socket, accept);
    else attach(socket, accept);
  });
  return listen(server, host, port);
}

function attachShared(accepted: Socket, accept: Accept): void {
  const socket = withSharedReads(accepted, (chunk) => handler?.data(chunk));
  const handler = serve(socket, accept);
  if (handler !== undefined) socket.resume();
}
