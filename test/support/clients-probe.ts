/**
 * Any Kafka request at any version, encoded and decoded by Kafka's own library in a Java process (`ProtocolProbe`), so
 * that what comes back is judged by a codec that is not ours. `Conversation` keeps what one broker answered.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { javaProgram } from './clients-java.ts';
import { ClientProcess } from './clients-process.ts';
import { until } from './clients-wait.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };
export type Answer = { readonly response?: Json; readonly closed?: true; readonly silent?: true };
type Reply = Answer & { readonly id: number; readonly failure?: string };

const TIME_LIMIT_MS = 240_000;

export class ProtocolProbe {
  readonly #process: ClientProcess;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastId = 0;

  static async start(): Promise<ProtocolProbe> {
    const { command, args } = await javaProgram('ProtocolProbe');
    const process = new ClientProcess(command, args, { timeLimitMs: TIME_LIMIT_MS });
    const announced = await process.waitForLine((line) => line.startsWith('port '));
    const socket = connect(Number(announced.slice('port '.length)), '127.0.0.1');
    await once(socket, 'connect');
    return new ProtocolProbe(process, socket);
  }

  private constructor(process: ClientProcess, socket: Socket) {
    this.#process = process;
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.#settle(JSON.parse(line) as Reply));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const id of this.#waiting.keys()) this.#settle({ id, failure: `the probe ended: ${process.describe()}` });
    });
  }

  async send(command: JsonObject): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const replied = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.write(`${JSON.stringify({ ...command, id })}\n`);
    const { id: _, failure, ...answer } = await replied;
    if (failure !== undefined) throw new Error(`${JSON.stringify(command)}: ${failure}`);
    return answer;
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    await this.#process.kill9();
  }

  #settle(reply: Reply): void {
    this.#waiting.get(reply.id)?.(reply);
    this.#waiting.delete(reply.id);
  }
}

export type BatchSpec = {
  readonly magic?: number;
  readonly codec?: string;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  readonly records: readonly { readonly key?: string; readonly value: string | null; readonly timestamp?: number }[];
};

/** One broker, one scenario: what was asked and what was answered, under names that mean the same on every broker. */
export class Conversation {
  readonly transcript: { readonly asked: string; readonly answer: Json }[] = [];
  readonly #probe: ProtocolProbe;
  readonly #address: string;
  readonly #prefix: string;

  constructor(probe: ProtocolProbe, address: string, prefix: string) {
    this.#probe = probe;
    this.#address = address;
    this.#prefix = prefix;
  }

  /** A name of this run's own; it appears in the transcript without what makes it unique. */
  name(suffix: string): string {
    return `${this.#prefix}${suffix}`;
  }

  /** Asks and records. @throws when the broker closed the connection or said nothing, which `tell` records instead. */
  async ask(title: string, api: string, version: number, body: JsonObject, connection = 'main'): Promise<JsonObject> {
    const { response } = await this.tell(title, api, version, body, connection);
    if (typeof response !== 'object' || response === null)
      throw new Error(`no response to ${title} (${api} v${version})`);
    return response as JsonObject;
  }

  /** Asks and records whatever came of it. */
  async tell(title: string, api: string, version: number, body: JsonObject, connection = 'main'): Promise<Answer> {
    const answer = await this.#send(connection, { op: 'call', api, version, body });
    this.note(`${title} (${api} v${version})`, (answer.response ?? (answer as Json)) as Json);
    return answer;
  }

  /** Asks without recording: for what is not the point, or comes at its own time. */
  async quietly(api: string, version: number, body: JsonObject, connection = 'main'): Promise<JsonObject> {
    const { response } = await this.#send(connection, { op: 'call', api, version, body });
    if (typeof response !== 'object' || response === null) throw new Error(`no response to ${api} v${version}`);
    return response as JsonObject;
  }

  /** Asks without recording until the answer is as wanted: brokers finish some things after they have answered. */
  eventually(
    api: string,
    version: number,
    body: JsonObject,
    isWanted: (answer: JsonObject) => boolean,
  ): Promise<JsonObject> {
    return until(api, () => this.quietly(api, version, body), isWanted);
  }

  /** Sends bytes as they are and gives back the next frame, or how the connection ended. */
  async raw(bytes: Buffer, connection = 'raw'): Promise<Buffer | 'closed' | 'silent'> {
    const answer = await this.#send(connection, { op: 'raw', frame: bytes.toString('base64') });
    if (answer.closed) return 'closed';
    return answer.silent ? 'silent' : Buffer.from(String(answer.response), 'base64');
  }

  async batch(spec: BatchSpec): Promise<Buffer> {
    const { response } = await this.#probe.send({ op: 'batch', ...(spec as unknown as JsonObject) });
    return Buffer.from(String(response), 'base64');
  }

  note(asked: string, answer: Json): void {
    this.transcript.push({ asked, answer });
  }

  #send(connection: string, command: JsonObject): Promise<Answer> {
    return this.#probe.send({ ...command, connection: this.#prefix + connection, address: this.#address });
  }
}
