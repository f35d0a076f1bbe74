/** An `SqsEnd` over TCP. */
import { connect } from 'node:net';
import { ConnectionLost } from './amqp-end.ts';
import { SqsEnd } from './sqs-end.ts';

/** @throws ConnectionLost when nobody listens */
export function connectSqs(port: number): Promise<SqsEnd> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const end = new SqsEnd({ write: (bytes) => socket.write(bytes), close: () => socket.destroy() });
    socket.on('data', (chunk) => end.push(chunk));
    socket.on('error', () => {});
    socket.once('close', () => {
      end.lost();
      reject(new ConnectionLost('nobody listens'));
    });
    socket.once('connect', () => resolve(end));
  });
}
