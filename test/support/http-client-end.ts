/** The client's end of one HTTP connection without sockets: what it sends is handed to the server at once, what it is sent is kept. */
import type { Accept, Transport, TransportHandler } from '../../src/net/transport.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';

export class HttpClientEnd implements Transport {
  bufferedBytes = 0;
  isPaused = false;
  isEnded = false;
  isDestroyed = false;
  readonly handler: TransportHandler | undefined;
  #received = Buffer.alloc(0);

  constructor(
    accept: Accept,
    readonly remoteAddress = '127.0.0.1',
  ) {
    this.handler = accept(this);
  }

  write(buffers: readonly Buffer[]): void {
    this.#received = Buffer.concat([this.#received, ...buffers]);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  /** Memory that is used for something else afterwards, as that of a socket is. */
  send(...parts: readonly (string | Buffer)[]): void {
    for (const part of parts) {
      const chunk = Buffer.from(part as string);
      this.handler?.data(chunk);
      chunk.fill(0xee);
    }
  }

  hangUp(): void {
    this.handler?.closed();
  }

  /** What has been received since it was asked for last, as text. */
  text(): string {
    const text = this.#received.toString();
    this.#received = Buffer.alloc(0);
    return text;
  }

  /** The whole answers in it. Those to HEAD must not be among them. */
  answers(): Answer[] {
    const answers: Answer[] = [];
    for (let bytes = this.#received; bytes.length > 0; ) {
      const headEnd = bytes.indexOf(HEAD_END);
      const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]));
      const end = headEnd + HEAD_END.length + Number(headers['content-length'] ?? 0);
      const body = bytes.toString('utf8', headEnd + HEAD_END.length, end);
      answers.push({ status: Number(first.split(' ')[1]), headers, body });
      bytes = bytes.subarray(end);
    }
    this.#received = Buffer.alloc(0);
    return answers;
  }
}
