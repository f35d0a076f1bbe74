/** What one channel has done since it was opened: counters that only grow. */

export interface ChannelStats {
  published: number;
  confirmed: number;
  /** Mandatory, and no queue was there. */
  returned: number;
  /** Not mandatory, and no queue was there. */
  unroutable: number;
  delivered: number;
  deliveredNoAck: number;
  redelivered: number;
  got: number;
  gotNoAck: number;
  gotEmpty: number;
  acknowledged: number;
}

export function newChannelStats(): ChannelStats {
  return {
    published: 0,
    confirmed: 0,
    returned: 0,
    unroutable: 0,
    delivered: 0,
    deliveredNoAck: 0,
    redelivered: 0,
    got: 0,
    gotNoAck: 0,
    gotEmpty: 0,
    acknowledged: 0,
  };
}
