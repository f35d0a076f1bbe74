/**
 * Sockets that all read into the same memory: a chunk is there during the call that delivers it, and what is wanted of it
 * later is copied. Node otherwise allocates 64 KiB for every read, and collecting them is a tenth of what a produced
 * record costs.
 *
 * Node offers this for sockets that it connects, not for those it accepts, which is why the handle is moved to a new socket
 * here. Where that can't be done (a TLS socket, another Node) the socket stays what it was and allocates.
 */
import { Socket } from 'node:net';

/** One for the process: a read and its delivery are not interrupted. */
let memory: Buffer | undefined;
const MEMORY_BYTES = 256 * 1024;

interface Handle {
  readonly useUserBuffer?: unknown;
  readonly reading?: boolean;
}

/**
 * @param accepted must be paused, and not be used any more by the caller.
 * @returns the socket to use; `receive` gets what arrives once it is resumed.
 */
export function withSharedReads(accepted: Socket, receive: (chunk: Buffer) => void): Socket {
  const owner = accepted as unknown as { _handle: Handle | null };
  const handle = owner._handle;
  if (accepted.constructor !== Socket || typeof handle?.useUserBuffer !== 'function' || handle.reading === true) {
    accepted.on('data', receive);
    return accepted;
  }
  owner._handle = null;
  memory ??= Buffer.allocUnsafeSlow(MEMORY_BYTES);
  const buffer = memory;
  const callback = (bytes: number): boolean => {
    receive(buffer.subarray(0, bytes));
    return true;
  };
  const options = { handle, onread: { buffer, callback }, highWaterMark: accepted.writableHighWaterMark };
  const socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  // The listener counts its connections by the socket that it accepted.
  socket.on('close', () => accepted.destroy());
  return socket;
}
