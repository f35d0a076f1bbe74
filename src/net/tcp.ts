/** TCP listeners. */
import { createServer } from 'node:net';
import { attach, type Listener, listen, SOCKET_OPTIONS } from './socket.ts';
import type { Accept } from './transport.ts';

/** Listens on `host`; port 0 picks a free one. Rejects with a message that names the address. */
export function listenTcp(host: string, port: number, accept: Accept): Promise<Listener> {
  const server = createServer(SOCKET_OPTIONS, (socket) => attach(socket, accept));
  return listen(server, host, port);
}
