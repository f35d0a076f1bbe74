/**
 * A bare HTTP/1.1 client for loads: one request at a time on a connection that is kept, answers with a content length. It costs
 * little beside the broker on the same machine, and is the same for every broker.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

export type Answered = (body: string) => void;

export class HttpClient {
  readonly #port: number;
  #socket: Socket | undefined;
  #answered: Answered | undefined;
  #failed: (error: Error) => void = () => {};
  #parts: Buffer[] = [];
  #missing = 0;

  private constructor(port: number) {
    this.#port = port;
  }

  static open(port: number): Promise<HttpClient> {
    const client = new HttpClient(port);
    return new Promise((resolve, reject) => {
      client.#failed = reject;
      client.#connect().once('connect', () => resolve(client));
    });
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    const failed = (error: Error) => {
      if (this.#socket === socket) this.#failed(error);
    };
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', failed);
    socket.on('close', () => failed(new Error('the connection was closed')));
    this.#socket = socket;
    return socket;
  }

  /** `failed` is called for whatever is no answer with status 200. A connection that the server ended is opened again. */
  ask(request: Buffer | string, answered: Answered, failed: (error: Error) => void): void {
    this.#answered = answered;
    this.#failed = failed;
    // moto ends every connection with its answer.
    (this.#socket ?? this.#connect()).write(request);
  }

  call(request: Buffer | string): Promise<string> {
    return new Promise((resolve, reject) => this.ask(request, resolve, reject));
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  #take(chunk: Buffer): void {
    this.#parts.push(chunk);
    if (this.#missing > chunk.length) {
      this.#missing -= chunk.length;
      return;
    }
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    const end = bytes.indexOf(HEAD_END, 0, 'latin1');
    if (end === -1) {
      this.#parts = [bytes];
      return;
    }
    const head = bytes.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    this.#missing = end + HEAD_END.length + length - bytes.length;
    this.#parts = [bytes];
    if (this.#missing > 0) return;
    this.#parts = [];
    const status = Number(head.slice(9, 12));
    const body = bytes.toString('utf8', end + HEAD_END.length);
    const answered = this.#answered;
    if (head.startsWith('HTTP/1.0') || /\r\nconnection: *close/i.test(head)) this.close();
    if (Number.isNaN(length)) this.#failed(new Error(`an answer without a length: ${head}`));
    else if (status !== 200) this.#failed(new Error(`${status} ${body.slice(0, 500)}`));
    else answered?.(body);
  }
}
