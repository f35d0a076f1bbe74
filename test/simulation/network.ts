/**
 * Connections in memory. Bytes arrive in order, in pieces that the seed cuts, after delays that the seed decides. Either side
 * may vanish: what it had written before arrives in whole, in part or not at all.
 */
import type { Accept, Transport, TransportHandler } from '../../src/net/transport.ts';
import type { Scheduler } from '../support/scheduler.ts';
import type { Trace } from './trace.ts';

/** The client's end. */
export interface Peer {
  data(chunk: Buffer): void;
  closed(): void;
}

export type Protocol = 'kafka' | 'amqp' | 'sqs';

export interface NetworkFaults {
  /** Of 10,000 deliveries, how many break the connection instead. */
  dropsPerTenThousand: number;
}

const DELAYED_PERCENT = 25;
const DELAY_MS_MAX = 12;
const CUT_PERCENT = 25;
const CUT_BYTES_MAX = 300;

interface Chunk {
  bytes: Buffer;
  /** Told when all of this chunk and of those before it was taken. */
  readonly taken: (() => void) | undefined;
}

/** One direction of a connection. */
class Pipe {
  #chunks: Chunk[] = [];
  #scheduled = false;
  #finished = false;
  #ended = false;
  paused = false;
  bytes = 0;

  constructor(
    private readonly network: Network,
    private readonly receive: (chunk: Buffer) => void,
    private readonly finish: () => void,
    private readonly drained: () => void,
  ) {}

  write(buffers: readonly Buffer[], taken?: () => void): void {
    if (this.#ended) return;
    for (const [i, bytes] of buffers.entries()) {
      this.#chunks.push({ bytes, taken: i === buffers.length - 1 ? taken : undefined });
      this.bytes += bytes.length;
    }
    this.wake();
  }

  /** What was written still arrives, then the end. */
  end(): void {
    this.#ended = true;
    this.wake();
  }

  /** Nothing arrives any more but the end. */
  cut(): void {
    this.#chunks = [];
    this.bytes = 0;
    this.paused = false;
    this.end();
  }

  /** Nothing arrives any more at all. */
  kill(): void {
    this.#finished = true;
  }

  wake(): void {
    if (this.#scheduled || this.paused || this.#finished || (this.bytes === 0 && !this.#ended)) return;
    this.#scheduled = true;
    this.network.later(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.paused || this.#finished) return;
    if (this.bytes === 0) {
      this.#finished = true;
      this.finish();
      return;
    }
    if (this.network.breaks()) {
      this.cut();
      return;
    }
    this.receive(this.#take());
    if (this.bytes === 0 && !this.#ended) this.drained();
    this.wake();
  }

  #take(): Buffer {
    const { random } = this.network.scheduler;
    const wanted = random.chance(CUT_PERCENT) ? 1 + random.below(Math.min(this.bytes, CUT_BYTES_MAX)) : this.bytes;
    // A copy, as a socket makes, and not before it is due: whoever receives it may keep and change it.
    const piece = Buffer.alloc(wanted);
    let filled = 0;
    while (filled < wanted) {
      const chunk = this.#chunks[0] as Chunk;
      const copied = chunk.bytes.copy(piece, filled);
      filled += copied;
      chunk.bytes = chunk.bytes.subarray(copied);
      if (chunk.bytes.length > 0) continue;
      this.#chunks.shift();
      chunk.taken?.();
    }
    this.bytes -= wanted;
    return piece;
  }
}

/** One connection; to the server it is the transport. */
export class Wire implements Transport {
  readonly remoteAddress: string;
  readonly #toServer: Pipe;
  readonly #toClient: Pipe;
  #handler: TransportHandler | undefined;
  #peer: Peer | undefined;
  /** What the client sent never arrives once it has gone. */
  arrivesInTime = false;

  constructor(
    private readonly network: Network,
    name: string,
    peer: Peer,
  ) {
    this.remoteAddress = name;
    this.#peer = peer;
    const { trace } = network;
    this.#toServer = new Pipe(
      network,
      (chunk) => {
        trace.note(name, 1, chunk.length);
        this.#handler?.data(chunk);
      },
      () => this.#serverSawEnd(),
      () => {},
    );
    this.#toClient = new Pipe(
      network,
      (chunk) => {
        trace.note(name, 2, chunk.length);
        this.#peer?.data(chunk);
      },
      () => this.#clientSawEnd(),
      () => this.#handler?.drained(),
    );
  }

  serve(accept: Accept): void {
    this.#handler = accept(this);
    if (this.#handler === undefined) this.#toClient.cut();
  }

  get bufferedBytes(): number {
    return this.#toClient.bytes;
  }

  write(buffers: readonly Buffer[], taken?: () => void): void {
    this.#toClient.write(buffers, taken);
  }

  pause(): void {
    this.#toServer.paused = true;
  }

  resume(): void {
    this.#toServer.paused = false;
    this.#toServer.wake();
  }

  end(): void {
    this.#toClient.end();
  }

  destroy(): void {
    this.#toClient.cut();
    this.#toServer.cut();
  }

  /** The client writes. */
  send(bytes: Buffer): void {
    this.#toServer.write([bytes]);
  }

  /** The client goes away: what it sent may arrive yet. */
  hangUp(): void {
    this.#peer = undefined;
    if (this.arrivesInTime || this.network.scheduler.random.chance(50)) this.#toServer.cut();
    else this.#toServer.end();
  }

  /** The server's process is gone: what it sent may arrive yet. */
  serverDied(): void {
    this.#handler = undefined;
    this.#toServer.kill();
    if (this.network.scheduler.random.chance(50)) this.#toClient.cut();
    else this.#toClient.end();
  }

  #serverSawEnd(): void {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#toClient.end();
    this.network.forget(this);
    handler?.closed();
  }

  #clientSawEnd(): void {
    const peer = this.#peer;
    this.#peer = undefined;
    if (this.arrivesInTime) this.#toServer.cut();
    else this.#toServer.end();
    peer?.closed();
  }
}

export class Network {
  readonly faults: NetworkFaults = { dropsPerTenThousand: 0 };
  #accept: Readonly<Record<Protocol, Accept>> | undefined;
  readonly #wires = new Set<Wire>();

  constructor(
    readonly scheduler: Scheduler,
    readonly trace: Trace,
  ) {}

  listen(accept: Readonly<Record<Protocol, Accept>>): void {
    this.#accept = accept;
  }

  /** Nobody listens any more; connections stay. */
  refuse(): void {
    this.#accept = undefined;
  }

  /** Nobody listens any more, and every connection breaks. */
  serverDied(): void {
    this.#accept = undefined;
    for (const wire of this.#wires) wire.serverDied();
    this.#wires.clear();
  }

  /** Undefined while nobody listens. */
  connect(name: string, peer: Peer, protocol: Protocol = 'kafka'): Wire | undefined {
    if (this.#accept === undefined) return undefined;
    const wire = new Wire(this, name, peer);
    this.#wires.add(wire);
    wire.serve(this.#accept[protocol]);
    return wire;
  }

  forget(wire: Wire): void {
    this.#wires.delete(wire);
  }

  /** Most bytes that the server holds for one client that has not taken them. */
  get bufferedBytesMax(): number {
    let max = 0;
    for (const wire of this.#wires) max = Math.max(max, wire.bufferedBytes);
    return max;
  }

  later(event: () => void): void {
    const { random } = this.scheduler;
    if (random.chance(DELAYED_PERCENT)) this.scheduler.setTimer(1 + random.below(DELAY_MS_MAX), event);
    else this.scheduler.defer(event);
  }

  breaks(): boolean {
    const { dropsPerTenThousand } = this.faults;
    return dropsPerTenThousand > 0 && this.scheduler.random.below(10_000) < dropsPerTenThousand;
  }
}
