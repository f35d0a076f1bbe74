/** A node in this process without sockets and disks, and AMQP clients that hand it bytes, for benchmarks of one path. */
import type { Clock, Timer } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/logger.ts';
import { systemRandom } from '../src/base/system-random.ts';
import { resolveSettings } from '../src/config/resolve.ts';
import { PROTOCOL_HEADER } from '../src/gateway/amqp/protocol/constants.ts';
import { FrameWriter } from '../src/gateway/amqp/protocol/frame-writer.ts';
import type { MethodInput, MethodName } from '../src/gateway/amqp/protocol/methods.ts';
import type { Accept, Transport, TransportHandler } from '../src/net/transport.ts';
import { type Node, startNode } from '../src/server/node.ts';
import { MemoryMedium } from '../src/storage/medium/memory.ts';

/** Deferred work runs when the loop says so, as at the end of a turn of the event loop. */
export class TurnClock implements Clock {
  #deferred: (() => void)[] = [];

  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const handle = setTimeout(callback, delayMs).unref();
    return { cancel: () => clearTimeout(handle) };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  endTurn(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const callback of deferred) callback();
  }
}

export class Peer implements Transport {
  readonly remoteAddress = '127.0.0.1';
  readonly bufferedBytes = 0;
  readonly writer = new FrameWriter(131072);
  receivedBytes = 0;
  readonly #handler: TransportHandler;
  readonly #clock: TurnClock;

  constructor(accept: Accept, clock: TurnClock) {
    const handler = accept(this);
    if (handler === undefined) throw new Error('the connection was refused');
    this.#handler = handler;
    this.#clock = clock;
    this.data(PROTOCOL_HEADER);
    this.send(0, 'connection.start-ok', { clientProperties: new Map(), response: Buffer.from('\0guest\0guest') });
    this.send(0, 'connection.tune-ok', { channelMax: 100, frameMax: 131072, heartbeat: 0 });
    this.send(0, 'connection.open', {});
    this.send(1, 'channel.open', {});
  }

  data(bytes: Buffer): void {
    this.#handler.data(bytes);
  }

  send<N extends MethodName>(channel: number, method: N, methodArguments: MethodInput<N>): void {
    this.writer.method(channel, method, methodArguments);
    this.data(Buffer.concat(this.writer.take()));
    this.#clock.endTurn();
  }

  write(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) this.receivedBytes += buffer.length;
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}

export interface Rate {
  readonly perSecond: number;
  /** What it would be if nobody else used the machine. */
  readonly perCpuSecond: number;
}

export function measured(messages: number, work: () => void): Rate {
  const begun = performance.now();
  const cpuBegun = process.cpuUsage();
  work();
  const seconds = (performance.now() - begun) / 1000;
  const cpu = process.cpuUsage(cpuBegun);
  return { perSecond: messages / seconds, perCpuSecond: (messages * 1e6) / (cpu.user + cpu.system) };
}

export async function start(clock: TurnClock, more: Readonly<Record<string, string>> = {}): Promise<Node> {
  const flags = { storage: 'memory', ...more };
  const starting = startNode({
    encryptionKey: () => Buffer.alloc(32),
    settings: resolveSettings({ flags, env: {} }),
    medium: new MemoryMedium(),
    clock,
    random: systemRandom,
    logger: silentLogger,
    onFatal: (error) => {
      throw error;
    },
  });
  const timer = setInterval(() => clock.endTurn(), 1);
  const node = await starting;
  clearInterval(timer);
  return node;
}

/** Lets what was appended become durable. */
export async function turns(clock: TurnClock): Promise<void> {
  for (let i = 0; i < 20; i += 1) {
    clock.endTurn();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
