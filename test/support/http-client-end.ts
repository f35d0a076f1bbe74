/** The client's end of one HTTP connection without sockets: what it sends is handed to the server at once, what it is sent is kept. */
import type { Accept, Transport, TransportHandler } from '../../src/net/transport.ts';
import { type Answer, cutAnswers } from './http-answers.ts';

export interface Request {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

export class HttpClientEnd implements Transport {
  /** Other than 0: what is sent is not taken until `drain`. */
  bufferedBytes = 0;
  isPaused = false;
  isEnded = false;
  isDestroyed = false;
  readonly handler: TransportHandler | undefined;
  #received: Buffer = Buffer.alloc(0);
  #untaken: (() => void)[] = [];
  #changed: () => void = () => {};

  constructor(
    accept: Accept,
    readonly remoteAddress = '127.0.0.1',
  ) {
    this.handler = accept(this);
  }

  write(buffers: readonly Buffer[], taken?: () => void): void {
    this.#received = Buffer.concat([this.#received, ...buffers]);
    if (taken !== undefined) {
      if (this.bufferedBytes === 0) taken();
      else this.#untaken.push(taken);
    }
    this.#changed();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.isEnded = true;
    this.#changed();
  }

  destroy(): void {
    this.isDestroyed = true;
    this.#changed();
  }

  /** Takes what was sent. */
  drain(): void {
    this.bufferedBytes = 0;
    const untaken = this.#untaken;
    this.#untaken = [];
    for (const taken of untaken) taken();
    this.handler?.drained();
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
    const { answers, rest } = cutAnswers(this.#received);
    this.#received = rest;
    return answers;
  }

  /** Rejects if the connection ends without an answer. */
  async ask({ method, target, headers, body = '' }: Request): Promise<Answer> {
    const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': String(Buffer.byteLength(body)) });
    const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#changed = () => {
        const { answers, rest } = cutAnswers(this.#received, method === 'HEAD');
        const [answer] = answers;
        if (answer === undefined) {
          if (this.isEnded || this.isDestroyed) reject(new Error(`${method} ${target} got no answer`));
          return;
        }
        this.#received = rest;
        resolve(answer);
      };
    });
    this.send(Buffer.concat([Buffer.from(head), Buffer.from(body as string)]));
    return await answered;
  }
}
