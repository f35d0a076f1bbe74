/** What the management API works with: the domain's operations, the node's durability, and what it is told of other gateways. */
import type { Clock } from '../../base/clock.ts';
import type { Durability } from '../../base/durability.ts';
import type { Logger } from '../../base/logger.ts';
import type { SystemFacts } from '../../base/system-facts.ts';
import type { AmqpCatalog } from '../../catalog/amqp/amqp-catalog.ts';
import type { Queues } from '../../queue/queues.ts';
import type { Security } from '../../security/security.ts';
import type { AmqpPort } from './amqp-port.ts';
import type { AuthAttempts } from './auth-attempts.ts';
import type { Rates } from './rates/rates.ts';

export interface AdminSettings {
  readonly connectionsMax: number;
  /** Of one request. */
  readonly bodyBytesMax: number;
  /** Of all requests that are being read or served. */
  readonly bodiesBytesMax: number;
  /** Of all messages of one `get`. */
  readonly getBytesMax: number;
  readonly pageSize: number;
  readonly pageSizeMax: number;
  readonly sampleIntervalMs: number;
  readonly samplesMax: number;
}

export interface ListenerFacts {
  /** As RabbitMQ calls it: `amqp`, `amqp/ssl`, `http`; others by their own name, encrypted ones with `/ssl`. */
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  /** When the certificate that it shows ends, milliseconds since the Unix epoch; undefined: it shows none. */
  readonly certificateEndsAtMs?: number | undefined;
}

export interface NodePort {
  /** As clients see it in `node`, e.g. `trilog@1`. */
  readonly name: string;
  readonly clusterName: string;
  readonly clusterId: string;
  /** Of this program. */
  readonly version: string;
  /** Of RabbitMQ, whose API this is. */
  readonly rabbitmqVersion: string;
  readonly startedAtMs: number;
  readonly dataDir: string;
  readonly mechanisms: readonly string[];
  listeners(): readonly ListenerFacts[];
  system(): SystemFacts;
  /** Infinity where there is no limit. */
  freeDiskBytes(): Promise<number>;
  readonly diskReserveBytes: number;
  /** False: there is no room on the disk for messages. */
  readonly hasSpace: boolean;
}

export interface AdminServices {
  readonly catalog: AmqpCatalog;
  readonly queues: Queues;
  readonly security: Security;
  readonly amqp: AmqpPort;
  readonly node: NodePort;
  readonly rates: Rates;
  readonly attempts: AuthAttempts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly durability: Durability;
  readonly settings: AdminSettings;
}
