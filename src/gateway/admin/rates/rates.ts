/**
 * Samples the plain counters of queues, connections, channels, vhosts and the node every few seconds, and knows by them how fast
 * each changes. A tick looks at every object once, in slices; what it keeps is bounded by the number of objects and of samples.
 */
import type { LogId } from '../../../base/brand.ts';
import type { Clock } from '../../../base/clock.ts';
import type { AmqpCatalog } from '../../../catalog/amqp/amqp-catalog.ts';
import type { Queues } from '../../../queue/queues.ts';
import { type AmqpPort, type ChannelView, type ConnectionView, NO_CHANNELS } from '../amqp-port.ts';
import { Turns } from '../turns.ts';
import { Meter, type Numbers } from './meter.ts';
import {
  BYTES,
  type ByteCount,
  byteCounts,
  CHANNEL_RATES,
  CHURN,
  type ChannelRate,
  type ChurnCount,
  channelRates,
  churnCounts,
  LENGTHS,
  type Length,
  lengths,
  QUEUE_RATES,
  type QueueChurn,
  type QueueRate,
  queueRates,
  sum,
} from './numbers.ts';
import { Ticks } from './ticks.ts';

export interface RatesDeps {
  readonly clock: Clock;
  readonly catalog: AmqpCatalog;
  readonly queues: Queues;
  readonly amqp: AmqpPort;
  readonly samplesMax: number;
}

/** Two are the least that makes a rate. */
const SAMPLES_MIN = 2;
const NODE = 'node';

export class Rates {
  readonly queueRates: Meter<LogId, QueueRate>;
  readonly queueLengths: Meter<LogId, Length>;
  readonly channelRates: Meter<string, ChannelRate>;
  readonly connectionBytes: Meter<string, ByteCount>;
  readonly vhostRates: Meter<string, ChannelRate>;
  readonly vhostLengths: Meter<string, Length>;
  readonly vhostBytes: Meter<string, ByteCount>;
  readonly churn: Meter<string, ChurnCount>;
  readonly #deps: RatesDeps;
  readonly #ticks: Ticks;
  readonly #queueChurn = { created: 0, deleted: 0 };

  constructor(deps: RatesDeps) {
    this.#deps = deps;
    const ticks = new Ticks(Math.max(SAMPLES_MIN, deps.samplesMax));
    this.#ticks = ticks;
    this.queueRates = new Meter(ticks, QUEUE_RATES);
    this.queueLengths = new Meter(ticks, LENGTHS);
    this.channelRates = new Meter(ticks, CHANNEL_RATES);
    this.connectionBytes = new Meter(ticks, BYTES);
    this.vhostRates = new Meter(ticks, CHANNEL_RATES);
    this.vhostLengths = new Meter(ticks, LENGTHS);
    this.vhostBytes = new Meter(ticks, BYTES);
    this.churn = new Meter(ticks, CHURN);
    deps.catalog.subscribe({
      onQueueDeclared: () => {
        this.#queueChurn.created += 1;
      },
      onQueueDeleted: () => {
        this.#queueChurn.deleted += 1;
      },
    });
  }

  get queueChurn(): QueueChurn {
    return this.#queueChurn;
  }

  /** By the key of `churn`. */
  get nodeKey(): string {
    return NODE;
  }

  /** The tick of a background task; the first one is for a baseline. */
  async sample(): Promise<void> {
    const { clock, catalog, amqp } = this.#deps;
    const turns = new Turns(clock);
    this.#ticks.add(clock.monotonicMs(), clock.nowMs());
    this.churn.add(NODE, churnCounts(amqp.churn, this.#queueChurn));
    const bytes = await this.#sampleConnections(turns);
    const counters = amqp.counters();
    for (const { name } of [...catalog.vhosts()]) {
      this.vhostRates.add(name, channelRates(counters.get(name) ?? NO_CHANNELS));
      this.vhostLengths.add(name, await this.#sampleQueues(name, turns));
      this.vhostBytes.add(name, sum(BYTES, bytes.get(name) ?? []));
    }
    this.#forgetOthers();
  }

  async #sampleQueues(vhost: string, turns: Turns): Promise<Numbers<Length>> {
    const { catalog, queues } = this.#deps;
    const all: Numbers<Length>[] = [];
    if (catalog.vhost(vhost) === undefined) return sum(LENGTHS, all);
    for (const { id } of catalog.queues(vhost)) {
      const stats = queues.stats(id);
      if (stats !== undefined) this.queueRates.add(id, queueRates(stats));
      const lengthsNow = lengths(queues.counts(id));
      this.queueLengths.add(id, lengthsNow);
      all.push(lengthsNow);
      if (turns.isOver) await turns.next();
    }
    return sum(LENGTHS, all);
  }

  /** Answers the bytes of the connections by vhost. */
  async #sampleConnections(turns: Turns): Promise<Map<string, Numbers<ByteCount>[]>> {
    const byVhost = new Map<string, Numbers<ByteCount>[]>();
    for (const connection of this.#deps.amqp.connections()) {
      const bytes = byteCounts(connection);
      this.connectionBytes.add(connection.id, bytes);
      const ofVhost = byVhost.get(connection.vhost);
      if (ofVhost === undefined) byVhost.set(connection.vhost, [bytes]);
      else ofVhost.push(bytes);
      for (const channel of connection.channels) {
        this.channelRates.add(channelKey(connection, channel), channelRates(channel.stats));
      }
      if (turns.isOver) await turns.next();
    }
    return byVhost;
  }

  #forgetOthers(): void {
    const { queueRates: q, queueLengths: l, channelRates: c, connectionBytes: b } = this;
    for (const meter of [q, l, c, b, this.vhostRates, this.vhostLengths, this.vhostBytes]) meter.forgetOthers();
  }
}

export function channelKey({ id }: Pick<ConnectionView, 'id'>, { number }: Pick<ChannelView, 'number'>): string {
  return `${id}/${number}`;
}
