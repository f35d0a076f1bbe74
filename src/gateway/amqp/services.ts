/** What the AMQP gateway works with: the domain's operations, the node's durability and pressure, and its own slice of settings. */
import type { Clock } from '../../base/clock.ts';
import type { Durability } from '../../base/durability.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import type { AmqpCatalog } from '../../catalog/amqp/amqp-catalog.ts';
import type { Queues } from '../../queue/queues.ts';
import type { Router } from '../../routing/router.ts';
import type { Security } from '../../security/security.ts';
import type { SaslSettings } from '../../security/settings.ts';
import type { UserUsage } from '../../security/usage.ts';
import type { Congestion } from './congestion.ts';
import type { DirectReplies } from './direct-replies.ts';
import type { Totals } from './totals.ts';

export interface AmqpSettings {
  readonly frameBytesMax: number;
  readonly channelMax: number;
  readonly heartbeatMs: number;
  readonly handshakeTimeoutMs: number;
  readonly messageBytesMax: number;
  readonly transactionBytesMax: number;
  readonly connectionsMax: number;
  readonly consumersMax: number;
  readonly unsettledMax: number;
  readonly unconfirmedMax: number;
  /** 0: off. */
  readonly consumerTimeoutMs: number;
  readonly productVersion: string;
}

/** Back-pressure from storage. */
export interface Pressure {
  /** More waits for the disk than allowed: nothing is taken from publishers until `onRelieved` calls. */
  readonly overloaded: boolean;
  onRelieved(listener: () => void): void;
  /** False: there is no room on the disk for messages. */
  readonly hasSpace: boolean;
}

export interface AmqpServices {
  readonly catalog: AmqpCatalog;
  readonly router: Router;
  readonly queues: Queues;
  readonly security: Security;
  readonly usage: UserUsage;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly durability: Durability;
  readonly pressure: Pressure;
  /** What `body` makes durable survives a crash together or not at all. */
  atomically(body: () => void): void;
  readonly directReplies: DirectReplies;
  readonly congestion: Congestion;
  readonly totals: Totals;
  readonly settings: AmqpSettings;
  readonly sasl: SaslSettings;
}
