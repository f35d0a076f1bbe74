/** A whole node on the memory medium, and connections to it without sockets. Time and order belong to the scheduler. */
import type { Logger } from '../../src/base/logger.ts';
import { resolveSettings } from '../../src/config/resolve.ts';
import { FrameReader } from '../../src/net/frame-reader.ts';
import type { Transport, TransportHandler } from '../../src/net/transport.ts';
import { type Node, startNode } from '../../src/server/node.ts';
import { MemoryMedium } from '../../src/storage/medium/memory.ts';
import { type Api, decodeResponse, encodeRequest } from '../crash/wire-client.ts';
import { Scheduler } from '../support/scheduler.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** The client's end of a connection. */
export class MemoryConnection implements Transport {
  readonly remoteAddress = '192.0.2.1';
  readonly received: Buffer[] = [];
  bufferedBytes = 0;
  isPaused = false;
  isClosed = false;
  /** False: nothing that is sent to this client is ever taken. */
  isReading = true;
  handler: TransportHandler | undefined;
  readonly #frames = new FrameReader(2 ** 30);
  #correlationId = 0;

  constructor(private readonly scheduler: Scheduler) {}

  write(buffers: readonly Buffer[], taken?: () => void): void {
    for (const buffer of buffers) {
      if (this.isReading) this.#frames.push(Buffer.from(buffer));
      else this.bufferedBytes += buffer.length;
    }
    if (this.isReading) taken?.();
    for (let frame = this.isReading ? this.#frames.next() : undefined; frame; frame = this.#frames.next()) {
      this.received.push(frame);
    }
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.scheduler.defer(() => this.handler?.closed());
  }

  send(bytes: Buffer): void {
    if (!this.isClosed) this.handler?.data(bytes);
  }

  /** Sends a request and gives its response, which must be the next one. */
  async request<Request, Response>(api: Api<Request, Response>, version: number, body: Request): Promise<Response> {
    this.#correlationId += 1;
    this.received.length = 0;
    this.send(encodeRequest(api as Api<Request, unknown>, version, this.#correlationId, body));
    await this.scheduler.settle(() => this.received.length > 0 || this.isClosed);
    const [frame] = this.received;
    if (frame === undefined) throw new Error(this.isClosed ? 'the connection was closed' : 'there was no response');
    return decodeResponse(api as Api<never, Response>, version, frame);
  }
}

export class TestNode {
  readonly lines: LogLine[] = [];
  fatal: Error | undefined;
  #node: Node | undefined;

  private constructor(
    readonly scheduler: Scheduler,
    public medium: MemoryMedium,
    private readonly flags: Readonly<Record<string, string>>,
  ) {}

  static async start(seed: number, flags: Readonly<Record<string, string>> = {}): Promise<TestNode> {
    const scheduler = new Scheduler(seed);
    const node = new TestNode(scheduler, new MemoryMedium({ schedule: scheduler.defer }), flags);
    await node.start();
    return node;
  }

  async start(): Promise<void> {
    const { scheduler, medium, flags } = this;
    const settings = resolveSettings({ flags: { 'segment-bytes-max': '65536', ...flags }, env: {} });
    const log = (level: LogLine['level']) => (fields: object, message: string) => {
      this.lines.push({ level, fields, message });
    };
    const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    const onFatal = (error: Error) => {
      this.fatal ??= error;
    };
    const starting = startNode({
      encryptionKey: () => Buffer.alloc(32),
      settings,
      medium,
      clock: scheduler,
      random: scheduler.random,
      logger,
      onFatal,
    });
    this.#node = await scheduler.until(starting);
    this.#node.advertise('127.0.0.1', 9092);
  }

  /** Ends the node as a power cut would and starts it again on what was kept. */
  async restart(): Promise<void> {
    this.scheduler.clear();
    this.medium = this.medium.crash(this.scheduler.random, { faults: () => 'none' });
    this.fatal = undefined;
    await this.start();
  }

  get running(): Node {
    if (this.#node === undefined) throw new Error('the node is not started');
    return this.#node;
  }

  get kafka(): Node['kafka'] {
    return this.running.kafka;
  }

  get amqp(): Node['amqp'] {
    return this.running.amqp;
  }

  connect(): MemoryConnection {
    const connection = new MemoryConnection(this.scheduler);
    connection.handler = this.kafka.accept(connection);
    if (connection.handler === undefined) connection.isClosed = true;
    return connection;
  }
}
