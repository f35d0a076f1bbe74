/**
 * The least a durable broker could do, as a process: read sockets, append what came to one file, answer each connection
 * with one byte when its input has ended and everything is written (and, with `--sync`, is on disk). One write is in
 * flight at a time; what arrives meanwhile forms the next. Sockets pause above a fixed number of waiting bytes.
 * Usage: limit-server.ts FILE [--sync]. Prints its port.
 */
import { close, fdatasync, openSync, writev } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';

const [file = '', sync] = process.argv.slice(2);
const waitingBytesMax = 32 * 2 ** 20;
const writeAll = promisify(writev) as unknown as (fd: number, buffers: Buffer[]) => Promise<{ bytesWritten: number }>;
const syncData = promisify(fdatasync);

const fd = openSync(file, 'w');
const sockets = new Set<Socket>();
let waiting: Buffer[] = [];
let waitingBytes = 0;
let ended: Socket[] = [];
let writing = false;

async function writeGroups(): Promise<void> {
  if (writing) return;
  writing = true;
  while (waiting.length > 0 || ended.length > 0) {
    const group = waiting;
    const finished = ended;
    const bytes = waitingBytes;
    waiting = [];
    ended = [];
    waitingBytes = 0;
    for (const socket of sockets) socket.resume();
    if (group.length > 0) {
      const { bytesWritten } = await writeAll(fd, group);
      if (bytesWritten !== bytes) throw new Error(`short write: ${bytesWritten} of ${bytes} bytes`);
      if (sync === '--sync') await syncData(fd);
    }
    for (const socket of finished) socket.end('.');
  }
  writing = false;
}

const server = createServer({ allowHalfOpen: true }, (socket) => {
  sockets.add(socket);
  socket.on('data', (chunk) => {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes > waitingBytesMax) for (const other of sockets) other.pause();
    void writeGroups();
  });
  socket.on('end', () => {
    ended.push(socket);
    void writeGroups();
  });
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => sockets.delete(socket));
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(address.port);
});
process.on('SIGTERM', () => close(fd, () => process.exit(0)));
