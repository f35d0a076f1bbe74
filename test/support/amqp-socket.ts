/** An `AmqpEnd` over TCP. */
import { connect } from 'node:net';
import { AmqpEnd, ConnectionLost, type OpenOptions, type Received } from './amqp-end.ts';

export interface SocketOptions extends OpenOptions {
  readonly listener?: (received: Received) => void;
}

/** Connects, and says nothing yet. @throws ConnectionLost when nobody listens */
function dialAmqp(port: number, listener: (received: Received) => void = () => {}): Promise<AmqpEnd> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const end = new AmqpEnd({ write: (bytes) => socket.write(bytes), close: () => socket.destroy() }, listener);
    socket.on('data', (chunk) => end.push(chunk));
    socket.on('error', () => {});
    socket.once('close', () => {
      end.lost();
      reject(new ConnectionLost('nobody listens'));
    });
    socket.once('connect', () => resolve(end));
  });
}

/** An open connection. @throws ConnectionLost, Refused */
export async function connectAmqp(port: number, { listener, ...options }: SocketOptions = {}): Promise<AmqpEnd> {
  const end = await dialAmqp(port, listener);
  await end.open(options);
  return end;
}
