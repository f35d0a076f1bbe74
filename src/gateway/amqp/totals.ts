/** What there has been of connections and channels since the node started. Channels that have ended are counted on by vhost. */
import { type ChannelStats, newChannelStats } from './channel-stats.ts';

export class Totals {
  connectionsOpened = 0;
  connectionsClosed = 0;
  channelsOpened = 0;
  channelsClosed = 0;
  readonly #ended = new Map<string, ChannelStats>();

  /** Its numbers do not change any more. */
  channelEnded(vhost: string, stats: Readonly<ChannelStats>): void {
    this.channelsClosed += 1;
    const ended = this.#ended.get(vhost) ?? newChannelStats();
    addStats(ended, stats);
    this.#ended.set(vhost, ended);
  }

  /** Of all channels of each vhost that have ended: copies, to be added to. */
  ended(): Map<string, ChannelStats> {
    return new Map(Array.from(this.#ended, ([vhost, stats]) => [vhost, { ...stats }]));
  }

  vhostDeleted(vhost: string): void {
    this.#ended.delete(vhost);
  }
}

export function addStats(total: ChannelStats, stats: Readonly<ChannelStats>): void {
  for (const name of Object.keys(total) as (keyof ChannelStats)[]) total[name] += stats[name];
}
