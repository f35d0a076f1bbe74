/** What has happened in a queue since the node started: totals, from which the management API makes rates. */
export class QueueStats {
  published = 0;
  /** To consumers that acknowledge, and to those that don't. */
  delivered = 0;
  deliveredNoAck = 0;
  /** By `get`, with and without acknowledgement. */
  got = 0;
  gotNoAck = 0;
  /** Of all these, those that had been delivered before. */
  redelivered = 0;
  acknowledged = 0;
  expired = 0;
  dropped = 0;
}
